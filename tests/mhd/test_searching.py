from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from a_domain import everything, submit
from a_fhir_face import DCM, JSON, OF_PATIENT, XML, a_bundle, a_face, ask, find, post, the
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.patient import Patient
from submissions import AUTHORITY, PATIENT, a_folder, a_set, a_submission, an_association, an_entry, uuid
from update_requests import an_update, newer

from xdsi_sim.ebrim.model import Author, Code, DocumentEntry
from xdsi_sim.scenario.fhir import object_of
from xdsi_sim.topology.build import RunningTopology

ONE, TWO, THREE = (uuid(number)[9:] for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, {ONE, THREE}),
        ({"status": "superseded"}, {TWO}),
        ({"status": "current,superseded"}, {ONE, TWO, THREE}),
        ({"modality": "CT"}, {ONE}),
        ({"event": f"{DCM}|CT"}, {ONE}),
        ({"event": [f"{DCM}|CT", f"{DCM}|MR"]}, set()),
        ({"event": f"{DCM}|CT,{DCM}|MR"}, {ONE}),
        ({"study-instance-uid": "urn:oid:2.999.5.1"}, {ONE}),
        ({"related:identifier": "urn:dicom:uid|urn:oid:2.999.5.1"}, {ONE}),
        ({"creation": "ge2024"}, {ONE}),
        ({"creation": ["ge2022", "lt2024"]}, {THREE}),
        ({"date": "2024-02-12"}, {ONE, THREE}),
        ({"date": "lt2024-02-12"}, set()),
        ({"format": "urn:oid:2.999.1.9|octets"}, {THREE}),
        ({"type": "24725-4"}, {ONE, THREE}),
        ({"author.family": "Roth"}, set()),
        ({"identifier": "urn:ietf:rfc:3986|urn:oid:2.999.2.3"}, {THREE}),
        ({"patient.identifier": f"urn:oid:{AUTHORITY}|P2"}, set()),
        ({"targetCommunityIdList": "urn:oid:2.999.7"}, set()),
        ({"targetCommunityIdList": "urn:oid:2.999.1"}, {ONE, THREE}),
    ],
)
def test_what_fits_is_found_by_get_and_by_post(url: str, params: dict[str, object], found: set[str]) -> None:
    pairs = urlencode({**OF_PATIENT, **params}, doseq=True)
    got = ask("GET", f"{url}/DocumentReference?{pairs}")
    posted = ask(
        "POST",
        f"{url}/DocumentReference/_search",
        pairs.encode(),
        Content_Type="application/x-www-form-urlencoded",
    )
    for answer in (got, posted):
        assert answer.status == 200
        assert {each["id"] for each in answer.entries} == found
        assert answer.json["total"] == len(found)
        Bundle.model_validate(answer.json)


def test_pages_lead_to_each_other_and_hold_all(url: str) -> None:
    first = find(url, status="current,superseded", _count=2, _sort="_id")
    links = {each["relation"]: each["url"] for each in first.json["link"]}
    assert set(links) == {"self", "next"}
    second = ask("GET", links["next"])
    assert [each["id"] for each in first.entries + second.entries] == [ONE, TWO, THREE]
    assert {each["relation"] for each in second.json["link"]} == {"self", "previous"}
    assert find(url, _count=0).json["total"] == find(url, _summary="count").json["total"] == 2


def test_what_replaces_says_so_and_brings_the_other_along(url: str) -> None:
    answer = find(
        url, identifier="urn:oid:2.999.2.3", _include="DocumentReference:relatesto", _revinclude="List:item"
    )
    (found,) = answer.entries
    (relation,) = found["relatesTo"]
    assert relation == {"code": "replaces", "target": {"reference": f"DocumentReference/{TWO}"}}
    others = [each["resource"]["id"] for each in answer.json["entry"] if each["search"]["mode"] == "include"]
    assert others == [TWO, uuid(100_003)[9:]]


def test_lists_are_found_with_what_they_hold(url: str) -> None:
    answer = find(
        url, "List", code="submissionset", identifier="urn:oid:2.999.3.100001", _include="List:item"
    )
    (found,) = answer.entries
    assert found["entry"] == [{"item": {"reference": f"DocumentReference/{ONE}"}}]
    modes = [(each["search"]["mode"], each["resource"]["id"]) for each in answer.json["entry"]]
    assert ("include", ONE) in modes
    Bundle.model_validate(answer.json)
    assert len(find(url, "List", code="submissionset").entries) == 3
    assert find(url, "List", code="folder").entries == []


@pytest.fixture(scope="module")
def filed(empty: RunningTopology) -> str:
    """Entries 81 and 82 in Folder 83 by one set, of which 82 has a second version, 84."""
    of = {"patientId": f"P80^^^&{AUTHORITY}&ISO"}
    entries, folder, set_ = (an_entry(81, **of), an_entry(82, **of)), a_folder(83, **of), a_set(80, **of)
    held = [an_association(folder.entryUUID, each.entryUUID) for each in entries]
    told = [an_association(set_.entryUUID, each.entryUUID, entryUUID=f"of {each.entryUUID}") for each in held]
    registry = empty.url_of("registry")
    more = (*held, *told)
    assert submit(registry, a_submission(entries=entries, set_=set_, folders=(folder,), more=more)) == []
    update = an_update(newer(entries[1], 84), set_=a_set(85, **of))
    assert submit(registry, update, "ITI-57") == []
    return empty.url_of("fhir")


def held_by(found: dict[str, Any]) -> set[str]:
    return {each["item"]["reference"] for each in found.get("entry", ())}


def test_a_list_holds_what_can_be_read_each_by_its_type(filed: str) -> None:
    one, new, folder = (uuid(number)[9:] for number in (81, 84, 83))
    by_set = ask("GET", f"{filed}/List/{uuid(80)[9:]}").json
    assert held_by(by_set) == {f"DocumentReference/{one}", f"List/{folder}"}  # no Association, no old version
    by_folder = ask("GET", f"{filed}/List/{folder}").json
    assert held_by(by_folder) == {f"DocumentReference/{one}", f"DocumentReference/{new}"}
    for reference in held_by(by_set) | held_by(by_folder):
        assert ask("GET", f"{filed}/{reference}").status == 200


def test_lists_beside_documents_are_those_that_hold_them_and_say_so(filed: str) -> None:
    one, folder = (uuid(number)[9:] for number in (81, 83))
    answer = ask("GET", f"{filed}/DocumentReference?_id={one}&_revinclude=List:item")
    lists = {each["resource"]["id"]: each["resource"] for each in answer.json["entry"][1:]}
    assert set(lists) == {uuid(80)[9:], folder}
    assert all(f"DocumentReference/{one}" in held_by(each) for each in lists.values())
    answer = ask("GET", f"{filed}/List?_id={uuid(80)[9:]}&code=submissionset&_include=List:item")
    beside = {each["resource"]["id"]: each["resource"] for each in answer.json["entry"][1:]}
    assert set(beside) == {one, folder}
    assert len(held_by(beside[folder])) == 2


@pytest.mark.parametrize("uniqueId", [f"urn:uuid:{uuid(4711)[9:]}", "http://north.example/reports/7"])
def test_documents_whose_unique_ids_are_no_oids_are_found_by_them(
    empty: RunningTopology, base: str, uniqueId: str
) -> None:
    number = 4000 + len(uniqueId)
    entry = an_entry(number, uniqueId=uniqueId)
    assert submit(empty.url_of("registry"), a_submission(entries=(entry,), set_=a_set(5000 + number))) == []
    (found,) = ask("GET", f"{base}/DocumentReference?identifier=urn:ietf:rfc:3986|{uniqueId}").entries
    assert found["id"] == uuid(number)[9:]
    assert found["masterIdentifier"] == {"system": "urn:ietf:rfc:3986", "value": uniqueId}


def test_a_document_published_with_a_uuid_is_found_by_it(base: str) -> None:
    bundle = a_bundle(4712)
    reference = the(bundle, "DocumentReference")
    reference["masterIdentifier"]["value"] = uuid(4713)
    reference["identifier"] = [each for each in reference["identifier"] if each.get("use") == "official"]
    assert post(base, bundle).status == 200
    (found,) = ask("GET", f"{base}/DocumentReference?identifier={uuid(4713)}").entries
    assert found["masterIdentifier"]["value"].startswith("urn:oid:2.25.")


def test_single_resources_are_read_by_their_ids(url: str) -> None:
    assert ask("GET", f"{url}/DocumentReference/{ONE}").json["id"] == ONE
    assert ask("GET", f"{url}/List/{uuid(100_001)[9:]}").json["entry"][0]["item"]["reference"].endswith(ONE)
    patient = ask("GET", f"{url}/Patient/{AUTHORITY}-P1").json
    Patient.model_validate(patient)
    assert {"system": f"urn:oid:{AUTHORITY}", "value": "P1"} in patient["identifier"]


@pytest.mark.parametrize(
    "path",
    [
        "DocumentReference/x",
        f"DocumentReference/{uuid(99)[9:]}",
        "List/x",
        f"List/{uuid(99)[9:]}",
        f"Patient/{AUTHORITY}-P9",
        "Patient/_",
    ],
)
def test_what_is_not_there_is_404(url: str, path: str) -> None:
    answer = ask("GET", f"{url}/{path}")
    assert answer.status == 404
    assert "there is no" in answer.texts


def test_a_search_is_answered_in_xml_too(url: str) -> None:
    answer = find(url, _format="xml")
    assert answer.headers["Content-Type"].startswith(XML)
    found = Bundle.model_validate_xml(answer.body)
    assert found.total == 2
    assert len(found.entry) == 2
    (link,) = found.link
    assert "_format=xml" in link.url  # a page that follows is XML, too


def test_what_is_not_understood_stands_in_an_outcome_or_is_refused(url: str, base: str) -> None:
    lenient = find(url, colour="red")
    assert lenient.status == 200
    assert len(lenient.entries) == 2
    assert "colour is not known" in lenient.texts
    pairs = urlencode({**OF_PATIENT, "colour": "red"})
    strict = ask("GET", f"{url}/DocumentReference?{pairs}", Prefer="handling=strict")
    assert strict.status == 400
    assert find(base, colour="red").status == 400  # an actor that is strict
    assert ask("GET", f"{base}/DocumentReference?{pairs}", Prefer="handling=lenient").status == 200


def test_a_registry_that_is_down_is_told(tmp_path: Path) -> None:
    with a_face(tmp_path) as running:
        running.stop("registry")
        answer = find(running.url_of("fhir"))
        assert answer.status == 503
        assert "no answer to ITI-18" in answer.texts
        assert answer.headers["Content-Type"].startswith(JSON)
        assert ask("GET", f"{running.url_of('fhir')}/DocumentReference/{ONE}").status == 503


def as_said(entry: DocumentEntry) -> DocumentEntry:
    """What an entry says, without the ids of its parts and what FHIR has no element for."""
    bare: dict[str, Any] = {"URI": None, "logicalID": None, "version": None, "externalIdentifierIds": ()}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, Code | Author):
            bare[field.name] = replace(value, id=None)
        elif isinstance(value, tuple) and value and isinstance(value[0], Code | Author):
            bare[field.name] = tuple(replace(each, id=None) for each in value)
    return replace(entry, **bare)


def test_entries_say_by_fhir_what_they_say_by_soap(seeded: RunningTopology, url: str) -> None:
    by_soap = everything(seeded.url_of("registry"), PATIENT).objects.documentEntries
    community = seeded.topology.communities[0]
    by_fhir = [object_of(each, community) for each in find(url).entries]
    assert {as_said(each) for each in by_fhir} == {as_said(each) for each in by_soap}  # type: ignore[arg-type]
    assert len(by_soap) == 2


def test_ids_of_documents_of_several_patients_find_them_all(base: str) -> None:
    for number, patient in ((70, "P7"), (71, "P8")):
        bundle = a_bundle(number, patientId=f"{patient}^^^&{AUTHORITY}&ISO")
        the(bundle, "List")["subject"]["identifier"]["value"] = patient
        assert post(base, bundle).status == 200
    answer = ask("GET", f"{base}/DocumentReference?identifier=urn:oid:2.999.2.70,urn:oid:2.999.2.71")
    assert {each["subject"]["identifier"]["value"] for each in answer.entries} == {"P7", "P8"}
    assert answer.texts == ""
