from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from rule_examples import in_module
from submissions import uuid

from xdsi_sim.errors import Severity
from xdsi_sim.messages.remove import RemoveObjectsRequest
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.rules.removal import (
    DELETE_ALL,
    DocumentRemoval,
    Fate,
    Link,
    Remains,
    check_document_removals,
    check_removal,
)

TWO: Final = RemoveObjectsRequest(ids=(uuid(1), uuid(2)))
OTHER_SCOPE: Final = "urn:oasis:names:tc:ebxml-regrep:DeletionScopeType:DeleteRepositoryItemOnly"
BROKEN: Final[Mapping[str, tuple[RemoveObjectsRequest, Remains, str]]] = {
    "L25": (RemoveObjectsRequest(adhocQuery=True, deletionScope=OTHER_SCOPE), Remains(), "XDSRegistryError"),
    "L26": (TWO, Remains(unknown=frozenset((uuid(1), uuid(2)))), "UnresolvedReferenceException"),
    "L27": (
        TWO,
        Remains(dangling=(Link(uuid(3), "sourceObject", uuid(1)), Link(uuid(3), "targetObject", uuid(2)))),
        "ReferencesExistException",
    ),
    "L28": (TWO, Remains(bare=(uuid(4), uuid(5))), "XDSUnreferencedObjectException"),
}
"""For each rule a removal that breaks it in every way."""
PLACES: Final = {"L25": 3, "L26": 2, "L27": 2, "L28": 2}


def test_every_rule_has_an_example() -> None:
    assert {*BROKEN, "L29"} == set(in_module("removal"))


@pytest.mark.parametrize("rule", BROKEN)
def test_every_violation_is_told_with_its_code_and_object(rule: str) -> None:
    request, remains, code = BROKEN[rule]
    verdict = check_removal(request, remains)
    assert [finding.rule for finding in verdict.findings] == [rule] * PLACES[rule]
    assert {error.errorCode for error in verdict.errors} == {code}
    named = [error.codeContext for error in verdict.errors if "object=urn:uuid:" in error.codeContext]
    assert len(named) == (0 if rule == "L25" else PLACES[rule])


def test_a_sound_removal_breaks_nothing() -> None:
    assert check_removal(TWO, Remains()).findings == check_removal(TWO).findings == ()


def test_an_id_in_upper_case_is_told_as_it_was_sent() -> None:
    id = uuid(1).replace("000000000001", "00000000ABCD")
    remains = Remains(unknown=frozenset((id.lower(),)))
    (error,) = check_removal(RemoveObjectsRequest(ids=(id, id)), remains).errors
    assert f"object={id}; attribute=id; rule=L26" in error.codeContext


@pytest.mark.parametrize(
    ("strict", "severity", "told"), [(True, Severity.ERROR, 1), (False, Severity.WARNING, 0)]
)
def test_the_scope_that_ebrs_takes_for_granted_is_a_matter_of_strictness(
    strict: bool, severity: Severity, told: int
) -> None:
    request = RemoveObjectsRequest(ids=(uuid(1),), deletionScope=DELETE_ALL)
    verdict = check_removal(request, strict=strict)
    assert [(finding.rule, finding.severity) for finding in verdict.findings] == [("L25", severity)]
    assert len(verdict.errors) == told


PLACE = "RepositoryUniqueId"
DOCUMENTS: Final[list[tuple[dict[str, Any], Fate, str | None]]] = [
    ({}, Fate.REMOVED, None),
    ({}, Fate.UNKNOWN, "XDSDocumentUniqueIdError"),
    ({}, Fate.BUSY, "XDSRemoveDocumentsError"),
    ({}, Fate.FAILED, "XDSRemoveDocumentsError"),
    ({"repositoryUniqueId": "1.9"}, Fate.UNKNOWN, "XDSUnknownRepositoryId"),
    ({"repositoryUniqueId": ""}, Fate.UNKNOWN, "XDSRepositoryError"),
]


@pytest.mark.parametrize(("changes", "fate", "code"), DOCUMENTS)
def test_each_document_that_stays_is_told_by_its_code_and_location(
    changes: dict[str, Any], fate: Fate, code: str | None
) -> None:
    request = DocumentRequest(**({"repositoryUniqueId": "1.2", "documentUniqueId": "1.2.3"} | changes))
    verdict = check_document_removals(
        (DocumentRemoval(request=request, repositoryUniqueId="1.2", fate=fate),)
    )
    assert [error.errorCode for error in verdict.errors] == ([] if code is None else [code])
    assert {error.location for error in verdict.errors} <= {"1.2.3"}
    assert all("object=1.2.3; " in error.codeContext for error in verdict.errors)


@pytest.mark.parametrize(
    ("changes", "fate", "context"),
    [
        ({}, Fate.UNKNOWN, "no such document in this repository; object=1.2.3; attribute=DocumentUniqueId; "),
        (
            {},
            Fate.BUSY,
            "a submission that brings this document is under way; object=1.2.3; attribute=DocumentUniqueId; ",
        ),
        (
            {},
            Fate.FAILED,
            "the document could not be removed now; object=1.2.3; attribute=DocumentUniqueId; ",
        ),
        (
            {"repositoryUniqueId": "1.9"},
            Fate.REMOVED,
            "this repository is 1.2; object=1.2.3; attribute=RepositoryUniqueId; value=1.9; ",
        ),
        (
            {"repositoryUniqueId": ""},
            Fate.UNKNOWN,
            f"{PLACE} of a DocumentRequest is missing; object=1.2.3; attribute={PLACE}; ",
        ),
    ],
)
def test_why_a_document_stays_is_said_in_words(changes: dict[str, Any], fate: Fate, context: str) -> None:
    request = DocumentRequest(**({"repositoryUniqueId": "1.2", "documentUniqueId": "1.2.3"} | changes))
    removal = DocumentRemoval(request=request, repositoryUniqueId="1.2", fate=fate)
    (error,) = check_document_removals((removal,)).errors
    assert error.codeContext == f"{context}rule=L29"


def test_what_is_wrong_with_a_removal_is_said_in_words() -> None:
    told = [
        (finding.location, finding.text)
        for rule in BROKEN
        for finding in check_removal(*BROKEN[rule][:2]).findings
    ]
    stays = "Association %s would stay and has this object as its %s"
    assert told == [
        ("ObjectRefList", "no object is named"),
        ("AdhocQuery", "objects are named by a query"),
        ("deletionScope", f"deletionScope is not for this transaction: '{OTHER_SCOPE}'"),
        (uuid(1), "no object of the registry has this id"),
        (uuid(2), "no object of the registry has this id"),
        (uuid(1), stays % (uuid(3), "sourceObject")),
        (uuid(2), stays % (uuid(3), "targetObject")),
        (uuid(4), "this object would stay without any Association"),
        (uuid(5), "this object would stay without any Association"),
    ]
