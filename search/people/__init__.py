"""People and topics as pages show them: profiles, landscapes of a topic, expertise at risk.

Everything is counted from what one viewer may read. `record.py` holds what everybody did, `clusters.py`
and `naming.py` make topics of items without tags, and `topics.py`, `profile.py`, `landscape.py` and
`network.py` are what is made of it; `study.py` reads it all from the catalog.
"""
