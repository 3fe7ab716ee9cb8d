"""From the messages of a Slack channel to items.

- A thread is a question with answers or a post with posts, by the rule of `shared.threads`. A check
  mark by whoever opened it marks the answer that it stands on as accepted; a check mark by anybody on the
  opening message says that the question is solved. What survives of a thread whose opening message was
  deleted is posts.
- Messages outside threads are grouped into conversations (`slack_messages.conversations`). One is a post of
  all who spoke, since nobody can say what answers what; a question to which nobody said anything is a
  question.
- Edits count as the last text only. Joins, topics and other notices of the program are left out.

The files are read twice: once for where threads end and what was edited, once for the items. What is kept
in memory are the threads and the conversation that go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.errors import UnreadableError
from catalog.nouns import Contribution, Item, Kind, Role
from ingest.sources.shared.people import contribute
from ingest.sources.shared.threads import (
    Comment,
    asks,
    is_remark,
    opening_kind,
    opening_state,
    reply_kind,
    with_comments,
)
from ingest.sources.slack.export import Channel, Member, elements, table, text_of
from ingest.sources.slack.messages import Context, Message, conversations, message_of, stamp
from ingest.sources.slack.text import Labels
from ingest.tree import Tree


@dataclass(slots=True)
class _Survey:
    """What has to be known of a channel before its messages are read in order.

    Attributes:
        last: The last file that holds a message of a thread, by the thread.
        changed: The last texts of messages whose edits are listed.
        removed: Messages that were deleted.
    """

    last: dict[str, int] = field(default_factory=dict)
    changed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    def note(self, values: Mapping[str, Any], number: int) -> None:
        """Take notice of a message in a file."""
        if thread := stamp(values, "thread_ts"):
            self.last[thread] = number
        subtype = text_of(values, "subtype")
        if subtype == "message_changed" and (ts := stamp(table(values, "message"))):
            self.changed[ts] = table(values, "message")
        elif subtype == "message_deleted" and (ts := stamp(values, "deleted_ts")):
            self.removed.add(ts)


@dataclass(frozen=True, slots=True)
class ChannelReader:
    """Makes the items of one channel.

    Attributes:
        source: Name of the source.
        tree: Where its files lie.
        days: The channel's files, in the order of time.
        channels: All channels of the workspace, by their identifiers.
        members: The accounts of the workspace.
        channel: The channel's identifier.
        community: Slug of the community that it is.
        url: Web address of the workspace; None if it is not known.
    """

    source: str
    tree: Tree
    days: Sequence[str]
    channels: Mapping[str, Channel]
    members: Mapping[str, Member]
    channel: str
    community: str
    url: str | None

    def items(self) -> Iterator[Item | UnreadableError]:
        """Yield a thread when its last message has come, a conversation when the next one begins."""
        survey = self._survey()
        threads: dict[str, dict[str, Message]] = {}
        waiting: dict[str, Message] = {}
        for number, key in enumerate(self.days):
            for message in self._messages(key, survey):
                if isinstance(message, UnreadableError):
                    yield message
                else:
                    group = threads.setdefault(message.thread, {}) if message.thread else waiting
                    group[message.ts] = message
            for thread in [one for one in threads if survey.last.get(one, 0) <= number]:
                yield from self._thread(thread, _in_order(threads.pop(thread)))
            groups = conversations(_in_order(waiting))
            waiting = {message.ts: message for message in groups.pop()} if groups else {}
            yield from self._conversations(groups)
        yield from self._conversations(conversations(_in_order(waiting)))

    def _survey(self) -> _Survey:
        survey = _Survey()
        for number, key in enumerate(self.days):
            for values in self._elements(key):
                if not isinstance(values, UnreadableError):
                    survey.note(values, number)
        return survey

    def _elements(self, key: str) -> Iterator[dict[str, Any] | UnreadableError]:
        try:
            yield from elements(self.tree, key)
        except UnreadableError as error:
            yield error

    def _messages(self, key: str, survey: _Survey) -> Iterator[Message | UnreadableError]:
        context = self._context()
        for values in self._elements(key):
            if isinstance(values, UnreadableError):
                yield values
                continue
            ts = stamp(values)
            current = {**values, **survey.changed.get(ts, {})}
            message = None if ts in survey.removed else message_of(current, context)
            if message:
                yield message

    def _context(self) -> Context:
        people = {key: one.person.name for key, one in self.members.items() if one.person}
        channels = self.channels.values()
        named = {one.id: one.name for one in channels if not one.private or one.id == self.channel}
        return Context(self.source, self.channel, self.members, Labels(people, named))

    def _thread(self, thread: str, messages: Sequence[Message]) -> Iterator[Item]:
        opening = messages[0] if messages[0].ts == thread else None
        replies = messages[1:] if opening else messages
        accepted = _accepted(opening, replies)
        title = messages[0].title
        question = opening is not None and _is_question(opening, marked=accepted is not None)
        made: list[Item] = []
        notes: list[list[Comment]] = []
        if opening:
            solved = accepted is not None or bool(replies and opening.checked)
            item = self._item(opening, *opening_kind(question), title)
            made.append(replace(item, state=opening_state(question, solved)))
            notes.append([])
        for reply in replies:
            if made and reply is not accepted and _only_remarks(reply):
                made[-1] = _commented(made[-1], reply)
                notes[-1].append(Comment(_name(reply), reply.at, reply.text))
                continue
            by_asker = opening is not None and reply.user == opening.user != ""
            what = reply_kind(question, by_asker=by_asker, accepted=reply is accepted)
            made.append(replace(self._item(reply, *what, title), accepted=reply is accepted))
            notes.append([])
        for item, below in zip(made, notes, strict=True):
            yield replace(item, thread=made[0].key, text=with_comments(item.text, below))

    def _conversations(self, groups: Iterable[Sequence[Message]]) -> Iterator[Item]:
        for group in groups:
            telling = [message for message in group if not _only_remarks(message)]
            if telling:
                several = len({message.user for message in group}) > 1
                yield self._talk(group, telling[0]) if several else self._notice(group, telling[0])

    def _notice(self, group: Sequence[Message], telling: Message) -> Item:
        """What one person said, to which nobody said anything."""
        question = _is_question(telling)
        item = self._item(group[0], *opening_kind(question), telling.title)
        return replace(
            item,
            text="\n\n".join(message.text for message in group),
            state=opening_state(question, solved=any(message.checked for message in group)),
            **_together(group),
        )

    def _talk(self, group: Sequence[Message], telling: Message) -> Item:
        """What several people said to each other."""
        asker = telling.user if _is_question(telling) else ""
        item = self._item(group[0], Kind.POST, Role.SPOKE, telling.title)
        contributions = tuple(_speakers(group, asker))
        return replace(item, text=_told(group), contributions=contributions, **_together(group))

    def _item(self, message: Message, kind: Kind, role: Role, title: str) -> Item:
        key = f"{self.channel}/{message.ts}"
        return Item(
            source=self.source,
            key=key,
            kind=kind,
            title=title,
            text=message.text,
            community=self.community,
            url=self._url(message),
            created=message.at,
            updated=message.edited,
            thread=key,
            votes=message.votes,
            contributions=(Contribution(message.person, role, message.at),) if message.person else (),
            links=message.links,
        )

    def _url(self, message: Message) -> str | None:
        if not self.url:
            return None
        address = f"{self.url}/archives/{self.channel}/p{message.ts.replace('.', '')}"
        if message.thread in ("", message.ts):
            return address
        return f"{address}?thread_ts={message.thread}&cid={self.channel}"


def _in_order(messages: Mapping[str, Message]) -> list[Message]:
    return sorted(messages.values(), key=lambda message: (message.at, message.ts))


def _name(message: Message) -> str:
    return message.person.name if message.person else ""


def _only_remarks(message: Message) -> bool:
    return is_remark(message.text) and not message.files


def _is_question(message: Message, *, marked: bool = False) -> bool:
    by_program = message.person is not None and message.person.bot
    return not by_program and asks("", message.text, marked=marked)


def _accepted(opening: Message | None, replies: Sequence[Message]) -> Message | None:
    """The reply that whoever opened the thread marked as done; of several, the one that pleased most."""
    marked = [reply for reply in replies if opening and opening.user and opening.user in reply.checked]
    return max(marked, key=lambda reply: reply.votes, default=None)


def _commented(item: Item, reply: Message) -> Item:
    people = [reply.person] if reply.person else []
    more = contribute(Role.COMMENTED, people, reply.at, item.contributions)
    return replace(item, contributions=(*item.contributions, *more))


def _together(group: Sequence[Message]) -> dict[str, Any]:
    """What the messages of a conversation say together: when it last changed, its votes, its links."""
    moments = [message.edited for message in group] + [message.at for message in group[1:]]
    return {
        "updated": max(filter(None, moments), default=None),
        "votes": sum(message.votes for message in group),
        "links": tuple(dict.fromkeys(link for message in group for link in message.links)),
    }


def _told(group: Sequence[Message]) -> str:
    """What several people said, each named where they begin."""
    lines: list[str] = []
    speaker: str | None = None
    for message in group:
        told = f"**{_name(message) or 'Somebody'}:** {message.text}"
        lines.append(message.text if message.user == speaker else told)
        speaker = message.user
    return "\n\n".join(lines)


def _speakers(group: Sequence[Message], asker: str) -> Iterator[Contribution]:
    seen: set[str] = set()
    for message in group:
        if message.person and message.user not in seen:
            seen.add(message.user)
            role = Role.ASKED if message.user == asker else Role.SPOKE
            yield Contribution(message.person, role, message.at)
