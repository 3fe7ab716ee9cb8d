"""Passages → an answer in which every sentence cites its source, or an abstention.

`quotes.py` finds the sentences that may be quoted and scores them, `confidence.py` says how likely they
answer, `compose.py` chooses among them. Where the settings name a language model, `prompt.py` writes what
it is given, `wording.py` reads what it writes, and `support.py` checks each sentence against what it cites.
"""

from search.answer.compose import compose
from search.answer.quotes import coverage, quotable

__all__ = ["compose", "coverage", "quotable"]
