"""The text of a Slack message as Markdown.

The format, mrkdwn, is described at https://docs.slack.dev/messaging/formatting-message-text: `*bold*`,
`_italic_`, `~strike~`, code between back-ticks; references and addresses between angle brackets; the
entities `&amp;`, `&lt;` and `&gt;`, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ingest.formats.tidy import escape_tags, one_line, tidy

_LONGEST: Final = 100_000  # characters; Slack itself cuts at 40,000
_LONGEST_LABEL: Final = 500
_ELSEWHERE: Final = "another channel"  # a channel whose name is not for all who read this

_BLOCK: Final = re.compile(r"```(.*?)```", re.DOTALL)
_INLINE: Final = re.compile(r"`([^`\n]{1,2000})`")
_TOKEN: Final = re.compile(r"<([^<>\n]{1,4000})>")
_KEPT: Final = re.compile("\ue000(\\d+)\ue001")
_SPAN: Final = r"(?<![\w{0}]){0}(?=[^\s{0}])([^{0}\n]{{1,1000}})(?<=\S){0}(?![\w{0}])"
_EMPHASIS: Final = tuple(
    (re.compile(_SPAN.format(mark)), to)
    for mark, to in ((r"\*", r"**\1**"), ("_", r"*\1*"), ("~", r"~~\1~~"))
)
_BULLET: Final = re.compile(r"(?m)^([ \t]*)[•◦▪]\s*")
_HEADING_LIKE: Final = re.compile(r"(?m)^(#{1,6}[ \t])")
_WEB: Final = re.compile(r"(?:https?|mailto):[^\s\x00-\x1f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Labels:
    """What the identifiers in a message stand for.

    Attributes:
        people: Names of the workspace's members by their identifiers.
        channels: Names of the channels that may be named to all who read the message.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def to_markdown(text: str, labels: Labels) -> str:
    """Turn a message's text into inert Markdown.

    Args:
        text: The text as the export has it; at most 100,000 characters of it are read.
        labels: The names of people and channels.
    """
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\ue000{len(kept) - 1}\ue001"

    text = text[:_LONGEST].replace("\ue000", "").replace("\ue001", "")
    text = _BLOCK.sub(lambda match: keep(_fenced(match[1], labels)), text)
    text = _INLINE.sub(lambda match: keep(f"`{_as_code(match[1], labels)}`"), text)
    text = _TOKEN.sub(lambda match: keep(_reference(match[1], labels)), text)
    text = _emphasised(escape_tags(_unescaped(text)))
    return tidy(_KEPT.sub(lambda match: kept[int(match[1])], text))


def _emphasised(text: str) -> str:
    text = _HEADING_LIKE.sub(r"\\\1", _BULLET.sub(r"\1- ", text))
    for pattern, replacement in _EMPHASIS:
        text = pattern.sub(replacement, text)
    return text


def _unescaped(text: str) -> str:
    # &amp; comes last, so that "&amp;lt;" stays the text "&lt;".
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _fenced(code: str, labels: Labels) -> str:
    return f"\n```\n{_as_code(code, labels).strip(chr(10))}\n```\n"


def _as_code(code: str, labels: Labels) -> str:
    """Code shows characters as they are; Slack makes links of the addresses in it all the same."""
    return _unescaped(_TOKEN.sub(lambda match: _plain(match[1], labels), code))


def _plain(token: str, labels: Labels) -> str:
    if token[0] in _REFERENCES:
        return _REFERENCES[token[0]](token, labels)
    address, _, label = token.partition("|")
    return label or address


def _reference(token: str, labels: Labels) -> str:
    if token[0] in _REFERENCES:
        return escape_tags(_unescaped(_REFERENCES[token[0]](token, labels)))
    address, _, label = token.partition("|")
    address, label = _unescaped(address).strip(), escape_tags(one_line(_unescaped(label), _LONGEST_LABEL))
    if not _WEB.fullmatch(address):
        return label or escape_tags(address)
    target = address.replace("(", "%28").replace(")", "%29")
    if address.lower().startswith("mailto:") or not label or label == address:
        return label or f"<{target}>"
    return f"[{label.replace('[', '(').replace(']', ')')}]({target})"


def _person(token: str, labels: Labels) -> str:
    identifier, _, label = token[1:].partition("|")
    return f"@{labels.people.get(identifier) or label or 'somebody'}"


def _channel(token: str, labels: Labels) -> str:
    name = labels.channels.get(token[1:].partition("|")[0])
    return f"#{name}" if name else _ELSEWHERE


def _special(token: str, labels: Labels) -> str:
    del labels
    command, _, label = token[1:].partition("|")
    return label or f"@{command.partition('^')[0]}"  # <!here>, <!subteam^S1|@cooks>, <!date^1^{date}|1 May>


_REFERENCES: Final[Mapping[str, Callable[[str, Labels], str]]] = {
    "@": _person,
    "#": _channel,
    "!": _special,
}
