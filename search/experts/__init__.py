"""Who knows about this: people ranked by what they contributed to the items that fit.

Every item that fits votes for the people who contributed to it: document-based voting, after Balog,
Azzopardi and de Rijke (Formal Models for Expert Finding in Enterprise Corpora, SIGIR 2006, Model 2) and
Macdonald and Ounis (Voting for Candidates, CIKM 2006).

- `fit.py`: what was found → how much each item is about what is asked
- `votes.py`: items that fit → what each contribution to them counts
- `standing.py`: what is known of people apart from the question: who still answers, whose work it is
- `ranking.py`: votes → people, best first, each with the evidence whose shares sum to the score
- `evidence.py`: these people → experts with items that can be opened
- `words.py`: the evidence in a sentence, and what would weaken it

Nobody is named who is a program or does not want to be. Only what the viewer may read plays any part.
"""

from search.experts.evidence import read_experts
from search.experts.fit import item_fits
from search.experts.ranking import Ranked, Wanted, rank_experts

__all__ = ["Ranked", "Wanted", "item_fits", "rank_experts", "read_experts"]
