from __future__ import annotations

import pytest
from rule_examples import broken_by, entry, in_module
from submissions import a_set, a_submission

from xdsi_sim.ebrim.model import Author, Slot
from xdsi_sim.rules.transactions import check_registration


@pytest.mark.parametrize("rule", in_module("people"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"legalAuthenticator": "^^Jo"}, [("D17", "legalAuthenticator")]),
        ({"legalAuthenticator": "D1^Doe"}, []),
        ({"author": (Author(authorPerson="D1^Doe"), Author(authorPerson="^^Jo"))}, [("D17", "authorPerson")]),
        (
            {"author": (Author(extra=(Slot("authorPerson", ("D1^Doe", "^^Jo")),)),)},
            [("D21", "authorPerson"), ("D17", "authorPerson")],
        ),
        (
            {"author": (Author(authorPerson="D1", authorInstitution=("A", "^1")),)},
            [("D18", "authorInstitution")],
        ),
        (
            {"author": (Author(authorPerson="D1", authorTelecommunication=("^^Internet^d@x", "x")),)},
            [("D19", "authorTelecommunication")],
        ),
        ({"author": (Author(authorPerson="D1", authorRole=("r", "r^x")),)}, [("D22", "authorRole")]),
        (
            {"author": (Author(authorPerson="D1", authorSpecialty=("s", "s^x")),)},
            [("D22", "authorSpecialty")],
        ),
        (
            {
                "author": (
                    Author(authorInstitution=("A",)),
                    Author(authorTelecommunication=("^^Internet^d@x",)),
                )
            },
            [],
        ),
        ({"author": (Author(authorRole=("r",)),)}, [("D20", "author")]),
        ({"author": (Author(extra=(Slot("urn:x", ("A",)),)),)}, [("D20", "author")]),
    ],
)
def test_each_piece_of_a_person_is_looked_at(
    changes: dict[str, object], found: list[tuple[str, str]]
) -> None:
    verdict = check_registration(entry(**changes))
    told = [finding.rule for finding in verdict.findings]
    assert sorted(zip(told, (place.attribute for place in verdict.places), strict=True)) == sorted(found)


def test_authors_and_recipients_of_a_set_are_looked_at_too() -> None:
    set_ = a_set(author=(Author(authorPerson="^^Jo"),), intendedRecipient=("|^^Jo", "||", "North"))
    found = check_registration(a_submission(set_=set_)).findings
    assert sorted(finding.rule for finding in found) == ["D17", "D38", "D38"]
