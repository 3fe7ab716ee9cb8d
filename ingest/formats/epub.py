"""E-books (.epub): the chapters in reading order (EPUB 3.3, and 2.0.1)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.containers import Container
from ingest.formats.fragments import html_to_markdown
from ingest.formats.headings import without_title
from ingest.formats.markdown_blocks import heading, inline, paragraphs
from ingest.formats.moments import moment
from ingest.formats.names import people, plausible_title
from ingest.formats.office_open import resolve
from ingest.formats.text import decode
from ingest.formats.tidy import one_line
from ingest.formats.xml_trees import Element, local_name

MOST_CHAPTERS = 5000
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGE = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_NOT_AN_AUTHOR = ("bkp", "pbl", "prt", "dst", "nrt", "ill", "cov", "dsr")
_BODY = re.compile(r"<body\b[^>]*>(.*?)(?:</body>|\Z)", re.DOTALL | re.IGNORECASE)
_HEADED = re.compile(r"\s*#{1,6} ")


def read(data: bytes, name: str) -> Document:
    """Read a book: its chapters as Markdown, under their headings or the titles of its contents.

    Raises:
        UnreadableError: If it is no e-book, is protected or breaks a limit.
    """
    container = Container(data, name)
    folder, package = _package(container, name)
    _refuse_protected(container, name)
    titles = _contents(container, folder, package)
    chapters = [_chapter(container, part, titles.get(part, ""), name) for part in _spine(folder, package)]
    meta = _meta(package)
    title = plausible_title(next(iter(meta.get("title", [])), ""))
    modified = next(
        (entry.text for entry in package.iter("{*}meta") if entry.get("property") == "dcterms:modified"), ""
    )
    return Document(
        text=without_title(paragraphs(chapters), title),
        title=title,
        authors=people(_authors(package)),
        created=next(filter(None, map(moment, meta.get("date", []))), None),
        updated=moment(modified),
        meta={key: "; ".join(values) for key, values in meta.items()},
    )


def _package(container: Container, name: str) -> tuple[str, Element]:
    """The folder of the package document, and its root."""
    index = container.xml("META-INF/container.xml")
    found = index.find("{*}rootfiles/{*}rootfile") if index is not None else None
    part = unquote(found.get("full-path", "")) if found is not None else ""
    package = container.xml(part) if part else None
    if package is None:
        raise UnreadableError(name, "is not an e-book, or damaged; save it again as .epub")
    return posixpath.dirname(part), package


def _refuse_protected(container: Container, name: str) -> None:
    """Refuse a book whose chapters are encrypted; fonts often are, and do not matter."""
    root = container.xml(_ENCRYPTION)
    methods = root.iter("{*}EncryptionMethod") if root is not None else ()
    if any(method.get("Algorithm") not in _FONT_SCRAMBLING for method in methods):
        raise UnreadableError(name, "is protected against copying (DRM); read a copy without protection")


def _manifest(package: Element) -> dict[str, Element]:
    return {entry.get("id", ""): entry for entry in package.iterfind("{*}manifest/{*}item")}


def _spine(folder: str, package: Element) -> Iterator[str]:
    """The parts of the chapters in reading order, each once, without the table of contents."""
    items = _manifest(package)
    references = [entry.get("idref", "") for entry in package.iterfind("{*}spine/{*}itemref")]
    for id_ in list(dict.fromkeys(references))[:MOST_CHAPTERS]:
        item = items.get(id_)
        if item is None or item.get("media-type") not in _PAGE or "nav" in item.get("properties", "").split():
            continue
        yield resolve(folder, unquote(item.get("href", "")))


def _contents(container: Container, folder: str, package: Element) -> dict[str, str]:
    """The title that the table of contents gives to each part, by its name."""
    titles: dict[str, str] = {}
    for item in _manifest(package).values():
        part = resolve(folder, unquote(item.get("href", "")))
        is_navigation = "nav" in item.get("properties", "").split()
        if is_navigation or item.get("media-type") == "application/x-dtbncx+xml":
            root = container.xml(part)
            entries = _entries(root) if root is not None else ()
            for target, title in entries:
                titles.setdefault(resolve(posixpath.dirname(part), unquote(target.partition("#")[0])), title)
    return titles


def _entries(root: Element) -> Iterator[tuple[str, str]]:
    """Address and title of each entry, of a navigation document or of an NCX."""
    for link in root.iter("{*}a"):
        yield link.get("href", ""), one_line("".join(link.itertext()))
    for point in root.iter("{*}navPoint"):
        content = point.find("{*}content")
        if content is not None:
            yield content.get("src", ""), one_line(point.findtext("{*}navLabel/{*}text") or "")


def _chapter(container: Container, part: str, title: str, name: str) -> str:
    data = container.read(part)
    if not data.strip():
        return ""
    text = html_to_markdown(_body(data, name))
    headed = not text or not title or _HEADED.match(text) is not None
    return text if headed else paragraphs([heading(1, inline(title)), text])


def _body(data: bytes, name: str) -> str:
    """The body of a chapter as HTML, in which `<a/>` is written as `<a></a>`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
        body = root.find("{*}body")
        source = str(etree.tostring(body if body is not None else root, method="html", encoding="unicode"))
    except etree.XMLSyntaxError:
        source = decode(data, name)
    match = _BODY.search(source)
    return match[1] if match else source


def _meta(package: Element) -> dict[str, list[str]]:
    meta: dict[str, list[str]] = {}
    for entry in package.iterfind("{*}metadata//*"):
        value = one_line(entry.text or "", 2000)
        if value and local_name(entry) not in ("meta", "dc-metadata", "x-metadata"):
            meta.setdefault(local_name(entry), []).append(value)
    return meta


def _authors(package: Element) -> Iterator[str]:
    """The creators, without those whose role is another than writing."""
    roles = {
        entry.get("refines", "").lstrip("#"): one_line(entry.text or "")
        for entry in package.iter("{*}meta")
        if entry.get("property") == "role"
    }
    for creator in package.iter("{*}creator"):
        own = next((value for key, value in creator.attrib.items() if key.endswith("role")), "")
        if (own or roles.get(creator.get("id", ""), "")) not in _NOT_AN_AUTHOR:
            yield creator.text or ""
