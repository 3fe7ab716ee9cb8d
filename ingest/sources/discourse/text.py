"""The text of a Discourse post: from what its author typed, or else from the HTML that it was turned into."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catalog.nouns import Link, LinkKind
from ingest.formats.fragments import html_to_markdown, parsed
from ingest.formats.headings import FENCED
from ingest.formats.markdown import clean
from ingest.formats.tidy import tidy
from ingest.sources.shared.json_values import Json, mappings, string

if TYPE_CHECKING:
    from bs4 import Tag

_MOST_LINKS = 200
_FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE
_CODE = rf"(?P<code>{FENCED}|(?P<tick>`+)[^`\n]+(?P=tick))"
_QUOTE = re.compile(rf"{_CODE}|(?P<open>\[quote(?:=[^\]\n]{{0,500}})?\])|(?P<end>\[/quote\])", _FLAGS)
_MARKUP = re.compile(
    rf"""{_CODE}
    | !\[(?P<alt>[^\[\]\n|]{{0,500}})(?:\|[^\[\]\n]{{0,200}})?\]\((?:upload:|data:)[^()\s]{{0,500}}\)
    | \[(?P<file>[^\[\]\n|]{{1,500}})(?:\|attachment)?\]\(upload:[^()\s]{{0,500}}\)
    | \[details=?"?(?P<summary>[^\]\n"]{{0,500}})"?\]
    | \[/?(?:details|spoiler|poll|wrap|grid|date|date-range|event|chat|hide|center|size|color|floatl|floatr)
      (?:[=\s][^\]\n]{{0,500}})?\]""",
    _FLAGS | re.VERBOSE,
)
_QUOTED = re.compile(r"\[quote=[^\]\n]{0,300}?\bpost:(\d{1,9}),\s*topic:(\d{1,12})", re.IGNORECASE)
_TOPIC = r"/t/(?:[^\s/()\[\]\"'<>?#]{1,300}/)?(\d{1,12})(?:/(\d{1,9}))?(?![\w/-])"
_NOT_SAID = "aside.quote, .lightbox .meta, svg, .poll-info"


def markdown(post: Json, url: str) -> str:
    """A post's text as Markdown, without what it quotes from other posts.

    Args:
        post: The post, as the API describes it.
        url: Web address of the forum, for links within it; may be empty.
    """
    raw = string(post.get("raw"))
    return _from_raw(raw, url) if raw.strip() else _from_html(string(post.get("cooked")), url)


def links(post: Json, url: str, key: str) -> tuple[Link, ...]:
    """The posts of the same forum that a post links to or quotes.

    Args:
        post: The post, as the API describes it.
        url: Web address of the forum; if it is empty, only links without a host are known to stay within it.
        key: The post's own key, which it does not link to.
    """
    text = string(post.get("raw")) or string(post.get("cooked"))
    pattern = rf"(?:(?<![\w/.:-]){re.escape(url)}|(?<=[\"'(]))" if url else r"(?<=[\"'(])"
    found = [(match[1], match[2] or "1") for match in re.finditer(pattern + _TOPIC, text)]
    found += [(match[2], match[1]) for match in _QUOTED.finditer(text)]
    for counted in mappings(post.get("link_counts")):
        if counted.get("internal") is True and counted.get("reflection") is not True:
            found += [
                (match[1], match[2] or "1") for match in re.finditer(_TOPIC, string(counted.get("url")))
            ]
    keys = {f"{int(topic)}/{int(place)}" for topic, place in found} - {key}
    return tuple(Link(LinkKind.MENTION, one) for one in sorted(keys)[:_MOST_LINKS])


def _from_raw(raw: str, url: str) -> str:
    text = _MARKUP.sub(_plain, _without_quotes(raw))
    if url:
        text = re.sub(r"(?<=\]\()/(?!/)", f"{url}/", text)
    return tidy(clean(text))


def _plain(match: re.Match[str]) -> str:
    return next((part for part in match.group("code", "alt", "file", "summary") if part), "")


def _without_quotes(text: str) -> str:
    """Cut quotes, which may lie in each other; one that does not end stays."""
    kept: list[str] = []
    done = start = depth = 0
    for match in _QUOTE.finditer(text):
        if match["open"]:
            start = start if depth else match.start()
            depth += 1
        elif match["end"] and depth:
            depth -= 1
            if not depth:
                kept.append(text[done:start])
                done = match.end()
    return "".join((*kept, text[done:]))


def _from_html(cooked: str, url: str) -> str:
    if "<" not in cooked:
        return html_to_markdown(cooked)
    soup = parsed(cooked)
    for element in soup.select(_NOT_SAID):
        if not element.decomposed:
            element.decompose()
    for anchor in soup.find_all("a", href=True):
        _settle(anchor, url)
    return html_to_markdown(str(soup.body or ""))


def _settle(anchor: Tag, url: str) -> None:
    """Keep of a mention its text, and give links within the forum their host."""
    href, names = str(anchor["href"]), anchor.get_attribute_list("class")
    if {"mention", "mention-group", "hashtag", "hashtag-cooked"} & set(map(str, names)):
        del anchor["href"]
    elif url and href.startswith("/") and not href.startswith("//"):
        anchor["href"] = url + href
