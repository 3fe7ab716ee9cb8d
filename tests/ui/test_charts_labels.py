"""Where names stand in a picture of people."""

from __future__ import annotations

from ui.charts_labels import NEVER, Dot, Label, place_labels

HEIGHT, EDGE = 200, 1.0  # a pixel is a hundredth


def _places(*dots: Dot) -> list[Label]:
    return [Label(round(one.y, 3), one.least) for one in place_labels(dots, HEIGHT, EDGE)]


def test_a_name_stands_above_its_circle() -> None:
    """Three pixels and half a line away, in every picture."""
    assert _places(Dot(0, 0, 10, "Gwen")) == [Label(0.195, 260)]


def test_a_name_that_would_lie_over_another_one_stands_below() -> None:
    """The larger circle has its name above."""
    small, large = Dot(0.2, 0, 9, "Gwen Pritchard"), Dot(0, 0, 10, "Hamid Karimi")

    assert [one.y for one in _places(small, large)] == [-0.185, 0.195]


def test_a_name_without_room_is_left_out_of_narrow_pictures() -> None:
    """Three in a line: one has its name above, one below, and the third where the first is far enough."""
    row = [Dot(x, 0, 6, "Ten letters") for x in (-0.1, 0, 0.1)]

    assert [one.least for one in _places(*row)] == [260, 260, 700]


def test_a_name_that_never_has_room_is_never_shown() -> None:
    """Above and below one place there is room for two."""
    crowd = [Dot(0, 0, 6, "Ten letters")] * 4

    assert [one.least for one in _places(*crowd)] == [260, 260, NEVER, NEVER]
