"""How good the answers are: evidence found, questions left unanswered, citations that hold, and lies caught.

Each module measures one promise; `measure.py` puts them together for a collection or a library:

    asked → evidence, threads, abstaining, mutations, citations → figures
"""
