"""AsciiDoc, as much of it as documents use: https://docs.asciidoctor.org/asciidoc/latest/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ingest.documents import Document
from ingest.formats.asciidoc_inline import inline
from ingest.formats.asciidoc_table import table
from ingest.formats.fragments import html_to_markdown
from ingest.formats.moments import moment
from ingest.formats.names import people, split_people
from ingest.formats.text import decode_bounded
from ingest.formats.tidy import legible, one_line, tidy

_TITLE: Final = re.compile(r"= +(\S.*)")
_ATTRIBUTE: Final = re.compile(r":(!?[\w-]+!?):(?: +(.*))?")
_PERSON: Final = r"[^\W\d][\w.'’-]*(?: [^\W\d][\w.'’-]*){0,3}(?: <[^<>\s]+>)?"
_AUTHORS: Final = re.compile(rf"{_PERSON}(?:; *{_PERSON})*")
_REVISION: Final = re.compile(r"v?[\d.]+\w*(?:, *([^:]+))?(?::.*)?|(\d{4}-\d\d-\d\d)(?::.*)?")
_TWO_LINES: Final = re.compile(r"(?m)(?:\A|(?<=\n\n))(\w.*)\n(=+|-+|~+|\^+)$")
_LEVELS: Final = "=-~^"

_BLOCK: Final = re.compile(r"(-{4,}|\.{4,}|`{3,}[\w+#-]*|/{4,}|\+{4,}|[|,:!]={3,})")
_FRAME: Final = re.compile(r"={4,}|\*{4,}|_{4,}|--|\+|'''|<<<")  # around what is read as usual
_BLOCK_ATTRIBUTES: Final = re.compile(r"\[([^\[\]]*)\]|\[\[[^\[\]]*\]\]|\[(.*)\]")
_LANGUAGE: Final = re.compile(r"(?:source)?(?:%\w+)*,\s*(?:language=)?([\w+#-]+).*")
_ADMONITION: Final = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION)(?:: +(\S.*))?")
_DIRECTIVE: Final = re.compile(r"(?:include|toc|ifdef|ifndef|ifeval|endif|video|audio)::.*\[.*\]")
_PICTURE: Final = re.compile(r"image::[^\[\]]*\[\"?([^,\]\"]*).*\]")
_HEADING: Final = re.compile(r"(={1,6}|#{1,6}) +(\S.*)")
_ITEM: Final = re.compile(r" *(\*{1,5}|-|\.{1,5}|\d{1,4}\.) +(\S.*)")
_TERM: Final = re.compile(r" *(\S.*?)(:{2,4}|;;)(?: +(\S.*))?")
_CAPTION: Final = re.compile(r"\.([^\s.].*)")


def read(data: bytes, name: str) -> Document:
    """Read AsciiDoc: its header gives title, authors and date; what it includes is left out.

    Raises:
        UnreadableError: If it is not text.
    """
    source = _TWO_LINES.sub(_one_line_title, legible(decode_bounded(data, name)).strip("\n"))
    lines = source.split("\n")
    title, attributes, body = _header(lines)
    text = tidy(_joined(_blocks(body, attributes)))
    return Document(
        text=text,
        title=one_line(inline(title, attributes)) or None,
        authors=people(_authors(attributes)),
        created=moment(attributes.get("revdate") or attributes.get("date")),
        meta={key: value for key, value in attributes.items() if value},
    )


def _one_line_title(match: re.Match[str]) -> str:
    """`Title` above `=====` is an older form of `= Title`."""
    title, line = match.groups()
    if abs(len(title) - len(line)) > 1:
        return match[0]
    return f"{'=' * (_LEVELS.index(line[0]) + 1)} {title}"


def _header(lines: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """Title, attributes and the lines below them."""
    attributes: dict[str, str] = {}
    title = ""
    for place, line in enumerate(lines):
        found = _TITLE.fullmatch(line)
        attribute = _ATTRIBUTE.fullmatch(line)
        if attribute:
            attributes[attribute[1].lower()] = one_line(attribute[2] or "", 300)
        elif found and not title:
            title = found[1]
        elif title and line.strip() and "author" not in attributes and _AUTHORS.fullmatch(line):
            attributes["author"] = line.replace("_", " ")
        elif title and (revision := _REVISION.fullmatch(line)):
            attributes["revdate"] = revision[1] or revision[2] or ""
        elif not line.startswith("//") and (line.strip() or title):
            return title, attributes, lines[place:]
    return title, attributes, []


def _authors(attributes: dict[str, str]) -> list[str]:
    names = split_people(attributes.get("authors") or attributes.get("author", ""))
    email = attributes.get("email", "")
    return [f"{names[0]} <{email}>"] if len(names) == 1 and "@" in email and "@" not in names[0] else names


def _joined(pieces: Iterable[str]) -> str:
    """Join lines and blocks; a block brings its own blank lines."""
    joined: list[str] = []
    for piece in pieces:
        if piece or not joined or not joined[-1].endswith("\n"):
            joined.append(piece)
    return "\n".join(joined)


def _blocks(lines: Sequence[str], attributes: dict[str, str]) -> Iterator[str]:
    """The body's lines as Markdown."""
    given = ""  # the attributes above a block
    place = 0
    while place < len(lines):
        line = lines[place].rstrip()
        place += 1
        block = _BLOCK.fullmatch(line)
        if block:
            end = _end(lines, place, line)
            yield from _delimited(line, lines[place:end], given, attributes)
            place = end + 1
        elif (above := _BLOCK_ATTRIBUTES.fullmatch(line)) and not _is_admonition(above[1]):
            given = above[1] or above[2] or ""
            continue
        else:
            yield from _line(line, attributes)
        given = ""


def _is_admonition(text: str | None) -> bool:
    return _ADMONITION.fullmatch(text or "") is not None


def _end(lines: Sequence[str], place: int, opening: str) -> int:
    closing = "```" if opening.startswith("```") else opening
    return next((n for n in range(place, len(lines)) if lines[n].rstrip() == closing), len(lines))


def _delimited(opening: str, lines: Sequence[str], given: str, attributes: dict[str, str]) -> Iterator[str]:
    match opening[0]:
        case "/":
            return
        case "+":
            yield html_to_markdown("\n".join(lines))
        case "|" | "!" | "," | ":":
            rows = table(lines, given, opening[0])
            yield from ("", *(inline(row, attributes) for row in rows), "")
        case _:
            language = _LANGUAGE.fullmatch(given)
            text = "\n".join(lines)
            fence = "`" * (max((len(run) for run in re.findall("`{3,}", text)), default=2) + 1)
            yield f"\n{fence}{language[1] if language else opening.strip('-.`')}\n{text}\n{fence}\n"


def _line(line: str, attributes: dict[str, str]) -> Iterator[str]:
    if line.startswith("//") or _DIRECTIVE.fullmatch(line) or _ATTRIBUTE.fullmatch(line):
        return
    if _FRAME.fullmatch(line):
        yield ""
    elif picture := _PICTURE.fullmatch(line):
        yield inline(picture[1], attributes)
    elif heading := _HEADING.fullmatch(line):
        yield f"\n{'#' * len(heading[1])} {inline(heading[2], attributes)}\n"
    elif admonition := _ADMONITION.fullmatch(line.strip("[]")):
        yield f"**{admonition[1].capitalize()}:** {inline(admonition[2] or '', attributes)}"
    elif caption := _CAPTION.fullmatch(line):
        yield f"**{inline(caption[1], attributes)}**\n"
    else:
        yield _item(line, attributes)


def _item(line: str, attributes: dict[str, str]) -> str:
    """A line of a list or of a paragraph."""
    if item := _ITEM.fullmatch(line):
        mark = item[1]
        depth = len(mark) - 1 if mark[0] in "*." else 0
        bullet = "- " if mark[0] in "*-" else "1. " if mark[0] == "." else f"{mark} "
        return f"{'   ' * depth}{bullet}{inline(item[2], attributes)}"
    if term := _TERM.fullmatch(line):
        return f"- **{inline(term[1], attributes)}**: {inline(term[3] or '', attributes)}".rstrip()
    if line.endswith(" +"):
        line = line[:-2] + "  "
    return inline(line, attributes)
