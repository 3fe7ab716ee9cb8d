"""What web pages say about themselves besides their meta tags."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.sources.web.facts import Facts, facts

MAY = datetime(2024, 5, 2, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, tzinfo=UTC)


def test_a_canonical_address_is_found() -> None:
    """Its entities are resolved."""
    page = '<link rel="stylesheet" href="/a.css"><LINK href="/p?a=1&amp;b=2" REL="canonical">'
    assert facts(page) == Facts(canonical="/p?a=1&b=2")


@pytest.mark.parametrize(
    "author",
    [
        '"Ann Lee"',
        '{"@type": "Person", "name": "Ann Lee"}',
        '[{"name": "Ann Lee"}, {"@type": "Organization", "name": "Garden"}, 7, "https://x.example/ann"]',
    ],
)
def test_authors_and_dates_are_found_in_json_ld(author: str) -> None:
    """An organisation is no author."""
    article = f'{{"@type": "BlogPosting", "author": {author}, "datePublished": "2024-05-02"}}'
    page = f'<script type="application/ld+json">{article}</script>'
    assert facts(page) == Facts(authors=("Ann Lee",), created=MAY)


def test_an_article_counts_before_the_page_it_stands_on() -> None:
    """Wherever it stands in the graph; a damaged block is passed over."""
    page = """<script type='application/ld+json'>{broken</script>
    <script data-x type="application/ld+json" id="y">{"@graph": [
      {"@type": "WebPage", "dateModified": "2020-01-01"},
      {"@type": ["Thing", "TechArticle"], "dateModified": "2024-06-01", "author": "Ann Lee"}]}</script>"""
    assert facts(page) == Facts(authors=("Ann Lee",), updated=JUNE)


def test_marks_in_the_text_are_understood() -> None:
    """Microdata, rel=author and times with a meaning."""
    page = """<div itemprop="author" itemscope><a href="/ann"><span itemprop="name">Ann Lee</span></a></div>
    <a rel="author" href="/bo">Bo&nbsp;Chan</a> <time datetime="2019-01-01">then</time>
    <time class="entry-date published" datetime="2024-05-02">2 May</time>
    <time itemprop="dateModified" datetime="2024-06-01">1 June</time>"""
    assert facts(page) == Facts(authors=("Ann Lee", "Bo Chan"), created=MAY, updated=JUNE)


@pytest.mark.parametrize(
    "page",
    [
        "<" * 1_000_000,
        "<link " * 200_000,
        '<script type="application/ld+json">' * 20_000,
        '<script type="application/ld+json">' + "[" * 150_000 + "</script>",
        '<a rel="author" a="' * 50_000,
        "<a itemprop=author>" * 50_000,
    ],
)
def test_a_hostile_page_costs_no_more_than_its_length(page: str) -> None:
    """Nothing is found, and nothing fails."""
    assert facts(page) == Facts()
