"""What the parts of a conversation are: whether a thread asks something, and which replies are only remarks.

The rule, for chats, mailing lists and whatever else has threads without saying what they are:

- A thread *asks* if its source says so (a questions category, a mark of a solution), if its title or its
  opening text holds a question mark at the end of a sentence of at least three words, or if one of them
  begins as questions and requests for help do ("How do I …", "Does anybody know …"). Quotations, code and
  addresses do not count, nor do polite phrases ("Any questions?", "How are you?").
- An announcement ("[ANN] …", "Release of …") asks nothing, whatever else stands in it.
- A thread that asks is a question with answers; any other one is a post with posts.
- What the asker adds is no answer, unless it was marked as the solution.
- A reply that only thanks, agrees or greets is a remark: it is shown below the item that it follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Final

from catalog.nouns import Kind, Role, State
from ingest.formats.tidy import one_line

_OPENING: Final = 4000  # characters of the opening text that are looked at
_SHORTEST_QUESTION: Final = 3  # words
_LONGEST_REMARK: Final = 80  # characters
_LONGEST_COMMENT: Final = 2000  # characters
_LONGEST_TITLE: Final = 120  # characters

_NOT_PROSE: Final = re.compile(
    r"```.*?(?:```|\Z) | `[^`\n]{1,500}` | ^[ ]{0,3}>[^\n]* | https?://\S+ | <[^<>\s]{1,2000}>",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])(?=[\s)\]\"'”’»*_])|(?<=[？؟])|\n\s*\n")
_LEADING: Final = " \t*_>\"'“‘«(-–•"
_CLOSING: Final = " \t*_)]\"'”’»:;-–"
_WIDE_MARKS: Final = "？؟"  # of scripts that may not put spaces between words
_POLITE: Final = re.compile(
    r"""\W*(?: (?:do\ you\ have\ |are\ there\ |if\ you\ have\ )?(?:any\ )?(?:more\ |further\ |other\ )?
        (?:questions|comments|feedback|thoughts|objections|suggestions)(?:\ or\ \w+)?
    | (?:hi|hello|hey)?\W*how\ are\ (?:you|things)(?:\ doing)?(?:\ \w+)?
    | (?:does\ (?:that|this)\ )?sounds?\ good
    | make(?:s)?\ sense | (?:does\ (?:that|this)\ )?make\ sense | isn't\ it | right | guess\ what | who\ knows
    | what's\ (?:up|new)(?:\ \w+)? | did\ you\ know(?:\ that)? )\W*""",
    re.VERBOSE | re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"""(?: how\ (?:do|does|can|could|should|would|to|come)\b
    | (?:what|where|why)\ (?:do|does|did|can|could|should|would|causes)\b
    | (?:is|are)\ there\ (?:a|an|any|some)\b
    | (?:can|could|would|does|do|did|has|have|is)\ (?:any|some)(?:one|body)\b
    | any(?:one|body)\ (?:know|knows|have|has|had|seen|tried|got|else|who|here)
    | (?:any\ (?:ideas?|advice|tips|suggestions|recommendations)\ (?:on|for|how|about|why|what))
    | (?:i\ |we\ )?need\ (?:some\ )?(?:help|advice) | (?:please\ )?help\ (?:needed|wanted|with|me)
    | (?:i'm|i\ am|we're|we\ are)?\ ?(?:looking\ for|seeking)\ (?:advice|help|suggestions|a\ way)
    | (?:i'm|i\ am|i\ was|we\ are)\ wondering\ (?:if|how|why|whether|what) | question\W
    | wie\ (?:kann|macht|soll|geht) | (?:weiß|kennt|hat)\ jemand | comment\ (?:faire|puis-je) | ¿ )""",
    re.VERBOSE | re.IGNORECASE,
)
_GREETING: Final = re.compile(
    r"(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|bonjour|hola|greetings)\b"
    r"(?:[ ,]+(?:(?i:all|every(?:one|body)|there|folks|team|guys|again)\b|@[\w.-]+|[A-Z][\w'-]*)){0,3}"
    r"\s*[,.!:–-]*",
)
_ANNOUNCES: Final = re.compile(
    r"\W*(?:ann(?:ounce(?:ment)?|ouncing)?\b|newsletter\b|call for (?:papers|participation|proposals)\b|cfp\b"
    r"|release(?:d)?\b|new release\b|minutes (?:of|from)\b|weekly\b|reminder\b|invitation\b|webinar\b)",
    re.IGNORECASE,
)
_SOLVED: Final = re.compile(
    r"\W*(?:\[(?:solved|resolved|fixed|gelöst)\]|\((?:solved|resolved|fixed|gelöst)\)|solved\s*[:–-])"
    r"|.*[\[(](?:solved|resolved)[\])]\W*$",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(
    r"""(?: (?:(?:many|lots\ of|a\ lot\ of|big|huge|great|ok(?:ay)?|awesome|perfect|great|cool)[\s,!.]+)*
        (?:thanks?|thank\ you|thx|ty|tysm|cheers|danke|merci|gracias|tack)\b.{0,60}
    | (?:great|nice|cool|awesome|perfect|excellent|brilliant|amazing|love\ (?:it|this)|well\ done|congrat\w*)
      (?:\ (?:idea|work|job|one|stuff|post|news|tip|point|thanks?|thank\ you))?
    | (?:ok(?:ay)?|yes|yep|yeah|yup|no|nope|sure|exactly|agreed?|i\ agree|same(?:\ here)?|me\ too|indeed|right
        |done|got\ it|good\ (?:point|idea|to\ know)|will\ do|makes\ sense|lol|haha+|wow|hi|hello|hey|welcome
        |bump|(?:it\ |that\ |this\ )?(?:works|worked|helped|did\ it|fixed\ it)(?:\ now)?
        |you(?:'re|\ are)\ welcome|no\ problem|np|\+\ ?1|-\ ?1|this|following|interested)
      (?:\ (?:all|everyone|everybody|too|here|again|both|@[\w.\ -]{1,40}))? )""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_EMOJI_NAME: Final = re.compile(r":[\w+'-]{1,60}:(?::skin-tone-\d:)?")
_WORD: Final = re.compile(r"\w+")
_NO_WORD: Final = re.compile(r"[\W_]*")
_MARKUP: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)|[*_`~]{1,3}|^\s*(?:[#>•-]+|\d+[.)])\s+")


_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark below an item: whose (empty if nobody's), when, and what."""

    name: str
    at: datetime | None
    text: str


def asks(title: str, text: str, *, marked: bool = False) -> bool:
    """Whether a thread asks something.

    Args:
        title: Its title; empty where the source has none.
        text: Its opening text, as Markdown.
        marked: Whether the source itself calls it a question, or a reply its solution.
    """
    if marked or says_solved(title):
        return True
    if _ANNOUNCES.match(title):
        return False
    return any(_holds_question(_prose(part)) for part in (title, text[:_OPENING]))


def says_solved(title: str) -> bool:
    """Whether a title declares that the problem is solved: `[SOLVED] Mould in the shed`."""
    return bool(_SOLVED.match(title[:1000]))


def is_remark(text: str) -> bool:
    """Whether a reply only thanks, agrees or greets, and says nothing that anybody would search for."""
    plain = _EMOJI_NAME.sub("", text).strip()
    if len(plain) > _LONGEST_REMARK or "http" in plain or "`" in plain or "?" in plain:
        return False
    if _NO_WORD.fullmatch(plain):
        return not re.search(r"\d", plain) or plain in {"+1", "-1"}
    return all(_is_small_talk(part) for part in re.split(r"[.!,;\n]+", plain) if part.strip())


def opening_kind(question: bool) -> tuple[Kind, Role]:
    """What opens a thread, and what its author did."""
    return (Kind.QUESTION, Role.ASKED) if question else (Kind.POST, Role.AUTHORED)


def reply_kind(question: bool, *, by_asker: bool = False, accepted: bool = False) -> tuple[Kind, Role]:
    """What a reply is, and what its author did.

    Args:
        question: Whether its thread asks something.
        by_asker: Whether it comes from whoever opened the thread.
        accepted: Whether it was marked as the solution.
    """
    if not question:
        return Kind.POST, Role.AUTHORED
    if accepted:
        return Kind.ANSWER, Role.ACCEPTED
    return (Kind.POST, Role.COMMENTED) if by_asker else (Kind.ANSWER, Role.ANSWERED)


def opening_state(question: bool, solved: bool) -> State | None:
    """How far a thread has come: None for one that asks nothing."""
    if not question:
        return None
    return State.SOLVED if solved else State.OPEN


def with_comments(text: str, comments: Iterable[Comment]) -> str:
    """Append remarks to an item's text, as a list under `## Comments`."""
    lines = [_comment_line(comment) for comment in comments]
    return "\n\n".join(filter(None, (text, "## Comments\n\n" + "\n".join(lines) if lines else "")))


def title_of(text: str) -> str:
    """Make a title for what has none: the first line that is no greeting, without markup.

    Args:
        text: The item's text, as Markdown.

    Returns:
        At most 120 characters, cut between words; empty if there are no words.
    """
    for line in text[:_OPENING].split("\n"):
        plain = one_line(unescape(_EMOJI_NAME.sub("", _ESCAPED.sub(r"\1", _MARKUP.sub(r"\1", line)))))
        plain = plain[match.end() :].lstrip() if (match := _GREETING.match(plain)) else plain
        if len(plain) > 1 and not plain.startswith("```") and not _NO_WORD.fullmatch(plain):
            return _shortened(plain)
    return ""


def _prose(text: str) -> str:
    return _NOT_PROSE.sub(" … ", text)


def _holds_question(prose: str) -> bool:
    sentences = (part.strip(_LEADING) for part in _SENTENCE_END.split(prose))
    return any(_is_question(sentence) for sentence in sentences if sentence)


def _is_question(sentence: str) -> bool:
    greeting = _GREETING.match(sentence)
    asked = sentence[greeting.end() :].lstrip() if greeting else sentence
    if _POLITE.fullmatch(sentence.rpartition("\n")[2]):
        return False
    if _ASKS.match(asked):
        return True
    mark = asked.rstrip(_CLOSING)[-1:]
    if mark == "?":
        return len(_WORD.findall(asked)) >= _SHORTEST_QUESTION
    return bool(mark) and mark in _WIDE_MARKS


def _is_small_talk(part: str) -> bool:
    return bool(_NO_WORD.fullmatch(part) or _REMARK.fullmatch(part.strip(" \t\"'()-–:")))


def _comment_line(comment: Comment) -> str:
    day = f"({comment.at:%Y-%m-%d})" if comment.at else ""
    who = " ".join(filter(None, (comment.name, day)))
    said = one_line(comment.text, _LONGEST_COMMENT)
    return f"- {who}: {said}" if who else f"- {said}"


def _shortened(title: str) -> str:
    if len(title) <= _LONGEST_TITLE:
        return title
    cut = title[:_LONGEST_TITLE].rpartition(" ")[0] or title[:_LONGEST_TITLE]
    return f"{cut.rstrip(' ,;:-–')} …"
