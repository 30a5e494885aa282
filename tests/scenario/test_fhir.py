from __future__ import annotations

import json
from typing import Any

import pytest
from a_fhir_face import a_bundle, a_reply, the
from submissions import an_entry

from xdsi_sim.errors import UsageError
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.document_reference import document_reference
from xdsi_sim.fhir.rows import Writing
from xdsi_sim.scenario.fhir import answered_by, found_in, object_of, patient_token
from xdsi_sim.scenario.stage import StepFailed
from xdsi_sim.topology.model import Community
from xdsi_sim.vocab import ON_DEMAND

COMMUNITY = Community.model_validate(
    {
        "id": "c",
        "homeCommunityId": "urn:oid:2.999.1",
        "patientAuthority": "2.999.1.1",
        "registry": {"id": "r"},
    }
)


def told(status: int, resource: Any) -> Any:
    reply = a_reply(json.dumps(resource).encode(), status=status)
    return answered_by(reply, receiver="fhir", transaction="ITI-65")


def issue(severity: str, code: str | None = None) -> dict[str, Any]:
    details = {"coding": [{"code": code}]} if code else {"text": "hm"}
    return {"severity": severity, "code": "invalid", "details": details, "diagnostics": "hm"}


def test_issues_are_the_errors_of_an_answer() -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [issue("error", "XDSUnknownPatientId"), issue("information")],
    }
    answer = told(422, outcome)
    assert (answer.status, [error.errorCode for error in answer.errors]) == (
        "HTTP 422",
        ["XDSUnknownPatientId"],
    )
    inside = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": {**outcome, "issue": [issue("warning")]}}],
    }
    answer = told(200, inside)
    assert (answer.status, [error.errorCode for error in answer.errors]) == ("Success", ["invalid"])
    assert answer.errors[0].severity.endswith("Warning")


def test_an_answer_that_is_no_fhir_has_a_status_alone() -> None:
    page = a_reply(b"<html>", status=502, media_type="text/html")
    assert answered_by(page, receiver="fhir", transaction="ITI-67").status == "HTTP 502"
    broken = a_reply(b"{")
    assert answered_by(broken, receiver="fhir", transaction="ITI-67").errors == ()
    nothing = a_reply(status=0, trouble="refused")
    assert answered_by(nothing, receiver="fhir", transaction="ITI-67").status == "no answer: refused"


def test_a_patient_is_named_by_a_token() -> None:
    assert patient_token("P1", COMMUNITY) == "urn:oid:2.999.1.1|P1"
    assert patient_token("P1^^^&2.999.7&ISO", COMMUNITY) == "urn:oid:2.999.7|P1"
    with pytest.raises(UsageError, match="no patient id"):
        patient_token("P1^^", COMMUNITY)


def test_what_was_found_is_metadata_again_with_the_address_of_the_document() -> None:
    url = "http://h/fhir/Binary/1?repositoryUniqueId=2.999.1.3&uniqueId=2.999.2.1"
    resource = document_reference(an_entry(1), Writing(systems=Systems(), url=lambda _entry: url))
    bundles = [
        {"entry": [{"resource": resource, "search": {"mode": "match"}}, {"search": {"mode": "outcome"}}]}
    ]
    (found,) = found_in(bundles)
    entry = object_of(found, COMMUNITY)
    assert (entry.URI, entry.repositoryUniqueId) == (url, "2.999.1.3")  # type: ignore[union-attr]
    del resource["content"][0]["attachment"]["hash"], resource["content"][0]["attachment"]["size"]
    assert object_of(resource, COMMUNITY).objectType == ON_DEMAND  # type: ignore[union-attr]


def test_lists_are_submission_sets_or_folders() -> None:
    list_ = {**the(a_bundle(1), "List"), "id": "1"}
    assert object_of(list_, COMMUNITY).uniqueId == "2.999.3.100001"
    with pytest.raises(StepFailed, match="List/1 cannot be read: date"):
        object_of({**list_, "date": "soon"}, COMMUNITY)
