"""Cut from the text of a mail what its sender did not write there: quotations and signatures."""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = re.compile(r"\s{0,3}>")
_OPENERS: Final = r"On|Am|Le|El|Il|Op|Em|Den|På|Dne|W dniu|In article|In message|At|Il giorno|Quoting"
_VERBS: Final = (
    r"wrote|writes|said|schrieb|schreef|(?:a|ont) écrit|escribió|ha scritto|escreveu|skrev|napsal(?:\(a\))?"
    r"|napisał\(?a?\)?|kirjoitti|писал\(?а?\)?|пишет|写道"
)
_OPENED: Final = re.compile(rf"(?:{_OPENERS})\b.{{0,400}}\d.{{0,400}}[:：]")
_WROTE: Final = re.compile(rf".{{0,400}}(?:\b(?:{_VERBS})\b|写道).{{0,200}}[:：]")
_ATTRIBUTION_LINES: Final = 3

_FORWARDED: Final = re.compile(
    r"(?:-{3,}|Begin\b).*(?:forwarded|weitergeleitete|transféré|reenviado|inoltrato|doorgestuurd)",
    re.IGNORECASE,
)
_DIVIDER: Final = re.compile(r"\s*(?:[-_]{10,}|-{2,}\s*[^-\n]{5,60}-{2,})\s*")
_FROM: Final = re.compile(r"[>\s*]*(?:From|Von|De|Da|Van|Fra|Från|От|发件人)\s?[*]*[:：].*\S", re.IGNORECASE)
_SUBJECT: Final = re.compile(
    r"[>\s*]*(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Emne|Ämne|Тема|主题)\s?[*]*[:：]",
    re.IGNORECASE,
)
_HEADER_LINES: Final = 12

_SIGNATURE: Final = re.compile(r"\\?-- ?")
_SIGNATURE_LINES: Final = 20
_DEVICE: Final = re.compile(
    r"(?:Sent from (?:my |Mail for |Outlook|Yahoo)|Get Outlook for |Von meinem .{1,40} gesendet"
    r"|Gesendet (?:von|mit) |Envoyé de(?:puis)? mon |Enviado desde mi ).{0,60}",
    re.IGNORECASE,
)
_FOOTER: Final = re.compile(r"\s*[_=-]{20,}\s*")
_FOOTER_LINES: Final = 12
_FOOTER_SAYS: Final = re.compile(
    r"mailing list|listinfo|unsubscribe|subscribed to|Google Groups", re.IGNORECASE
)


def without_quotes(text: str) -> str:
    """Return what the sender of a mail wrote: no quoted lines, no quoted mail below, no signature, no footer.

    A forwarded mail stays, as does a mail quoted below by somebody who adds nothing to it: there it is
    the message.

    Args:
        text: The body of a mail, as plain text or Markdown.
    """
    lines = text.split("\n")
    forwarded = next((n for n, line in enumerate(lines) if _FORWARDED.match(line.strip())), len(lines))
    cut = min(_quoted_mail(lines), forwarded)
    own = _own_words(lines[:cut])
    if forwarded > cut and own:
        return own
    return "\n\n".join(filter(None, (own, _signed_off(lines[cut:]))))


def _own_words(lines: list[str]) -> str:
    """The lines that are no quotation, without the lines that introduce one."""
    kept: list[str] = []
    in_quote = False
    for line in lines:
        quoted = _QUOTED.match(line) is not None
        if quoted and not in_quote:
            _drop_attribution(kept)
        if not quoted:
            kept.append(line)
        in_quote = quoted
    return _signed_off(kept)


def _drop_attribution(kept: list[str]) -> None:
    """Remove `On Tuesday Ann wrote:`, also when it is wrapped, from the end of these lines."""
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    for count in range(min(_ATTRIBUTION_LINES, end), 0, -1):
        joined = " ".join(line.strip() for line in kept[end - count : end])
        if _OPENED.fullmatch(joined) or (count == 1 and _WROTE.fullmatch(joined)):
            del kept[end - count :]
            return


def _quoted_mail(lines: list[str]) -> int:
    """Where a mail begins that is quoted below with its headers (`From:` … `Subject:`), or the end."""
    for place, line in enumerate(lines):
        if _FROM.fullmatch(line) and any(map(_SUBJECT.match, lines[place + 1 : place + _HEADER_LINES])):
            return _divider_above(lines, place)
    return len(lines)


def _divider_above(lines: list[str], place: int) -> int:
    above = place - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _DIVIDER.fullmatch(lines[above]) else place


def _signed_off(lines: list[str]) -> str:
    lines = lines[: _footer(lines)]
    lines = lines[: _signature(lines)]
    while lines and (not lines[-1].strip() or _DEVICE.fullmatch(lines[-1].strip())):
        lines = lines[:-1]
    return "\n".join(lines).strip("\n")


def _signature(lines: list[str]) -> int:
    first = max(0, len(lines) - _SIGNATURE_LINES)
    return next((n for n in range(first, len(lines)) if _SIGNATURE.fullmatch(lines[n])), len(lines))


def _footer(lines: list[str]) -> int:
    """Where the footer that a mailing list adds begins, or the end."""
    first = max(0, len(lines) - _FOOTER_LINES)
    for place in range(first, len(lines)):
        if _FOOTER.fullmatch(lines[place]) and _FOOTER_SAYS.search("\n".join(lines[place:])):
            return place
    return len(lines)
