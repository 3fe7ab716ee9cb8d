"""The categories of a Discourse forum, in the shapes in which its API lists them."""

from __future__ import annotations

from catalog.nouns import Community
from ingest.sources.discourse.site import Category, communities, read_categories

PLOTS = Community("plots", "Plots")


def test_categories_with_their_subcategories() -> None:
    """`/categories.json?include_subcategories=true` nests them."""
    inner = {"id": 6, "name": "Help", "slug": "help", "parent_category_id": 5}
    outer = {"id": 5, "name": "Growing", "slug": "growing", "subcategory_list": [inner]}
    assert read_categories([{"category_list": {"categories": [outer]}}]) == {
        5: Category(5, "Growing", "growing"),
        6: Category(6, "Help", "help", parent=5),
    }


def test_one_list_that_restricts_a_category_suffices() -> None:
    """Whichever comes first."""
    lists = [{"category": {"id": 7, "name": "Board", "read_restricted": one}} for one in (True, False)]
    assert read_categories(lists)[7].restricted
    assert read_categories(reversed(lists))[7].restricted


def test_a_part_of_a_restricted_category_is_restricted() -> None:
    """To its own readers if it has some, else to those of the category above."""
    listed = [
        Category(7, "Board", "board", restricted=True),
        Category(8, "Fees", "fees", parent=7),
        Category(9, "Staff", "staff", parent=7, restricted=True),
    ]
    made = communities(PLOTS, listed, lambda category: frozenset({category.name}))
    assert made == {
        7: Community("plots-board", "Plots: Board", True, frozenset({"Board"})),
        8: Community("plots-board-fees", "Plots: Board / Fees", True, frozenset({"Board"})),
        9: Community("plots-board-staff", "Plots: Board / Staff", True, frozenset({"Staff"})),
    }


def test_names_that_give_no_short_name_or_the_same() -> None:
    """A name in another script gets a digest, two equal ones get their numbers; a circle is cut."""
    listed = [
        Category(1, "Café", "%E3%82%AB"),
        Category(2, "Shed", "shed", parent=3),
        Category(3, "Shed", "shed", parent=2),
        Category(4, "A-B", "a-b"),
        Category(5, "B", "b", parent=6),
        Category(6, "A", "a"),
    ]
    assert [one.slug for one in communities(PLOTS, listed, lambda _: frozenset()).values()] == [
        "plots-cafe",
        "plots-shed-shed-2",
        "plots-shed-shed-3",
        "plots-a-b-4",
        "plots-a-b-5",
        "plots-a",
    ]
