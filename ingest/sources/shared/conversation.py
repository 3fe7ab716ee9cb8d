"""A thread of posts as items: what opened it, its replies, and short remarks below what they hang on.

The rules of `ingest.sources.shared.threads` say what is a question, an answer or a remark.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.nouns import Contribution, Item, Link, Person, Role, State
from ingest.sources.shared.threads import Comment, is_remark, opening_kind, reply_kind, with_comments


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wrote.

    Attributes:
        key: Its key within the source.
        text: Its text as Markdown.
        author: Who wrote it; None if the account is gone.
        created: When it was written.
        updated: When its text was last changed, if it was.
        url: Its web address.
        votes: What readers thought of it.
        accepted: Whether it is the accepted answer.
        links: What it points to.
        reply_to: Key of the post that it replies to; empty if it replies to the thread.
        besides: Contributions of others than its author.
    """

    key: str
    text: str
    author: Person | None
    created: datetime | None = None
    updated: datetime | None = None
    url: str | None = None
    votes: int | None = None
    accepted: bool = False
    links: tuple[Link, ...] = ()
    reply_to: str = ""
    besides: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """What the posts of a thread share.

    Attributes:
        source: Name of the source.
        key: Key of the post that opens it.
        title: Its title.
        community: Slug of its community.
        asks: Whether it asks something.
        state: How far it has come.
        tags: Its topics, in lower case and sorted.
    """

    source: str
    key: str
    title: str
    community: str
    asks: bool
    state: State | None = None
    tags: tuple[str, ...] = ()


def thread_items(thread: Thread, posts: Sequence[Post]) -> Iterator[Item]:
    """Make the items of a thread.

    Args:
        thread: The thread.
        posts: Its posts in their order; one without text gives no item. If the one that opens it is not
            there, its replies still belong to it.
    """
    said = [post for post in posts if post.text]
    asker = next((post.author for post in said if post.key == thread.key), None)
    remarks = _remarks(thread, said)
    hanging = {remark.key for host in remarks.values() for remark in host}
    for post in said:
        if post.key not in hanging:
            yield _item(thread, post, remarks.get(post.key, []), asker)


def _remarks(thread: Thread, posts: Sequence[Post]) -> dict[str, list[Post]]:
    """Remarks by the key of the post below which they are shown."""
    hosts: dict[str, str] = {}  # key of each post so far: key of the item that shows it
    found = defaultdict(list)
    for post in posts:
        host = hosts.get(post.reply_to) or hosts.get(thread.key, "")
        remark = host and post.key != thread.key and not post.accepted and is_remark(post.text)
        hosts[post.key] = host if remark else post.key
        if remark:
            found[host].append(post)
    return found


def _item(thread: Thread, post: Post, remarks: Sequence[Post], asker: Person | None) -> Item:
    opens = post.key == thread.key
    by_asker = asker is not None and post.author == asker
    kind, role = (
        opening_kind(thread.asks)
        if opens
        else reply_kind(thread.asks, by_asker=by_asker, accepted=post.accepted)
    )
    comments = (Comment(one.author.name if one.author else "", one.created, one.text) for one in remarks)
    return Item(
        source=thread.source,
        key=post.key,
        kind=kind,
        title=thread.title,
        text=with_comments(post.text, comments),
        community=thread.community,
        url=post.url,
        created=post.created,
        updated=post.updated,
        tags=thread.tags,
        thread=thread.key,
        votes=post.votes,
        state=thread.state if opens else None,
        accepted=post.accepted and not opens,
        contributions=tuple(_contributions(post, role, remarks)),
        links=post.links,
    )


def _contributions(post: Post, role: Role, remarks: Sequence[Post]) -> Iterator[Contribution]:
    """What people did to an item, each of them once in each role."""
    done = [Contribution(post.author, role, post.created)] if post.author else []
    done += post.besides
    done += [Contribution(one.author, Role.COMMENTED, one.created) for one in remarks if one.author]
    seen = set()
    for one in done:
        if (one.person, one.role) not in seen:
            seen.add((one.person, one.role))
            yield one
