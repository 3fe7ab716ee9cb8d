"""Is it any good? Measures, protocols and loaders, for public test collections and a community's own data.

::

    folder ──▶ Collection ──▶ library ──▶ Run (one a method) ──▶ Scores ──▶ Table
                           the real ingest    engine, baselines   per query   with differences tested
"""
