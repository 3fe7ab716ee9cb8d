"""XML from strangers: no entity is expanded, nothing is fetched, depth and text are bounded.

libxml2 itself stops at 256 levels and at 10 MB of text in one place; a file that goes beyond is refused
rather than read in part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from lxml import etree

from catalog.errors import UnreadableError

Element = Any
"""An element of lxml, which has no type hints."""

_RULES = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "recover": True,
}
_FORBIDDEN = re.compile(  # control characters, which careless programs write and XML forbids
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)
_ENTITIES = "declares XML entities, which are never expanded; save it again without"
_LIMITS = ("excessive depth", "resource limit", "too long", "huge", "too deep")


def parse_xml(data: bytes, name: str) -> Element | None:
    """Return the root element; None for data without any.

    What a careless program wrote wrongly (a control character, a wrong tag) is passed over.

    Args:
        data: One XML document.
        name: How messages name the file that it is part of.

    Raises:
        UnreadableError: If it declares entities, or goes beyond the limits.
    """
    parser = etree.XMLParser(**_RULES)
    try:
        root = etree.fromstring(_FORBIDDEN.sub(b"", data), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    _refuse_beyond_limits(parser, name)
    if root is not None:
        refuse_entities(root, name)
    return root


def stream_xml(file: IO[bytes], tags: Sequence[str], name: str) -> Iterator[Element]:
    """Yield the elements with these tags as they end; each is forgotten afterwards.

    Raises:
        UnreadableError: If it declares entities, or goes beyond the limits.
    """
    events = etree.iterparse(file, events=("end",), tag=tuple(tags), **_RULES)
    checked = False
    for _, element in events:
        if not checked:
            refuse_entities(element, name)
            checked = True
        yield element
        _forget(element)
    _refuse_beyond_limits(events, name)


def refuse_entities(root: Element, name: str) -> None:
    """Refuse a document that declares entities: office programs never do, bombs always.

    Raises:
        UnreadableError: If it declares any.
    """
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise UnreadableError(name, _ENTITIES)


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _refuse_beyond_limits(parser: Any, name: str) -> None:
    messages = " ".join(entry.message.casefold() for entry in parser.error_log)
    if "amplification" in messages:  # libxml2 counts what entities would expand to, and stops
        raise UnreadableError(name, _ENTITIES)
    if any(limit in messages for limit in _LIMITS):
        raise UnreadableError(name, "is nested too deeply or has far too long texts; convert it to text")


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
