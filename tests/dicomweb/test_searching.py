from __future__ import annotations

import json
from dataclasses import replace

import pytest
from a_dicomweb_service import BASE, Ask, body_of, parts_of

from xdsi_sim.dicomweb.service import DicomWeb


def test_nothing_found_is_an_empty_list(ask: Ask) -> None:
    answer = ask("studies?PatientID=nobody")
    assert (answer.status, answer.media_type, body_of(answer)) == (200, "application/dicom+json", b"[]")


@pytest.mark.parametrize(
    ("accept", "media", "status"),
    [
        ("*/*", "application/dicom+json", 200),
        ("application/json", "application/json", 200),
        ("application/*", "application/dicom+json", 200),
        (
            "application/dicom+json, multipart/related; type=application/octet-stream",
            "application/dicom+json",
            200,
        ),
        ('multipart/related; type="application/dicom+xml"', "multipart/related", 200),
        ("text/html", "text/plain; charset=UTF-8", 406),
    ],
)
def test_results_come_in_the_form_that_is_asked_for(ask: Ask, accept: str, media: str, status: int) -> None:
    answer = ask("studies", accept=accept)
    assert (answer.status, answer.media_type.partition("; type")[0]) == (status, media)


def test_results_as_xml_are_a_part_each(ask: Ask) -> None:
    kind = 'multipart/related; type="application/dicom+xml"'
    count = len(json.loads(body_of(ask("studies"))))
    assert len(parts_of(ask("studies", accept=kind))) == count
    assert parts_of(ask("studies?PatientID=nobody", accept=kind)) == []


def test_a_warning_tells_how_many_remain(ask: Ask, service: DicomWeb) -> None:
    few = replace(service, archive=replace(service.archive, most=2))
    count = len(json.loads(body_of(ask("instances"))))
    for target, of in (("instances?limit=2", service), ("instances", few), ("instances?limit=99", few)):
        warning = dict(ask(target, of=of).headers)["Warning"]
        assert warning == f"299 {BASE}: There are {count - 2} additional results that can be requested"
    assert "Warning" not in dict(ask("instances").headers)


def test_a_warning_tells_what_was_ignored(ask: Ask) -> None:
    warning = dict(ask("studies?Modality=CT&limit=1").headers)["Warning"]
    assert "Modality cannot be searched for" in warning
    assert warning.count(f"299 {BASE}: ") == 2


@pytest.mark.parametrize("query", ["FooBar=1", "limit=-1", "StudyDate=yesterday"])
def test_a_search_that_breaks_the_syntax_is_told_why(ask: Ask, query: str) -> None:
    answer = ask(f"studies?{query}")
    assert (answer.status, query.partition("=")[0].encode() in body_of(answer)) == (400, True)
