from __future__ import annotations

from typing import Any

import pytest
from answer_examples import BROKEN, HOME, asked, delivered, document, error, errors, findings_of, rules_of
from submissions import an_entry

from xdsi_sim.errors import Severity
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.rules.answers import check_delivered
from xdsi_sim.rules.retrieved import DeliveredDocument
from xdsi_sim.vocab import FAILURE, PARTIAL_SUCCESS

HASH = an_entry().hash or ""


@pytest.mark.parametrize("rule", ["H06", "H07", "H08", "H09", "H10"])
def test_the_example_of_a_rule_breaks_it(rule: str) -> None:
    assert rule in rules_of(BROKEN[rule])


@pytest.mark.parametrize(
    ("transaction", "home", "asked_home", "rules"),
    [
        ("ITI-43", None, None, set()),
        ("ITI-43", HOME, HOME, set()),
        ("ITI-43", "urn:oid:2.999.9", HOME, {"H06"}),
        ("ITI-43", HOME, None, {"H06"}),
        ("ITI-39", None, None, {"H06"}),
    ],
)
def test_the_home_community_comes_back_as_it_was_sent(
    transaction: str, home: str | None, asked_home: str | None, rules: set[str]
) -> None:
    example = (transaction, delivered(document(home=home)), asked(home=asked_home))
    assert rules_of(example) == rules


def test_a_home_community_that_nobody_sent_is_only_a_warning() -> None:
    (found,) = findings_of(("ITI-43", delivered(document(home=HOME)), asked()))
    assert found.severity is Severity.WARNING


def test_without_the_request_what_an_answer_tells_is_judged() -> None:
    assert rules_of(("ITI-43", delivered(document("", "")), None)) == {"H07"}
    failed = delivered(status=FAILURE, inside=errors(error("XDSDocumentUniqueIdError")))
    assert rules_of(("ITI-43", failed, None)) == {"H08"}
    assert rules_of(("ITI-43", delivered(), None)) == {"H09"}
    partial = delivered(
        status=PARTIAL_SUCCESS, inside=errors(error("XDSDocumentUniqueIdError", location="2.999.2.1"))
    )
    assert rules_of(("ITI-43", partial, None)) == {"H09"}


def test_an_imaging_answer_is_held_against_the_instances_of_its_request() -> None:
    items = tuple(
        ImagingDocumentRequest(studyInstanceUID="2.999.7", seriesInstanceUID="2.999.8", document=item)
        for item in asked("2.999.2.1", "2.999.2.2").requests
    )
    request = RetrieveImagingDocumentSetRequest(requests=items, transferSyntaxUIDs=())
    assert rules_of(("RAD-69", delivered(document()), request)) == {"H08"}


def test_an_error_about_a_document_without_id_has_no_location_to_tell() -> None:
    failed = delivered(status=FAILURE, inside=errors(error("XDSRepositoryError")))
    assert rules_of(("ITI-43", failed, asked(""))) == set()
    assert rules_of(("ITI-43", failed, asked("2.999.2.1"))) == {"H08"}


@pytest.mark.parametrize(("location", "rules"), [(HOME, set()), ("urn:oid:2.999.9", {"H08"})])
def test_of_images_an_error_may_name_the_community_alone(location: str, rules: set[str]) -> None:
    items = tuple(
        ImagingDocumentRequest(studyInstanceUID="2.999.7", seriesInstanceUID="2.999.8", document=item)
        for item in asked(home=HOME).requests
    )
    request = RetrieveImagingDocumentSetRequest(requests=items, transferSyntaxUIDs=())
    failed = delivered(status=FAILURE, inside=errors(error("XDSUnavailableCommunity", location=location)))
    assert rules_of(("RAD-69", failed, request)) == rules
    assert rules_of(("ITI-43", failed, asked(home=HOME))) == {"H08"}


def test_what_sets_a_document_apart_is_said_in_words() -> None:
    given = {"mimeType": "text/plain", "hash": "0" * 40, "size": 5}
    found = check_delivered(DeliveredDocument(entry=an_entry(), **given)).findings  # type: ignore[arg-type]
    other = "of the document is not the registered one,"
    assert [one.text for one in found] == [
        f"the hash {other} {HASH}: '{'0' * 40}'",
        f"the size {other} 4: '5'",
        f"the mimeType {other} application/octet-stream: 'text/plain'",
    ]


@pytest.mark.parametrize(
    ("changes", "entry", "rules"),
    [
        ({}, {}, []),
        ({"hash": HASH.upper()}, {}, []),
        ({"hash": "0" * 40}, {}, ["H11"]),
        ({"size": 5}, {}, ["H11"]),
        ({"size": 5, "hash": "0" * 40}, {}, ["H11", "H11"]),
        ({"size": 5, "hash": "0" * 40}, {"size": "0"}, []),
        ({}, {"hash": None, "size": None}, []),
        ({"mimeType": "text/plain"}, {"mimeType": None}, []),
        ({"mimeType": "Application/Octet-Stream"}, {}, []),
        ({"mimeType": "text/plain"}, {}, ["H12"]),
    ],
)
def test_a_document_is_the_registered_one(
    changes: dict[str, Any], entry: dict[str, Any], rules: list[str]
) -> None:
    given = {"mimeType": "application/octet-stream", "hash": HASH, "size": 4, **changes}
    document_ = DeliveredDocument(entry=an_entry(**entry), **given)
    assert [one.rule for one in check_delivered(document_).findings] == rules
