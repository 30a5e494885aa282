from __future__ import annotations

from typing import Any

import pytest
from rule_examples import PROVISIONS, described_by, in_module, provision_broken_by
from submissions import a_provision, an_entry, uuid

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.rules.subjects import Fingerprint
from xdsi_sim.rules.transactions import check_provision


@pytest.mark.parametrize("rule", in_module("repository"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in provision_broken_by(rule)


def test_every_rule_has_an_example() -> None:
    assert PROVISIONS.keys() == {*in_module("repository"), *in_module("document_content")}


def test_hash_and_size_may_be_left_to_the_repository() -> None:
    request = a_provision(entries=(an_entry(hash=None, size=None),)).submission
    assert check_provision(
        request, described_by(request), (Fingerprint(id=uuid(1), hash="0" * 40, size=1),)
    ).accepted


TEXT = "372ea08cab33e71c02c651dbc83a474d32c676ea"


def told(
    entries: tuple[DocumentEntry, ...], *documents: Fingerprint, stored: int = 0
) -> list[tuple[str, str]]:
    """Rule and text of all that a repository finds of documents, where one is stored of so many octets."""
    request = a_provision(entries=entries).submission
    kept = {"2.999.2.1": Fingerprint(id="2.999.2.1", hash=TEXT, size=stored)} if stored else {}
    verdict = check_provision(request, described_by(request), documents, kept)
    return [(finding.rule, finding.text) for finding in verdict.findings if finding.rule.startswith("G")]


def text(number: int, **changes: Any) -> Fingerprint:
    return Fingerprint(**{"id": uuid(number), "hash": TEXT, "size": 4} | changes)


def test_entries_without_unique_id_have_none_in_common() -> None:
    two = tuple(an_entry(number, uniqueId=None, hash=None) for number in (1, 2))
    assert told(two, text(1), text(2, hash="0" * 40)) == []


def test_two_entries_of_one_document_may_have_one_unique_id() -> None:
    two = an_entry(1), an_entry(2, uniqueId="2.999.2.1")
    twice = f"uniqueId is that of {uuid(1)} too: '2.999.2.1'"
    assert told(two, text(1), text(2)) == []
    assert ("G06", twice) in told(two, text(1), text(2, hash="0" * 40))
    assert ("G06", twice) in told(two, text(1))
    assert ("G06", twice) in told(two)


def test_a_set_and_an_entry_have_no_unique_id_in_common() -> None:
    (found,) = told((an_entry(uniqueId="2.999.3.100"),), text(1))
    assert found[0] == "G06"


@pytest.mark.parametrize(
    ("changes", "document", "found"),
    [
        ({"hash": TEXT.upper()}, {}, []),
        ({"hash": None, "size": None}, {}, []),
        ({"size": "004"}, {}, []),
        ({"size": "5"}, {}, [("G05", "size is not that of the document, 4: '5'")]),
        ({"hash": "0" * 40}, {}, [("G04", f"hash is not that of the document, {TEXT}: '{'0' * 40}'")]),
        ({}, {"id": uuid(1).upper().replace("URN:UUID", "urn:uuid")}, []),
    ],
)
def test_hash_and_size_are_those_of_the_document(
    changes: dict[str, Any], document: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert told((an_entry(**changes),), text(1, **document)) == found


def test_a_stored_document_is_another_by_its_size_or_its_hash() -> None:
    entries = (an_entry(hash=None, size=None),)
    assert told(entries, text(1), stored=4) == []
    assert told(entries, text(1), stored=5) == [
        ("G07", "a document of 5 octets is stored under uniqueId 2.999.2.1 already: '4'")
    ]
    other = text(1, hash="0" * 40)
    assert told(entries, other, stored=4) == [
        ("G07", f"a document with hash {TEXT} is stored under uniqueId 2.999.2.1 already: '{'0' * 40}'")
    ]
