"""Who met this before: past questions, posts and lessons like the one described, with what solved them.

`chains.py` leads duplicates to the question that they repeat, `solutions.py` finds what solved a problem,
`differences.py` tells what one names and the other does not, `sameness.py` how likely both are the same;
`problems.py` puts them together.
"""

from search.similar.differences import differences
from search.similar.problems import PROBLEM_KINDS, similar_problems
from search.similar.solutions import best_solution

__all__ = ["PROBLEM_KINDS", "best_solution", "differences", "similar_problems"]
