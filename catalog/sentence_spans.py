"""Where the sentences of a text end: rules for English, and the full stops of Chinese and Japanese.

The rules follow Grefenstette and Tapanainen, "What is a word, what is a sentence? Problems of
tokenisation" (1994): a full stop ends a sentence unless the word before it is a known abbreviation or
an initial, or the word after it does not look like a beginning.
"""

from __future__ import annotations

import re

_MARKS = re.compile(
    # Code, links, images and tags are passed over, so that no sentence ends inside one.
    r"(?<!`)(?P<ticks>`++).{1,500}?(?<!`)(?P=ticks)(?!`)"
    r"|!?\[[^\[\]]{0,500}\]\([^()]{0,2000}\)"
    r"|<[^<>\s][^<>]{0,500}>"
    r"|(?P<gap>\n(?=[ \t>]*(?:\n|$)))"
    r"|(?P<stop>[.!?…]++)[\"'”’»)\]*_]*+(?=\s)"
    r"|(?P<wide>[。！？]++[」』）”’\"]*+)",
    re.DOTALL,
)
_NEXT = re.compile(r"[\s>]*[\"'“‘«(\[*_`!]*(\w[\w'’-]*)?")
_LAST = re.compile(r"[\w.]*\Z")
_LABEL = re.compile(r"[\s>*_]*(?:\d+|\w)")  # of a step or an answer, as in "1. Open the tap." and "Q. Why?"
_LONGEST_LABEL = 16  # characters, the white space before it included
_LONGEST_WORD = 24  # characters looked at before a full stop; no abbreviation is longer


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATIONS = _words(
    "al approx apt art ave ca capt cf ch chap cit col cont dept dr ed eds e.g eg eq eqs est excl ext fig "
    "figs gen gov hon i.e ie incl lt ltg max min misc mr mrs ms mt nr op para pl prof ref refs resp rev "
    "sec sect sen sgt sr st std tab tel temp viz vol vols vs"
)
_BEFORE_NUMBERS = _words(
    "art ch fig figs no nos p pg pp sec v vol jan feb mar apr jun jul aug sep sept oct nov dec"
)
_BEGINNERS = _words(
    "a after all although an and any as at because before both but by each even every finally first for "
    "from he here his how however i if in is it its last later many meanwhile more most my new next no "
    "not now on once one only or other our out since she so some such that the their then there therefore "
    "these they this those though thus to today two under unless until use we what when where whether "
    "which while who why with yes you your"
)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Find the sentences of a stretch of text; together they hold every visible character of it.

    A line break does not end a sentence, an empty line does.

    Args:
        text: The whole text.
        start: Where the stretch begins.
        end: One past its last character; the end of the text if not given.

    Returns:
        Start and end of each sentence in `text`, without the white space around it.
    """
    end = len(text) if end is None else end
    spans, begin = [], start
    for found in _MARKS.finditer(text, start, end):
        if found.lastgroup not in ("ticks", None) and _ends(text, begin, found):
            spans.append((begin, found.end()))
            begin = found.end()
    spans.append((begin, end))
    trimmed = [_trimmed(text, *span) for span in spans]
    return [(first, last) for first, last in trimmed if first < last]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _ends(text: str, begin: int, found: re.Match[str]) -> bool:
    """Whether a mark ends the sentence that began at `begin`."""
    if found["stop"] is None:
        return True
    after = _NEXT.match(text, found.end())
    following = (after[1] if after else None) or ""
    if found["stop"] != ".":
        return not following.islower()
    start = found.start()
    last = _LAST.search(text[max(begin, start - _LONGEST_WORD) : start])
    word = last[0] if last else ""
    if start - begin < _LONGEST_LABEL and _LABEL.fullmatch(text, begin, start):
        return False
    return _stop_ends(word, following)


def _stop_ends(word: str, following: str) -> bool:
    """Whether a full stop between two words ends a sentence."""
    lower = word.lower()
    if lower in _BEFORE_NUMBERS and following[:1].isdigit():
        return False
    if lower in _ABBREVIATIONS:
        return False
    if following and ((len(word) == 1 and word.isalpha()) or _is_dotted(word)):
        return following.lower() in _BEGINNERS and not following.islower()
    if following.islower():
        # Hasty writers begin in lower case; an abbreviation that is not listed is rarely this long.
        return len(word) > 3 and word.isalpha() and word.islower()
    return True


def _is_dotted(word: str) -> bool:
    """Whether a word is an abbreviation with inner full stops, such as "U.S" or "p.m"."""
    return "." in word and all(len(part) < 2 for part in word.split("."))
