r"""Topics of a Discourse forum, as its API describes them (`/t/{id}.json`, docs.discourse.org).

A topic is a question if an answer was accepted, if its category is one for questions (the Solved plugin),
or if its title or first post asks something (`ingest.sources.shared.threads`); an accepted answer solves it.

An item's key is `topic/number`, as in the web address of a post, so that links between posts need no
look-up. Left out are what only some may see within a topic (whispers, hidden posts), what was deleted, what
the forum itself writes ("this topic was closed"), private messages, unlisted topics, and the topics that only
describe a category. A person is known by the number of their account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.errors import UnreadableError
from catalog.nouns import Community, Item, State
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.discourse.text import links, markdown
from ingest.sources.discourse.users import person
from ingest.sources.shared.conversation import Post, Thread, thread_items
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.json_values import Json, mapping, mappings, number, string
from ingest.sources.shared.states import OUTDATED_TAGS
from ingest.sources.shared.threads import asks, opening_state

READER_VERSION = "discourse-1"

_BY_PEOPLE = {1, 2}  # post types: regular, and by a moderator; others are small actions and whispers
_LIKE = 2  # identifier of a like among a post's actions


@dataclass(frozen=True)
class Forum:
    """What a topic's items need to know about their forum.

    Attributes:
        source: Name of the source.
        url: Web address of the forum, without a slash at its end; empty if it is not known.
        communities: The communities by the number of their category.
        elsewhere: Community of topics whose category is not among them; None if they must not be read.
        questions: Numbers of the categories in which answers are accepted.
        about: Numbers of the topics that only describe a category.
        emails: Verified e-mail addresses by user name in lower case.
    """

    source: str
    url: str
    communities: Mapping[int, Community]
    elsewhere: Community | None = None
    questions: frozenset[int] = frozenset()
    about: frozenset[int] = frozenset()
    emails: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes whenever items may change with the forum."""
        slugs = sorted((key, community.slug) for key, community in self.communities.items())
        elsewhere = self.elsewhere.slug if self.elsewhere else ""
        lists = (slugs, sorted(self.questions), sorted(self.about), sorted(self.emails.items()))
        return fingerprint(READER_VERSION, self.url, elsewhere, *map(repr, lists))

    def community(self, topic: Json) -> Community | None:
        """The community of a topic; None if it is not known."""
        return self.communities.get(number(topic.get("category_id")) or 0, self.elsewhere)


def items(topic: Json, posts: Iterable[Json], forum: Forum, where: str) -> Iterator[Item | UnreadableError]:
    """Make the items of a topic; none if the topic is not for everybody in its category.

    Args:
        topic: The topic, as the API describes it.
        posts: Its posts.
        forum: The forum.
        where: How to name the topic to a person.
    """
    if not is_shown(topic, forum):
        return
    shown = sorted(filter(_is_shown, posts), key=_place)
    thread = _thread(topic, shown, forum)
    if isinstance(thread, str):
        yield UnreadableError(where, thread)
        return
    read = {post.key: post for post in _posts(topic, shown, forum)}  # pages that were saved twice overlap
    yield from thread_items(thread, list(read.values()))


def is_shown(topic: Json, forum: Forum) -> bool:
    """Whether a topic is read at all."""
    listed = topic.get("visible") is not False and not topic.get("deleted_at")
    message = topic.get("archetype") == "private_message"
    return listed and not message and number(topic.get("id")) not in forum.about


def topic_tags(topic: Json) -> tuple[str, ...]:
    """A topic's tags, in lower case and sorted; newer versions describe each with an object."""
    given = topic.get("tags")
    listed = given if isinstance(given, list) else []
    named = [tag.get("name") if isinstance(tag, dict) else tag for tag in listed]
    return tuple(sorted({one_line(string(name)).lower() for name in named} - {""}))


def _thread(topic: Json, posts: Sequence[Json], forum: Forum) -> Thread | str:
    """Understand a topic; the reason if it cannot be understood."""
    key, title = number(topic.get("id")), one_line(string(topic.get("title")))
    community = forum.community(topic)
    if key is None or not title:
        return "has no number or no title; save it from /t/NUMBER.json again"
    if community is None:
        return "is in a category that the forum does not list; sync again, with a key that may read it"
    solved = bool(_accepted(topic, posts))
    marked = solved or number(topic.get("category_id")) in forum.questions
    opening = markdown(posts[0], forum.url) if posts and _place(posts[0]) == 1 else ""
    question = asks(title, opening, marked=marked)
    tags = topic_tags(topic)
    state = State.OUTDATED if OUTDATED_TAGS & set(tags) else opening_state(question, solved)
    return Thread(forum.source, f"{key}/1", title, community.slug, question, state, tags)


def _accepted(topic: Json, posts: Iterable[Json]) -> set[int]:
    """Numbers of the accepted posts; versions of the plugin name them in three ways."""
    named = [mapping(topic.get("accepted_answer")), *mappings(topic.get("accepted_answers"))]
    marked = [post for post in posts if post.get("accepted_answer") is True]
    return {place for place in map(_place, (*named, *marked)) if place > 1}


def _is_shown(post: Json) -> bool:
    removed = any(post.get(name) for name in ("deleted_at", "user_deleted", "hidden", "cooked_hidden"))
    return not removed and _place(post) > 0 and (number(post.get("post_type")) or 1) in _BY_PEOPLE


def _place(post: Json) -> int:
    return number(post.get("post_number")) or 0


def _posts(topic: Json, posts: Sequence[Json], forum: Forum) -> Iterator[Post]:
    key, accepted = number(topic.get("id")), _accepted(topic, posts)
    slug = one_line(string(topic.get("slug"))).replace(" ", "-") or "-"
    url = f"{forum.url}/t/{slug}/{key}" if forum.url else ""
    for post in posts:
        place, above = _place(post), number(post.get("reply_to_post_number"))
        revised = (number(post.get("version")) or 1) > 1  # `updated_at` changes with more than the text
        yield Post(
            key=f"{key}/{place}",
            text=markdown(post, forum.url),
            author=person(post, forum.source, forum.emails),
            created=moment(post.get("created_at")),
            updated=moment(post.get("updated_at")) if revised else None,
            url=(f"{url}/{place}" if place > 1 else url) or None,
            votes=_likes(post),
            accepted=place in accepted,
            links=links(post, forum.url, f"{key}/{place}"),
            reply_to=f"{key}/{above}" if above else "",
        )


def _likes(post: Json) -> int:
    actions = mappings(post.get("actions_summary"))
    return max(0, sum(number(act.get("count")) or 0 for act in actions if act.get("id") == _LIKE))
