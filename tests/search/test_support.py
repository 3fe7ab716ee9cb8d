"""Whether a passage bears a sentence out.

Known limits, kept as examples in `test_known_limits`: who did what to whom is not seen where all names and
words are there, nor a number that moved to another thing within one sentence, nor a negation in another
language than English, nor a verb that opens a sentence and means something else.
"""

from __future__ import annotations

import pytest

from search.answer.support import Fault, addresses, check, names_in, numbers, without_addresses
from search.encoder import HashEncoder

ENCODE = HashEncoder(256).encode
VENTS = "Colm cut two vents into the shed in 1998, one high in each gable. Ask Colm for the long saw."
BIKES = "Never charge the bikes in the hall overnight. Outside they may be charged."
FEES = (
    "The hall holds 1,200 people and costs 35.50 an evening. Pay at https://example.org/fees#hall or by mail."
)
TOOL = (
    "Version 2.4.1 of FooBar fails with E-2041 on Ubuntu; "
    "install FooBar 2.4.3 and say “clear the cache first”."
)
SHEETS = "Screw the sheets every 30 cm, with 3 screws for a sheet."


def fault(sentence: str, passage: str, context: str = "") -> Fault | None:
    """Why a sentence is not supported by one passage."""
    return check(sentence, [passage], ENCODE, context=context).fault


@pytest.mark.parametrize(
    ("sentence", "passage", "expected"),
    [
        ("Colm cut three vents into the shed.", VENTS, Fault.NUMBER),
        ("Colm cut two vents into the shed in 1989.", VENTS, Fault.NUMBER),
        ("The hall holds 12,000 people.", FEES, Fault.NUMBER),
        ("The hall costs 355.0 an evening.", FEES, Fault.NUMBER),
        ("Screw the sheets every 50 cm.", SHEETS, Fault.NUMBER),
        ("Screw the sheets every 30 cm with 3 screws and 3 nails.", SHEETS, Fault.NUMBER),
        ("Half of the sheets have screws.", SHEETS, Fault.NUMBER),
        ("Ask Bert for the long saw.", VENTS, Fault.NAME),
        ("Bert cut two vents into the shed.", VENTS, Fault.NAME),
        ("Bert cut the vents of the shed.", "Colm cut the vents of the shed.", Fault.NAME),
        ("Debian fails with E-2041 at night.", "Ubuntu fails with E-2041 at night.", Fault.NAME),
        ("Lime makes the water in the tank green.", "Light makes the water in the tank green.", Fault.NAME),
        ("Bert is the keeper of the long saw.", "Colm is the keeper of the long saw.", Fault.NAME),
        ("Colm cut rafters.", VENTS, Fault.WORDS),
        ("vents shed " * 12, VENTS, Fault.REPEATED),
        ("Version 2.4.1 of FooBaz fails with E-2041.", TOOL, Fault.NAME),
        ("Version 2.4.1 of FooBar fails with E-2042.", TOOL, Fault.NUMBER),
        ("It fails with E-2041 on Debian in version 2.4.1.", TOOL, Fault.NAME),
        ("Install FooBar 2.4.2.", TOOL, Fault.NUMBER),
        ("Install FooBar and say “clear the disk first”.", TOOL, Fault.QUOTE),
        ("Install FooBar and say `rm the cache`.", TOOL, Fault.QUOTE),
        ("Pay the hall at https://evil.example/fees.", FEES, Fault.ADDRESS),
        ("Pay the hall at https://example.org/fees#hall?who=ada.", FEES, Fault.ADDRESS),
        ("Pay the hall at https://example.org.", FEES, Fault.ADDRESS),
        ("Pay the hall at evil.example/fees or by mail.", FEES, Fault.ADDRESS),
        ("Pay the hall by mail to fees@evil.example.", FEES, Fault.ADDRESS),
        ("Pay the hall by data:text/html,fees or by mail.", FEES, Fault.ADDRESS),
        ("Pay the hall by javascript:pay() or by mail.", FEES, Fault.ADDRESS),
        ("Pay the hall at //evil.example or by mail.", FEES, Fault.ADDRESS),
        ("Charge the bikes in the hall overnight.", BIKES, Fault.NEGATION),
        ("The bikes may not be charged outside.", BIKES, Fault.NEGATION),
        ("Goats eat brambles faster than sheep.", VENTS, Fault.WORDS),
        ("Do this.", "Never do this.", Fault.WORDS),
        ("Yes.", VENTS, Fault.WORDS),
        ("The hall was built.", "Nobody remembers when.", Fault.WORDS),
    ],
)
def test_what_the_passage_does_not_say_is_a_fault(sentence: str, passage: str, expected: Fault) -> None:
    """Each kind of fault by what changed."""
    assert fault(sentence, passage) is expected


def test_words_in_the_title_support_nothing_by_themselves() -> None:
    """They are all there, and the passage speaks of something else."""
    assert (
        fault("The hall was built in 1998.", "Nobody remembers much.", "The hall built in 1998")
        is Fault.MEANING
    )


def test_the_end_of_a_denial_is_not_the_sentence() -> None:
    """Its words stand there one after the other, and say the opposite."""
    assert fault("Charge the bikes in the hall overnight.", BIKES) is Fault.NEGATION
    assert fault("charge the bikes in the hall overnight.", BIKES) is Fault.NEGATION


@pytest.mark.parametrize(
    ("sentence", "passage", "context"),
    [
        ("Never charge the bikes in the hall overnight.", BIKES, ""),
        ("  never charge the BIKES in the hall overnight.", BIKES, ""),
        ("Do not charge bikes in the hall overnight.", BIKES, ""),
        ("Don’t charge bikes in the hall overnight.", "Do not charge bikes in the hall overnight, ever.", ""),
        ("You should not open the tap.", "Don't open the tap.", ""),
        ("Colm cut 2 vents into the shed in 1998.", VENTS, ""),
        ("In 1998, Colm cut vents into the shed: two, one in each gable.", VENTS, ""),
        ("One should ask Colm for the long saw.", VENTS, ""),
        ("The saw is long, so ask Colm.", VENTS, ""),
        ("Use three screws for a sheet.", SHEETS, ""),
        ("Screw the sheets every 30cm.", SHEETS, ""),
        ("The hall holds 1200 people.", FEES, ""),
        ("The hall costs 35.5 an evening.", FEES, ""),
        ("The hall costs 35,50 an evening.", FEES, ""),
        ("Pay the hall at https://example.org/fees#hall.", FEES, ""),
        ("Pay the hall at example.org/fees#hall, or by mail.", FEES, ""),
        ("Add 1 1/2 cups of flour.", "Add 1½ cups of flour to the dough.", ""),
        ("FooBar 2.4.1 fails on Ubuntu with E-2041.", TOOL, ""),
        ("Say “clear the cache first” and install FooBar 2.4.3.", TOOL, ""),
        ('Say "clear the cache first" and install FooBar 2.4.3.', TOOL, ""),
        ("Gwen says to ask for the long saw.", "Ask for the long saw, Gwen says.", ""),
        ("Ask Gwen for the long saw.", "Ask for the long saw.", "Gwen on saws"),
        ("Screw the sheets of the 1998 roof.", "Screw the sheets of the roof.", "The roof of 1998"),
        ("Always cut the vents of the shed high.", "Please cut the vents of the shed high.", ""),
        ("Seal the lid of the tank in May.", "Close the lid of the tank in May.", ""),
        ("Painting the tank keeps water clear.", "Paint the tank, it keeps water clear.", ""),
        ("Usually light makes the water green.", "Light makes the water green.", ""),
        ("光让水变绿。", "光让水变绿。油漆让水保持清澈。", ""),
    ],
)
def test_what_the_passage_says_holds(sentence: str, passage: str, context: str) -> None:
    """Word for word, lightly reworded, with numbers written otherwise, with a name or number of the title."""
    support = check(sentence, [passage], ENCODE, context=context)
    assert (support.fault, support.detail) == (None, "")


def test_several_passages_may_bear_out_one_sentence() -> None:
    """As many as it cites."""
    sentence = "The hall holds 1200 people and the sheets have 3 screws."
    assert check(sentence, [FEES, SHEETS], ENCODE).holds
    assert check(sentence, [FEES], ENCODE).fault is Fault.NUMBER


def test_a_number_from_another_part_of_the_passage_supports_nothing() -> None:
    """A sentence is held against those that share its words."""
    text = "The rent is 40 a year. " + "The compost is turned. " * 5 + "The shed door is 90 wide."
    assert fault("The rent is 90 a year.", text) is Fault.NUMBER


def test_the_detail_names_what_is_at_fault() -> None:
    """So that a log tells why."""
    support = check("Ask Bert for the long saw.", [VENTS], ENCODE)
    assert (support.holds, support.detail) == (False, "Bert")


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("Bert called Anna about the keys.", "Anna called Bert about the keys."),
        ("Mix one part of green with two parts of brown.", "Mix two parts of green with one part of brown."),
        ("Tegen schimmel helpt verf.", "Tegen schimmel helpt geen verf."),
        ("Lift the vents of the shed at night.", "Close the vents of the shed at night, Colm says."),
    ],
    ids=["roles", "numbers within a sentence", "other languages", "another verb first"],
)
def test_known_limits(sentence: str, passage: str) -> None:
    """These are wrong, and pass; whoever reads them sees the passage beside them."""
    assert fault(sentence, passage) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("three of 1,200", ["1200", "3"]),
        ("007 and 2.50", ["7", "2.5"]),
        ("2.4.1", ["2.4.1"]),
        ("½ or half", ["0.5", "0.5"]),
        ("none", []),
    ],
)
def test_numbers_have_one_form(text: str, expected: list[str]) -> None:
    """Whether they are written in digits or in words."""
    assert numbers(text) == expected


def test_names_are_what_has_capitals_or_digits_where_a_word_has_none() -> None:
    """The first word of a sentence is one only if it is written as no word is."""
    assert names_in("Ask Colm about FooBar v2. Then iOS fails; The rest is 30.") == [
        "Colm",
        "FooBar",
        "v2",
        "iOS",
    ]


def test_addresses_are_compared_without_what_may_be_left_out() -> None:
    """The scheme, "www." and the stop behind it; of a path, every letter counts."""
    assert addresses("See HTTPS://www.Example.org/Fees, or Mail@Example.org.") == {
        "example.org/Fees",
        "mail@example.org",
    }
    assert addresses("It is so, e.g. at 5 p.m. in v2.4.1, i.e. now.") == frozenset()


def test_unknown_addresses_are_taken_out() -> None:
    """Known ones stay as they were written."""
    known = addresses("https://example.org/fees")
    text = "See https://example.org/fees and https://evil.example/?q=1 now"
    assert without_addresses(text, known) == "See https://example.org/fees and … now"
