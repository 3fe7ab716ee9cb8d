"""People as sources name them: `Palmer, Jenni`, `Ann Lee <ann@x.example>`, `ann-lee`, a list of several."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from html import unescape

from catalog.nouns import Contribution, Identity, IdentityKind, Person, Role
from ingest.formats.tidy import one_line

_LONGEST = 200  # characters of a name
_LONGEST_LIST = 5000  # characters of a list of names
_NOBODY = re.compile(
    r"""[\W\d_]* | n/?a | nil | none | null | tbd | unknown(\ author)? | anonymous | not\ applicable
    | admin(istrator)? | author | guest | owner | root | user | webmaster | no_(first|last|name)
    | (microsoft\ office|windows)\ user | python-docx | ghost
    | [\[(<]? (?:deleted|removed|former|inactive|deactivated|anonymi[sz]ed|suspended)
      (?:[ _-]? (?:user|account|member|author|profile))? [\])>]? [ _#-]? \d*
    | (?:user|account|member|author)[ _-]?(?:deleted|removed|unknown|deactivated) | anonymous\ (?:user|coward)
    | user[ _#-]?\d+""",
    re.VERBOSE | re.IGNORECASE,
)
# A program says so in a word of its own, or at the end of a name that runs on in capitals: "StackBot".
_BOT_NAME = re.compile(
    r"""(?i: .* \[bot\] .* | (?:.*[\s_.-])? (?:ro)?bot (?:[\s_.-].*)?
    | (?:dependabot|renovate|greenkeeper) .* | discobot | slackbot | web-flow | postmaster
    | github[ -]actions? | mailer[ -]daemon | (?:.*[\s_.-])? (?:no|do[-_. ]?not)[-_. ]?reply (?:[\s_.-].*)?
    | mediawiki[ ](?:default|message[ ]delivery) | jenkins | listserv )
    | .* [a-z\d] Bot""",
    re.VERBOSE | re.DOTALL,
)
_BOT_MAILBOX = re.compile(
    r"""(?: .* [-_.+] )?
    (?: no-?reply | do-?not-?reply | bot | robot | mailer-daemon | postmaster | bounces? )
    (?: [-_.+] .* )? | .* \[bot\]""",
    re.VERBOSE | re.IGNORECASE,
)
# The address that hides that of somebody who commits through a hosting site, and is theirs all the same.
_MASKED_DOMAIN = re.compile(r"users\.noreply\..+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+'%-]+@[\w-]+(?:\.[\w-]+)+")
_EMPTY = re.compile(r"mailto:|<\s*>|\(\s*\)|\[\s*\]|\s+")
_DEGREE = re.compile(
    r"(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d|dr|p\.?e|esq|msc|bsc|ma|mba|rn|cpa)\.?", re.IGNORECASE
)
_PARTICLES = {",", "da", "de", "del", "den", "der", "di", "la", "le", "ter", "van", "von"}
_LIST = re.compile(r"\s*[;\n|]\s*|\s+/\s+")
_PAIR = re.compile(r"\s*,?\s*&\s*|\s*,?\s+and\s+", re.IGNORECASE)


def email_identities(address: str) -> frozenset[Identity]:
    """What an e-mail address identifies: itself in lower case, and its MD5, as forum dumps publish it."""
    address = address.strip().lower()
    if not _ADDRESS.fullmatch(address):
        return frozenset()
    digest = hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()
    email = Identity(IdentityKind.EMAIL, "", address)
    return frozenset({email, Identity(IdentityKind.EMAIL_MD5, "", digest)})


def handle(value: str, scope: str) -> Identity:
    """A source's own name for a person: without regard to case and spacing, unique within the source."""
    return Identity(IdentityKind.HANDLE, scope, " ".join(value.split()).casefold())


def is_bot(name: str, address: str = "") -> bool:
    """Whether a name, a handle or an e-mail address is that of a program that posts.

    A name tells it by a word (`tips-bot`, `renovate[bot]`, `Build Bot`) or by its writing (`TipsBot`), so
    that people called Abbott, Talbot or Bottomley stay people.
    """
    if _BOT_NAME.fullmatch(name.strip()):
        return True
    mailbox, _, domain = address.strip().rpartition("@")
    return bool(mailbox and not _MASKED_DOMAIN.fullmatch(domain) and _BOT_MAILBOX.fullmatch(mailbox))


def person(text: str, scope: str, email: str = "") -> Person | None:
    """Understand one person as a source wrote them.

    Args:
        text: A name or a handle, with or without an address: `Ann Lee <ann@x.example>`.
        scope: Name of the source, within which the name stands for one person.
        email: Their address, where the source gives it apart from the name.

    Returns:
        The person, or None for what names nobody (`admin`, `Unknown`, an empty text).
    """
    text = one_line(unescape(text), _LONGEST)
    found = _ADDRESS.search(text)
    address = email.strip() or (found[0] if found else "")
    written = natural_order(_EMPTY.sub(" ", _ADDRESS.sub("", text)).strip(" <>\"',;"))
    name = written if _is_somebody(written) else _name_in(address)
    if not name:
        return None
    identities = email_identities(address)
    bot = is_bot(name, address)
    return Person(name, identities | {handle(name, scope)} if name == written else identities, bot=bot)


def people(text: str, scope: str, email: str = "") -> list[Person]:
    """Understand a cell or a field that may name several; an address given apart belongs to the first."""
    names = split_names(text) or [""]
    found = [person(name, scope, "" if place else email) for place, name in enumerate(names)]
    return list(dict.fromkeys(one for one in found if one))


def split_names(text: str) -> list[str]:
    """Split a list of names at `;`, `|`, ` / `, line ends, `&` and `and`.

    A comma never splits, because `Palmer, Jenni` is one person; `and` and `&` split only between whole
    names, so that `Research and Development` stays one.
    """
    found: list[str] = []
    for part in filter(None, (part.strip(" ,") for part in _LIST.split(unescape(text[:_LONGEST_LIST])))):
        names = [name.strip(" ,") for name in _PAIR.split(part)]
        found += names if all(_is_whole(name) for name in names) else [part]
    return found


def natural_order(name: str) -> str:
    """Put `Palmer, Jenni` into the order in which it is spoken; other names stay as they are."""
    parts = [part.strip() for part in name.split(",") if part.strip()]
    degrees = [part for part in parts[1:] if _DEGREE.fullmatch(part)]
    if len(parts) == 2 and " " not in parts[0]:  # in "Mendoza, DR" these are initials
        degrees = []
    names = [part for part in parts if part not in degrees]
    if len(names) != 2:
        return ", ".join(parts)
    return ", ".join([f"{names[1]} {names[0]}", *degrees])


def contribute(
    role: Role, who: Iterable[Person], at: datetime | None, besides: Iterable[Contribution] = ()
) -> list[Contribution]:
    """Give each person a contribution, except those who have one among `besides`."""
    known = {identity for one in besides for identity in one.person.identities}
    return [Contribution(one, role, at) for one in who if not one.identities & known]


def _is_somebody(name: str) -> bool:
    # "N/A, N/A" is made only of words that name nobody
    return not _NOBODY.fullmatch(name) and not all(map(_NOBODY.fullmatch, name.split()))


def _is_whole(name: str) -> bool:
    words = name.replace(",", " , ").split()
    return len(words) > 1 and all(word[0].isupper() or word in _PARTICLES for word in words)


def _name_in(address: str) -> str:
    # Only `first.last@` gives a name; anything else of an address must not be shown to people.
    words = address.partition("@")[0].split(".")
    if len(words) < 2 or not all(map(str.isalpha, words)):
        return ""
    return " ".join(word.capitalize() for word in words)
