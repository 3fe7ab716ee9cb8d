"""Names that the splitting of words would tear apart or blur.

Identifiers such as ``E-2041``, ``5.15.2``, ``foo_bar`` or ``os.path.join`` give their parts and, besides,
the whole; ``getUserName`` gives the whole and its parts. ``C++`` is not ``C``, and ``IT`` is not ``it``.
Scripts that write no spaces give every two neighbouring characters.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

_GLUE = "\ua78f"  # counts as a letter, and no text has it: keeps an identifier's parts together in one term
_CHAIN = re.compile(r"\w+(?:[-.]\w+)*")
_JOINTS = re.compile(r"[-._]+")
_VERSION = re.compile(r"[vV](\d.*)")
_NAME = re.compile(r"[A-Za-z0-9]+")
_CAMEL = re.compile(r"[a-z][A-Z]")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FEWEST_DOTTED = 3  # "os.path.join", but not a sentence's end without a space
_SHORTEST_PART = 2
_PARTING = bytes(32 if chr(byte) in set(string.punctuation) - set("-._+#") else byte for byte in range(256))

_SIGNED = re.compile(r"\b(?:([CcGg])\+\+|([CcFf])#)(?![\w+#])|(?<!\S)\.NET\b")
_SIGNS = {"+": f"{_GLUE}plus{_GLUE}plus", "#": f"{_GLUE}sharp"}
_ACRONYMS = ("IT", "US", "WHO", "CAN")  # each a word of every English sentence when it is small
_ACRONYM = re.compile(rf"\b(?:{'|'.join(_ACRONYMS)})\b")

# Chinese characters, kana and hangul
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")


def expand(text: str) -> str:
    """The text, ready to be split into words, followed by the further words that its names give."""
    text = _spread(text)
    return _followed(text, [*_wholes(text), *_parts(text), *_acronyms(text)])


def pieces(text: str) -> list[str]:
    """What stands between two spaces, or other signs that no name goes across."""
    if ".NET" in text:  # that name has to stand behind a space
        return text.split()
    return text.encode().translate(_PARTING).decode().split()  # several times faster than of a string


def expand_piece(piece: str) -> str:
    """The same for one of a text's pieces, without acronyms, which depend on the text around it."""
    if piece.isascii() and piece.isalpha():  # neither signs nor joints
        return _followed(piece, list(_parts(piece)))
    piece = _spread(piece)
    return _followed(piece, [*_wholes(piece), *_parts(piece)])


def acronyms(text: str) -> list[str]:
    """The words that `expand` gives for a text beside those of its pieces."""
    return list(_acronyms(_spread(text))) if any(map(text.__contains__, _ACRONYMS)) else []


def _followed(text: str, further: list[str]) -> str:
    return f"{text} {' '.join(further)}" if further else text


def _spread(text: str) -> str:
    if not text.isascii():
        text = _UNSPACED.sub(_pairs, text)
    return _SIGNED.sub(_spelled, text)


def _pairs(match: re.Match[str]) -> str:
    run = match.group()
    return f" {' '.join(run[i : i + 2] for i in range(max(len(run) - 1, 1)))} "


def _spelled(match: re.Match[str]) -> str:
    name = match.group()
    return f" net dot{_GLUE}net " if name == ".NET" else f" {name[0]}{_SIGNS[name[-1]]} "


def _wholes(text: str) -> Iterator[str]:
    for match in _CHAIN.finditer(text):
        if not match.group().isalpha() and (whole := _identifier(match.group())):
            yield whole


def _identifier(chain: str) -> str | None:
    """The parts of an identifier, glued; None for ordinary words and hyphenated ones."""
    if "_" not in chain and chain.count(".") < _FEWEST_DOTTED - 1 and not any(map(str.isdigit, chain)):
        return None
    version = _VERSION.fullmatch(chain)
    parts = [part for part in _JOINTS.split(version[1] if version else chain) if part]
    return _GLUE.join(parts) if len(parts) > 1 else None


def _parts(text: str) -> Iterator[str]:
    names = _NAME.findall(text) if _CAMEL.search(text) else ()
    for name in filter(_CAMEL.search, names):
        yield from (part for part in _HUMP.findall(name) if len(part) >= _SHORTEST_PART)


def _acronyms(text: str) -> Iterator[str]:
    if not text.isupper():
        yield from (f"{match.group()}{_GLUE}" for match in _ACRONYM.finditer(text))
