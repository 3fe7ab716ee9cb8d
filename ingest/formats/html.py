"""Web pages and fragments of HTML, as readable Markdown."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment
from markdownify import MarkdownConverter

from ingest.documents import Document
from ingest.formats.headings import without_title
from ingest.formats.moments import moment
from ingest.formats.names import people
from ingest.formats.text import decode
from ingest.formats.tidy import escape_tags, legible, one_line, tidy

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
_PROLOGUE = re.compile(
    r"\A\s*(?:<\?xml.{0,1000}?\?>)?\s*(?:<!DOCTYPE.{0,2000}?>)?", re.DOTALL | re.IGNORECASE
)
_SCRIPTS = "title, script, style, template, noscript, iframe, object, embed, svg, canvas"
_CONTROLS = "button, select, input, textarea, dialog"
_FRAME = "nav, aside, footer, [role=navigation], .navbox, .mw-editsection"
_HIDDEN = "[hidden], [aria-hidden=true]"
_NOTHING = r"0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:!important\s*)?(?=;|$)"
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden"
    rf"|(?:^|[;\s])(?:opacity|font-size)\s*:\s*(?=[0.]){_NOTHING}"
    r"|(?:^|[;\s])(?:left|top|right|text-indent)\s*:\s*-\d{4,}"
    r"|(?:^|[;\s])color\s*:\s*transparent",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?:^|[;\s])color\s*:\s*(?:white\b|#fff(?:f{3})?\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))", re.IGNORECASE
)
_WHITE_FONT = re.compile(r"white|#?fff(?:f{3})?", re.IGNORECASE)
_DARKENED = "[style*=background], [bgcolor], [class]"  # on what may be dark, white is to be read
# What a source must have for it to hold any of these, comments, numbered lists or wide cells: most have none.
_MAY_HIDE = re.compile(
    r"<(?:title|script|style|template|noscript|iframe|object|embed|svg|canvas|button|select|input|textarea"
    r"|dialog)|hidden[\s=>/]|(?:style|color)\s*=",
    re.IGNORECASE,
)
_MAY_COMMENT = re.compile(r"<[!?]|</(?![a-z])", re.IGNORECASE)
_MAY_NUMBER = re.compile(r"<ol|colspan", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:lang|language|highlight-source|brush:)-?\s*([\w+#-]+)")
_BULLET = "list bullet"  # with its space, no attribute that a document could have

_TITLES = ("og:title", "dc.title", "citation_title")
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author")
_CREATED = (
    "article:published_time",
    "date",
    "dc.date",
    "dcterms.created",
    "datepublished",
    "citation_publication_date",
)
_UPDATED = ("article:modified_time", "last-modified", "og:updated_time", "dcterms.modified", "datemodified")


class _Tag(Tag):
    """A tag that soon tells whether it stands in another, which the converter asks of every one."""

    def find_parent(self, name: Any = None, attrs: Any = None, **others: Any) -> Tag | None:
        if not isinstance(name, str) or attrs or others:
            return super().find_parent(name, attrs or {}, **others)
        tag = self.parent
        while tag is not None and tag.name != name:
            tag = tag.parent
        return tag


class _Converter(MarkdownConverter):
    """Markdown in which nothing can be fetched or run: images are their alt text."""

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        el.attrs.pop("title", None)
        text = re.sub(r"\s*\n\s*(?:#{1,6} )?", " ", text)  # a link cannot hold paragraphs or headings
        href = re.sub(r"\s", "%20", str(el.get("href") or "").strip())
        if not _SAFE_LINK.match(href):
            return text
        el["href"] = href
        return str(super().convert_a(el, text, parent_tags))  # type: ignore[misc]

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        del text, parent_tags
        return escape_tags(one_line(str(el.get("alt") or "")))

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        del el, parent_tags
        return text

    convert_audio = convert_video

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        del parent_tags
        bullet = str(el.get(_BULLET) or "- ")
        return bullet + text.strip().replace("\n", "\n" + " " * len(bullet)) + "\n" if text.strip() else "\n"

    def escape(self, text: str, parent_tags: set[str]) -> str:
        del parent_tags
        return escape_tags(text)

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        fenced = str(super().convert_pre(el, text, parent_tags))  # type: ignore[misc]
        longest = max((len(run) for run in re.findall("`{3,}", text)), default=0)
        if not longest:
            return fenced
        fence = "`" * (longest + 1)
        return f"\n\n{fence}{fenced.strip()[3:-3]}{fence}\n\n"


def read(data: bytes, name: str) -> Document:
    """Read a web page: its main content if it marks one, else all of its body.

    Raises:
        UnreadableError: If it is not text.
    """
    declared = _CHARSET.search(data[:4096])
    source = decode(data, name, declared[1].decode("ascii") if declared else None)
    soup = _parse(source)
    meta = _meta(soup)
    title = _title(soup, meta)
    return Document(
        text=without_title(_main_text(soup), title),
        title=title,
        authors=_several(meta, _AUTHORS),
        created=moment(_one(meta, _CREATED)),
        updated=moment(_one(meta, _UPDATED)),
        meta={key: values[0] for key, values in meta.items()},
    )


def fragment_to_markdown(fragment: str) -> str:
    """Turn a fragment into Markdown, as `ingest.formats.fragments.html_to_markdown` tells."""
    source = legible(fragment)
    soup = _parse(f"<div>{source}</div>")
    if _MAY_HIDE.search(source):
        _strip(soup)
    return _render(soup, prepare=_MAY_NUMBER.search(source) is not None)


def _parse(source: str) -> BeautifulSoup:
    source = _PROLOGUE.sub("", legible(source), count=1)
    soup = BeautifulSoup(source, "lxml", element_classes={Tag: _Tag})
    if _MAY_COMMENT.search(source):
        for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
            comment.extract()
    return soup


def _strip(soup: Tag) -> Tag:
    """Remove in place what is not shown as text."""
    for element in soup.select(f"{_SCRIPTS}, {_CONTROLS}, {_HIDDEN}"):
        element.decompose()
    for element in soup.select("[style]"):
        if not element.decomposed and _INVISIBLE.search(str(element.get("style"))):
            element.decompose()
    for element in soup.select("[style], font[color]"):
        if not element.decomposed and _is_white_on_white(element):
            element.decompose()
    return soup


def _is_white_on_white(element: Tag) -> bool:
    """Whether text is white, and nothing around it says that the ground is not."""
    white = _WHITE.search(str(element.get("style", ""))) or (
        element.name == "font" and _WHITE_FONT.fullmatch(str(element.get("color", "")).strip())
    )
    return bool(white) and not any(
        one.css.match(_DARKENED) for one in (element, *element.parents) if one.name
    )


def _render(tag: Tag, *, prepare: bool = True) -> str:
    try:
        markdown = _converter().convert_soup(_prepare(tag) if prepare else tag)
    except RecursionError:  # nested a thousand deep: the text matters, not its layout
        markdown = tag.get_text("\n", strip=True)
    return tidy(markdown)


def _prepare(tag: Tag) -> Tag:
    """Number list items beforehand (counting siblings takes quadratic time) and bound the width of cells."""
    for ordered in tag.find_all("ol"):
        start = str(ordered.get("start", "1"))
        first = int(start) if re.fullmatch(r"\d{1,6}", start) else 1
        for number, item in enumerate(ordered.find_all("li", recursive=False), start=first):
            item[_BULLET] = f"{number}. "
    for cell in tag.select("[colspan]"):
        if not re.fullmatch(r"1?\d", str(cell["colspan"])):
            del cell["colspan"]
    return tag


@cache
def _converter() -> _Converter:
    """The only one: to make one takes longer than most posts."""
    return _Converter(
        heading_style="atx",
        bullets="-",
        table_infer_header=True,
        code_language_callback=_language,
    )


def _language(pre: Tag) -> str | None:
    code = pre.find("code")
    tags = [pre, code] if isinstance(code, Tag) else [pre]
    classes = " ".join(" ".join(tag.get_attribute_list("class") or []) for tag in tags)
    match = _LANGUAGE.search(classes)
    return match[1] if match else None


def _main_text(soup: BeautifulSoup) -> str:
    _strip(soup)
    everything = soup.body or soup
    marked = soup.select("main, [role=main]") or soup.select("article")
    main = marked[0] if len(marked) == 1 else None
    for element in (main or everything).select(_FRAME):
        element.decompose()
    for header in (main or everything).select("header"):
        _keep_headings(header, main is not None)
    _drop_forms(main or everything)
    return (_render(main) if main else "") or _render(everything)


def _keep_headings(header: Tag, in_main: bool) -> None:
    """Reduce an article's header to its headings; that of a whole page shows the site, so it goes."""
    headings = [heading.extract() for heading in header.find_all(re.compile("h[1-6]"))]
    header.clear()
    if in_main:
        header.extend(headings)


def _drop_forms(tag: Tag) -> None:
    """Remove forms, except those that some frameworks wrap around the whole page."""
    for form in tag.select("form"):
        if not form.select_one("p, h1, h2, h3, table, article"):
            form.decompose()


def _meta(soup: BeautifulSoup) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in soup.find_all("meta", content=True)[:200]:
        key = tag.get("name") or tag.get("property") or tag.get("itemprop")
        value = one_line(str(tag["content"]), 2000)
        if key and value:
            found.setdefault(one_line(str(key)).casefold(), []).append(value)
    return found


def _title(soup: BeautifulSoup, meta: dict[str, list[str]]) -> str | None:
    """The page's title; the only h1 where the title just adds the site's name to it."""
    titles = [one_line(soup.title.get_text(" ")) if soup.title else "", _one(meta, _TITLES) or ""]
    headings = [one_line(heading.get_text(" ")) for heading in soup.find_all("h1")]
    title = next(filter(None, titles), "")
    if len(headings) == 1 and headings[0] and (not title or headings[0].casefold() in title.casefold()):
        return headings[0]
    return title or next(filter(None, headings), None)


def _one(meta: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _several(meta: dict[str, list[str]], names: tuple[str, ...]) -> tuple[str, ...]:
    values = next((meta[name] for name in names if name in meta), [])
    return people(value for value in values if not value.startswith(("http:", "https:")))
