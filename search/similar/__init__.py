"""Who met this before: past questions, posts and lessons like the one described, with what solved them.

`found.py` takes problems out of what was found, `chains.py` leads duplicates to the question that they
repeat, `solutions.py` finds what solved a problem, `differences.py` tells what one names and the other does
not, `sameness.py` how likely both are the same; `problems.py` puts them together.
"""

from search.similar.differences import differences
from search.similar.found import PROBLEM_KINDS, find_problems
from search.similar.problems import similar_problems
from search.similar.solutions import best_solution

__all__ = ["PROBLEM_KINDS", "best_solution", "differences", "find_problems", "similar_problems"]
