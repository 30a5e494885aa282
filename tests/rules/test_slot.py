from __future__ import annotations

import pytest
from rule_examples import broken_by, entry, in_module

from xdsi_sim.ebrim.model import Author, Slot
from xdsi_sim.rules.slot import is_parted
from xdsi_sim.rules.transactions import check_registration


@pytest.mark.parametrize("rule", in_module("slot"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


def by_author(*slots: Slot) -> tuple[Author, ...]:
    return (Author(authorPerson="D1^Doe", extra=slots),)


TWICE, EMPTY, NOTHING = "slot is there twice", "slot has an empty value", "slot has no value"
STRANGE = "slot name is neither one of the framework nor a URN"
OF_IHE = "slot name begins with urn:ihe:, but is none of IHE"
SLIP = "slot name is written wrong, %s is expected"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"extra": (Slot("urn:x", ("1",)), Slot("urn:y", ("1", "2")))}, []),
        ({"extra": (Slot("urn:x", ("1",)), Slot("urn:x", ("1",)))}, [("C20", "urn:x", TWICE)]),
        ({"extra": (Slot("creationTime", ("2024",)),)}, [("C20", "creationTime", TWICE)]),
        ({"author": by_author(Slot("authorPerson", ("D2^Roe",)))}, [("C20", "authorPerson", TWICE)]),
        ({"extra": (Slot("urn:x", ()),)}, [("C21", "urn:x", NOTHING)]),
        ({"extra": (Slot("urn:x", ("1", "")),)}, [("C21", "urn:x", EMPTY)]),
        ({"creationTime": ""}, [("C21", "creationTime", EMPTY)]),
        ({"sourcePatientInfo": ("", "PID-5|Doe")}, [("C21", "sourcePatientInfo", EMPTY)]),
        ({"author": (Author(authorPerson=""),)}, [("C21", "authorPerson", EMPTY)]),
        ({"author": (Author(authorPerson="D1", authorRole=("",)),)}, [("C21", "authorRole", EMPTY)]),
        (
            {"size": None, "extra": (Slot("size", ("4", "5")),)},
            [("C23", "size", "slot has 2 values, one is expected: '4, 5'")],
        ),
        ({"extra": (Slot("colour", ("red",)),)}, [("C26", "colour", STRANGE)]),
        ({"extra": (Slot("urn:ihe:iti:xds:own", ("1",)),)}, [("C26", "urn:ihe:iti:xds:own", OF_IHE)]),
        ({"extra": (Slot("Urn:x", ("1",)),)}, [("C26", "Urn:x", STRANGE)]),
        ({"author": by_author(Slot("colour", ("red",)))}, [("C26", "colour", STRANGE)]),
        ({"extra": (Slot("SIZE", ("4",)),)}, [("C29", "SIZE", SLIP % "size")]),
        ({"author": by_author(Slot("AuthorRole", ("r",)))}, [("C29", "AuthorRole", SLIP % "authorRole")]),
    ],
)
def test_each_slot_of_an_entry_and_its_authors_is_looked_at(
    changes: dict[str, object], found: list[tuple[str, str, str]]
) -> None:
    verdict = check_registration(entry(**changes))
    told = zip(verdict.findings, verdict.places, strict=True)
    of_slots = [(one.rule, place.attribute, one.text) for one, place in told if one.rule in in_module("slot")]
    assert of_slots == found


@pytest.mark.parametrize(
    ("values", "parted"),
    [
        (("1|http://x/", "2|y"), True),
        (("10|x",), True),
        (("http://x/",), False),
        (("1|x", "y"), False),
        (("0|x",), False),
        (("1|",), False),
        ((), False),
    ],
)
def test_a_long_value_in_numbered_parts_is_known(values: tuple[str, ...], parted: bool) -> None:
    assert is_parted(values) is parted
