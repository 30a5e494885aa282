from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_fhir_face import XML, a_bundle, a_face, ask, data_of, find, post, the, topology
from fhir.resources.R4B.bundle import Bundle
from submissions import uuid

from xdsi_sim.fhir.models import write_resource
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology


def test_a_bundle_is_published_and_found(base: str) -> None:
    answer = post(base, a_bundle(20, b"twenty"))
    assert answer.status == 200
    Bundle.model_validate(answer.json)
    places = [each["response"]["location"] for each in answer.json["entry"]]
    id = uuid(20)[9:]
    assert places[1:] == [f"DocumentReference/{id}/_history/1", f"Binary/{id}/_history/1"]
    assert ask("GET", f"{base}/Binary/{id}").body == b"twenty"


def test_it_goes_to_the_repository_by_soap(empty: RunningTopology, base: str) -> None:
    post(base, a_bundle(21))
    sent = [e for e in empty.exchanges() if e.transaction == "ITI-41" and e.sender == "fhir"]
    assert sent
    assert sent[-1].receiver == "repository"
    received = [e for e in empty.exchanges(sent[-1].conversation) if e.transaction == "ITI-65"]
    assert [each.status for each in received] == ["HTTP 200"]  # one user action, one conversation


def test_a_bundle_may_come_and_be_answered_in_xml(base: str) -> None:
    answer = ask("POST", base, write_resource(a_bundle(22), "xml"), Content_Type=XML, Accept=XML)
    assert answer.status == 200
    assert Bundle.model_validate_xml(answer.body).type == "transaction-response"


def test_a_replaced_document_is_superseded(base: str) -> None:
    for bundle in (a_bundle(23), a_bundle(24, replaces=23)):
        assert post(base, bundle).status == 200
    assert ask("GET", f"{base}/DocumentReference/{uuid(23)[9:]}").json["status"] == "superseded"
    again = post(base, a_bundle(25, replaces=23))  # it is superseded already
    assert again.status in (409, 422)
    assert "rule=" in again.texts


def test_one_document_alone_is_published(base: str) -> None:
    resource = the(a_bundle(26), "DocumentReference")
    attachment = resource["content"][0]["attachment"]
    del attachment["url"]
    attachment["data"] = data_of(b"alone")
    answer = post(f"{base}/DocumentReference", resource)
    assert answer.status == 201
    assert answer.headers["Location"] == f"{base}/DocumentReference/{uuid(26)[9:]}/_history/1"
    assert ask("GET", f"{base}/Binary/{uuid(26)[9:]}").body == b"alone"
    wrong = post(f"{base}/DocumentReference", {"resourceType": "Patient"})
    assert (wrong.status, "a DocumentReference is expected" in wrong.texts) == (400, True)


def test_nothing_is_published_of_a_bundle_with_one_fault(base: str) -> None:
    bundle = a_bundle(27)
    the(bundle, "DocumentReference")["content"][0]["attachment"]["hash"] = data_of(b"x" * 20)
    answer = post(base, bundle)
    assert answer.status == 422
    (issue,) = answer.json["issue"]
    assert issue["details"]["coding"] == [{"code": "XDSRepositoryMetadataError"}]
    assert "rule=G04" in issue["diagnostics"]
    assert "ITI TF-2: 3.41" in issue["diagnostics"]
    assert issue["expression"] == ["DocumentReference.content.attachment.hash"]
    assert find(base, identifier="urn:oid:2.999.2.27").entries == []


def test_a_minimal_bundle_is_told_all_that_a_registry_misses(base: str) -> None:
    bundle = a_bundle(28)
    bundle["meta"]["profile"] = [url.replace("Comprehensive", "Minimal") for url in bundle["meta"]["profile"]]
    reference = the(bundle, "DocumentReference")
    for element in ("type", "category", "securityLabel"):
        del reference[element]
    answer = post(base, bundle)
    assert answer.status == 422
    places = {place for issue in answer.json["issue"] for place in issue["expression"]}
    assert places == {f"DocumentReference.{name}" for name in ("type", "category", "securityLabel")}


def test_what_was_published_already_is_a_duplicate(base: str) -> None:
    assert post(base, a_bundle(29)).status == 200
    bundle = a_bundle(29)
    for entry in bundle["entry"][:2]:
        identifiers = entry["resource"]["identifier"]
        entry["resource"]["identifier"] = [each for each in identifiers if "uuid" not in each["value"]]
    answer = post(base, bundle)
    assert answer.status == 409
    assert {issue["code"] for issue in answer.json["issue"]} == {"duplicate"}


@pytest.mark.parametrize("accept", ["image/png", "text/plain"])
def test_nothing_is_published_for_who_cannot_read_the_answer(base: str, accept: str) -> None:
    assert post(base, a_bundle(30), Accept=accept).status == 406
    assert find(base, identifier="urn:oid:2.999.2.30").entries == []


def test_a_recipient_may_take_it(tmp_path: Path) -> None:
    community = {
        "id": "c",
        "homeCommunityId": "urn:oid:2.999.1",
        "patientAuthority": "2.999.1.1",
        "registry": {"id": "registry"},
        "mhd": {"id": "fhir", "publishesTo": "outside"},
        "recipients": [{"id": "outside", "queued": True}],
    }
    topology = Topology.model_validate({"name": "t", "communities": [community]})
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        answer = post(running.url_of("fhir"), a_bundle(1))
        assert answer.status == 200
        (issue,) = answer.json["entry"][0]["response"]["outcome"]["issue"]  # what the recipient warns of
        assert (issue["severity"], issue["details"]["coding"][0]["code"]) == ("warning", "DocumentQueued")
        (received,) = running.received_by("outside")
        assert received.documents[0].uniqueId == "2.999.2.1"


def test_a_face_without_repository_says_that_nobody_takes(tmp_path: Path) -> None:
    community = {
        "id": "c",
        "homeCommunityId": "urn:oid:2.999.1",
        "patientAuthority": "2.999.1.1",
        "registry": {"id": "registry"},
        "mhd": {"id": "fhir"},
    }
    topology = Topology.model_validate({"name": "t", "communities": [community]})
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        url = running.url_of("fhir")
        answer = post(url, a_bundle(1))
        assert (answer.status, "nobody in this community takes documents" in answer.texts) == (422, True)
        told = ask("GET", f"{url}/metadata").json
        assert "interaction" not in told["rest"][0]


def test_a_face_may_be_stopped_and_may_answer_wrongly_on_purpose(tmp_path: Path) -> None:
    with a_face(tmp_path, faults=[{"deviation": "http-500", "transaction": "ITI-67"}]) as running:
        url = running.url_of("fhir")
        assert find(url).status == 500
        assert find(url, "List", code="folder").status == 200
        running.stop("fhir")
        answer = find(url, "List", code="folder")
        assert answer.status == 503
        assert "fhir is stopped" in answer.texts


def test_a_patient_whom_nobody_has_announced_is_told(tmp_path: Path) -> None:
    file = topology().model_dump(mode="json", exclude_unset=True)
    file["communities"][0]["registry"]["patients"] = "fed-only"
    with start(Topology.model_validate(file), tmp_path, Listen("127.0.0.1", 0)) as running:
        answer = post(running.url_of("fhir"), a_bundle(1))
        assert answer.status == 422
        issues = answer.json["issue"]
        assert {issue["code"] for issue in issues} == {"not-found"}
        assert {issue["details"]["coding"][0]["code"] for issue in issues} == {"XDSUnknownPatientId"}
        assert "List.subject" in {place for issue in issues for place in issue.get("expression", ())}


def with_folder(number: int, method: str, url: str, *members: int) -> dict[str, Any]:
    """A bundle with a document, and a folder that holds documents."""
    bundle = a_bundle(number)
    list_ = the(a_bundle(60), "List")
    code = {"coding": [{**list_["code"]["coding"][0], "code": "folder"}]}
    items = [{"item": {"reference": uuid(each)}} for each in members]
    folder = {**list_, "code": code, "entry": items, "title": "A shelf"}
    request = {"method": method, "url": url}
    bundle["entry"].append({"fullUrl": "urn:uuid:folder", "resource": folder, "request": request})
    return bundle


def test_a_folder_is_made_and_added_to(base: str) -> None:
    made = post(base, with_folder(61, "POST", "List", 61))
    assert made.status == 200
    id = made.json["entry"][-1]["response"]["location"].split("/")[1]
    added = post(base, with_folder(62, "PUT", f"List/{id}", 61, 62))
    assert added.status == 200
    assert added.json["entry"][-1]["response"]["status"] == "200 OK"
    (found,) = find(base, "List", code="folder", _id=id).entries
    held = {each["item"]["reference"] for each in found["entry"]}
    assert held == {f"DocumentReference/{uuid(number)[9:]}" for number in (61, 62)}


@pytest.mark.parametrize("url", ["List", "List/x", f"List/{uuid(99)[9:]}"])
def test_a_folder_that_is_not_there_is_not_added_to(base: str, url: str) -> None:
    answer = post(base, with_folder(63, "PUT", url, 63))
    assert answer.status == 422
    assert find(base, identifier="urn:oid:2.999.2.63").entries == []
