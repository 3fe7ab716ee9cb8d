"""Wikitext, the markup of MediaWiki, as Markdown (https://www.mediawiki.org/wiki/Help:Formatting).

Nothing is fetched, so a template is reduced to what was written into it: an infobox to the list of its
fields, any other to its unnamed values. References, galleries and comments go. Every step takes a time that
grows with the length of the text, whatever is left open in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from ingest.formats.markdown_blocks import link
from ingest.formats.tidy import escape_tags, one_line, tidy
from ingest.sources.mediawiki.lines import GONE, render_lines

FILE, CATEGORY = 6, 14
NAMESPACES: Mapping[str, int] = {"file": FILE, "image": FILE, "media": FILE, "category": CATEGORY}
"""Names of namespaces that every wiki understands."""

_DEEPEST = 40  # templates and links in each other
_LONGEST_FIELD = 500  # characters of an infobox's field
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")
_RESERVED = re.compile("[\ue000-\ue002]")
_VERBATIM = re.compile(
    r"<!--|<(nowiki|pre|syntaxhighlight|source|math|code|tt|ref|references|gallery|templatestyles|includeonly"
    r"|timeline|score|graph|mapframe|script|style)\b([^<>]{0,500})>",
    re.IGNORECASE,
)
_DROPPED = {
    "ref",
    "references",
    "gallery",
    "templatestyles",
    "includeonly",
    "timeline",
    "score",
    "graph",
    "mapframe",
    "script",
    "style",
}
_FENCED = {"pre", "syntaxhighlight", "source"}
_LANGUAGE = re.compile(r"lang\s*=\s*[\"']?([\w+#-]{1,30})")
_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\|")
_ARGUMENT = re.compile(r"\{\{\{[^{}|]{0,100}(?:\|([^{}|]{0,500}))?\}\}\}")
_NAMED = re.compile(r"\s*([^=|<>\[\]{}\n]{1,60}?)\s*=(.*)", re.DOTALL)
_NOISE = re.compile(
    r"cit(?:e|ation).* | .*stub | reflist.* | authority\ control | navbox.* | toc.* | clear | sfnp? | efn"
    r" | refn? | (?:default|display)(?:sort|title).* | use\ .*\ dates | short\ description | coord | portal",
    re.VERBOSE,
)
_STYLE_FIELD = re.compile(r".*(?:image|logo|width|size|colou?r|style|class|align|caption|map|coordinates).*")
_PICTURE_OPTION = re.compile(
    r"thumb(?:nail)?|frame(?:d|less)?|border|left|right|center|none|baseline|middle|sub|super|top|bottom"
    r"|\d{0,5}(?:x\d{1,5})?px|upright\b.*|(?:alt|link|class|page|lang)\s*=.*|thumb\s*=.*",
    re.IGNORECASE | re.DOTALL,
)
_WEB_LINK = re.compile(
    r"\[((?:https?:)?//[^\s\[\]]{1,2000}|mailto:[^\s\[\]]{1,200})(?:[ \t]+([^\[\]\n]{0,1000}))?\]"
)
_BREAK = re.compile(r"<br\s*/?>|</?(?:p|div|tr|table|ul|ol|center|blockquote)\b[^<>]{0,1000}>", re.IGNORECASE)
_ITEM = re.compile(r"<li\b[^<>]{0,1000}>", re.IGNORECASE)
_STRONG = re.compile(r"</?(?:b|strong)>", re.IGNORECASE)
_EMPHASIS = re.compile(r"</?(?:i|em)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][\w-]{0,20}(?:\s[^<>]{0,1000})?/?>")
_SWITCH = re.compile(r"__[A-Z]{3,30}__")


@dataclass(frozen=True, slots=True)
class WikiText:
    """What a page says.

    Attributes:
        markdown: Its text.
        links: Titles of the pages that it links to, each once, in their order.
        categories: Names of its categories, in their order.
        templates: Names of the templates that it uses, in lower case.
    """

    markdown: str
    links: tuple[str, ...]
    categories: tuple[str, ...]
    templates: frozenset[str]


def read_wikitext(text: str, namespaces: Mapping[str, int] = NAMESPACES) -> WikiText:
    """Convert the text of a page.

    Args:
        text: The markup.
        namespaces: Numbers of the wiki's namespaces by their names in lower case.
    """
    reader = _Reader({**NAMESPACES, **namespaces})
    flat = reader.flatten(reader.set_aside(_RESERVED.sub("", text)))
    markdown = render_lines(reader.inline(flat))
    whole = _PLACEHOLDER.sub(lambda match: reader.aside[int(match[1])], markdown)
    links = tuple(dict.fromkeys(reader.links))
    return WikiText(tidy(whole), links, tuple(dict.fromkeys(reader.categories)), frozenset(reader.templates))


def title_of_link(target: str) -> str:
    """The title of the page that a link names: without its anchor, first letter as MediaWiki writes it."""
    title = " ".join(unescape(target).partition("#")[0].replace("_", " ").split()).lstrip(":").strip()
    return title[:1].upper() + title[1:]


@dataclass(slots=True)
class _Frame:
    """A template or a link that is open."""

    opening: str
    parts: list[list[str]] = field(default_factory=lambda: [[]])

    def literal(self) -> str:
        return self.opening + "|".join(map("".join, self.parts))


@dataclass(slots=True)
class _Reader:
    """Gathers what a page's markup says apart from its text."""

    namespaces: Mapping[str, int]
    links: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    templates: set[str] = field(default_factory=set)
    aside: list[str] = field(default_factory=list)

    def set_aside(self, text: str) -> str:
        """Put placeholders for code and other text that is no markup; drop comments and references."""
        pieces, done, lowered = [], 0, text.lower()
        unclosed: set[str] = set()
        while match := _VERBATIM.search(text, done):
            tag = (match[1] or "").lower()
            closing = f"</{tag}" if tag else "-->"
            end = -1 if closing in unclosed else lowered.find(closing, match.end())
            pieces.append(text[done : match.start()])
            done = match.end()
            if tag and match[2].endswith("/"):
                continue
            if end < 0:  # left open: the tag alone goes
                unclosed.add(closing)
                continue
            done = end + len(closing) if not tag else (text.find(">", end) + 1 or len(text))
            pieces.append(self._kept(tag, match[2] or "", text[match.end() : end]))
        return "".join((*pieces, text[done:]))

    def _kept(self, tag: str, attributes: str, content: str) -> str:
        if not tag or tag in _DROPPED:
            return GONE
        if tag in _FENCED:
            language = _LANGUAGE.search(attributes)
            code = unescape(content) if tag == "pre" else content
            ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
            name = language[1] if language else ""
            block = "\n".join((ticks + name, code.strip("\n"), ticks))
            return f"\n\n{self._placeholder(block)}\n\n"
        plain = unescape(content)
        if tag == "nowiki":
            return self._placeholder(escape_tags(plain))
        code = one_line(plain).replace("`", "'")
        return self._placeholder(f"`{code}`") if code else ""

    def _placeholder(self, text: str) -> str:
        self.aside.append(text)
        return f"\ue000{len(self.aside) - 1}\ue001"

    def flatten(self, text: str) -> str:
        """Resolve templates and links, from the inside to the outside."""
        text = _ARGUMENT.sub(lambda match: match[1] or "", text)
        frames, done = [_Frame("")], 0
        for mark in _TOKEN.finditer(text):
            frames[-1].parts[-1].append(text[done : mark.start()])
            done = mark.end()
            self._step(mark[0], frames)
        frames[-1].parts[-1].append(text[done:])
        while len(frames) > 1:
            _leave_open(frames)
        return "".join(frames[0].parts[0])

    def _step(self, mark: str, frames: list[_Frame]) -> None:
        if mark == "|" and len(frames) > 1:
            frames[-1].parts.append([])
        elif mark in {"{{", "[["} and len(frames) <= _DEEPEST:
            frames.append(_Frame(mark))
        elif mark in {"}}", "]]"}:
            self._close(mark, frames)
        else:
            frames[-1].parts[-1].append(mark)

    def _close(self, mark: str, frames: list[_Frame]) -> None:
        opening = "{{" if mark == "}}" else "[["
        if all(frame.opening != opening for frame in frames):
            frames[-1].parts[-1].append(mark)
            return
        while frames[-1].opening != opening:
            _leave_open(frames)
        parts = ["".join(part) for part in frames.pop().parts]
        shown = self._template(parts) if opening == "{{" else self._link(parts)
        frames[-1].parts[-1].append(shown)

    def _template(self, parts: list[str]) -> str:
        name = one_line(parts[0], 100).replace("_", " ").lower()
        if name in {"!", "="}:
            return "|" if name == "!" else "="
        if name.startswith("#"):  # a condition: what it shows if it holds
            return parts[1].strip() if len(parts) > 1 else ""
        self.templates.add(name)
        if _NOISE.fullmatch(name):
            return GONE
        named = [_NAMED.fullmatch(part) for part in parts[1:]]
        unnamed = [part.strip() for part, match in zip(parts[1:], named, strict=True) if not match]
        fields = [_field(match[1], match[2]) for match in named if match]
        if any(fields) and any("\n" in part for part in parts):
            return "\n" + "\n".join(filter(None, [*unnamed, *fields])) + "\n\n"
        numbered = [match[2].strip() for match in named if match and match[1].isdecimal()]
        return " ".join(filter(None, unnamed + numbered)) or GONE

    def _link(self, parts: list[str]) -> str:
        target, label = parts[0].strip(), parts[-1].strip()
        prefix, colon, rest = target.partition(":")
        space = self.namespaces.get(" ".join(prefix.replace("_", " ").split()).lower()) if colon else None
        if space == CATEGORY:
            self.categories.append(title_of_link(rest))
            return GONE
        if space == FILE:
            caption = "" if len(parts) == 1 or _PICTURE_OPTION.fullmatch(label) else label
            return f"{GONE}{caption} "
        if title := title_of_link(target):
            self.links.append(title)
        return label if len(parts) > 1 and label else target.lstrip(":").replace("_", " ")

    def inline(self, text: str) -> str:
        """Turn what stands inside lines into Markdown: links to the web, emphasis, tags, entities."""
        text = _SWITCH.sub("", text)
        text = _WEB_LINK.sub(self._web_link, text)
        text = _ITEM.sub("\n* ", _BREAK.sub(f"\n{GONE}", text))
        text = _EMPHASIS.sub("''", _STRONG.sub("'''", text))
        return escape_tags(unescape(_TAG.sub("", text)))

    def _web_link(self, match: re.Match[str]) -> str:
        address = f"https:{match[1]}" if match[1].startswith("//") else match[1]
        return self._placeholder(link(escape_tags(one_line(match[2] or match[1])), address))


def _leave_open(frames: list[_Frame]) -> None:
    """What was never closed is text."""
    frames[-2].parts[-1].append(frames.pop().literal())


def _field(name: str, value: str) -> str:
    shown = one_line(value, _LONGEST_FIELD)
    if not shown or name.isdecimal() or _STYLE_FIELD.fullmatch(name.lower()):
        return ""
    return f"* {name.replace('_', ' ')}: {shown}"
