from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from a_fhir_face import a_reply
from submissions import PATIENT, an_entry

from xdsi_sim.checklist.two_level import Criteria, modality_of, region_of
from xdsi_sim.checklist.two_level_by_fhir import search, search_of
from xdsi_sim.client.dicomweb import HttpReply
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.document_reference import document_reference
from xdsi_sim.fhir.rows import Writing
from xdsi_sim.scenario.stage import StepFailed

FACE = "http://127.0.0.1/fhir"


def answering(*pages: Any) -> tuple[Callable[[str], HttpReply], list[str]]:
    """A face that gives these pages, and what it was asked."""
    asked: list[str] = []

    def get(url: str) -> HttpReply:
        asked.append(url)
        return a_reply(json.dumps(pages[len(asked) - 1]).encode())

    return get, asked


def page(*entries: DocumentEntry, after: str | None = None) -> dict[str, Any]:
    writing = Writing(systems=Systems(), url=lambda _entry: f"{FACE}/document")
    found = [document_reference(entry, writing) for entry in entries]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "next", "url": after}] if after else [{"relation": "self", "url": FACE}],
        "entry": [{"fullUrl": f"{FACE}/x", "resource": one, "search": {"mode": "match"}} for one in found],
    }


def test_every_element_that_mhd_has_is_a_parameter() -> None:
    criteria = Criteria(
        patientId="P1^^^&2.999.1&ISO",
        modalities=(modality_of("CT"), modality_of("MR")),
        regions=(region_of("Head"),),
        settings=("394914008^^2.16.840.1.113883.6.96",),
        since="20240501",
        until="202406",
        studies=("2.999.5",),
        accessions=("A,1^^^&2.999.3&ISO",),
        orders=("O1^^^&2.999.4&ISO", "O2^^^&2.999.4&ISO"),
        procedures=("24725-4",),
    )
    dcm, sct = "http://dicom.nema.org/resources/ontology/DCM", "http://snomed.info/sct"
    assert search_of(criteria) == (
        ("patient.identifier", "urn:oid:2.999.1|P1"),
        ("status", "current"),
        ("modality", f"{dcm}|CT,{dcm}|MR"),
        ("anatomical-region", f"{sct}|69536005"),
        ("setting", f"{sct}|394914008"),
        ("period", "ge2024-05-01"),
        ("period", "lt2024-06"),
        ("study-instance-uid", "urn:oid:2.999.5"),
        ("accession-number", "urn:oid:2.999.3|A\\,1"),
        ("related", "urn:oid:2.999.4|O1,urn:oid:2.999.4|O2"),
    )


def test_numbers_without_their_issuer_are_left_to_choose_by() -> None:
    asked = search_of(Criteria(patientId=PATIENT, accessions=("A1", "A2^^^&2.999.3&ISO"), orders=("O1",)))
    assert [name for name, _ in asked] == ["patient.identifier", "status"]


def test_all_pages_are_read() -> None:
    get, asked = answering(page(an_entry(1), after=f"{FACE}/DocumentReference?_offset=1"), page(an_entry(2)))
    searched = search(Criteria(patientId=PATIENT), f"{FACE}/", get)
    assert [entry.uniqueId for entry in searched.entries] == [an_entry(1).uniqueId, an_entry(2).uniqueId]
    assert [answer.status for answer in searched.answers] == ["Success", "Success"]
    assert urlsplit(asked[0]).path == "/fhir/DocumentReference"
    assert dict(parse_qsl(urlsplit(asked[0]).query))["status"] == "current"


@pytest.mark.parametrize(
    ("began", "since", "until", "found"),
    [
        ("20240501", "20240501", None, True),
        ("202404302359", "20240501", None, False),  # it may last until then: a period overlaps
        ("20240501", None, "20240501", False),
        ("202404302359", None, "20240501", True),
        (None, "20240501", None, False),
        (None, None, None, True),
    ],
)
def test_time_is_when_it_began_as_in_a_stored_query(
    began: str | None, since: str | None, until: str | None, *, found: bool
) -> None:
    get, _ = answering(page(replace(an_entry(1), serviceStartTime=began, serviceStopTime=None)))
    searched = search(Criteria(patientId=PATIENT, since=since, until=until), FACE, get)
    assert bool(searched.entries) is found


def test_what_is_no_bundle_is_told() -> None:
    get, _ = answering({"hello": "world"})
    with pytest.raises(StepFailed, match="is no Bundle of FHIR"):
        search(Criteria(patientId=PATIENT), FACE, get)
