from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from xdsi_sim.dicom.coded import HierarchicDesignator, Identifier
from xdsi_sim.dicom.manifest_header import Custodian, manifest_header
from xdsi_sim.dicom.study import Patient, Request, Series, Study, StudyHeader
from xdsi_sim.dicom.titles import PROFILE_TITLES, ManifestProfile

SOURCE = "2.999.20"
CUSTODIAN = Custodian(
    institution="North^^^^^&2.999.5&ISO", patients="2.999.6", accessions="2.999.7", orders="2.999.8"
)
each_profile = pytest.mark.parametrize("profile", PROFILE_TITLES)


def made(
    header: StudyHeader,
    profile: ManifestProfile = "mado",
    custodian: Custodian = CUSTODIAN,
    series: tuple[Series, ...] = (),
) -> StudyHeader:
    study = Study(header=header, series=series)
    written = datetime(2024, 7, 1, tzinfo=UTC)
    return manifest_header(study, custodian, profile=profile, location=SOURCE, written=written)


def a_header(**changes: Any) -> StudyHeader:
    bare = StudyHeader(study_instance_uid="2.999.1", patient=Patient(ids=(Identifier("P1"),)))
    return replace(bare, **changes)


@each_profile
def test_identifiers_without_an_issuer_get_that_of_the_custodian(profile: ManifestProfile) -> None:
    request = Request(accession=Identifier("A1"), placer_order=Identifier("O1"))
    header = made(a_header(accession=Identifier("A1"), requests=(request,)), profile)
    (first,) = header.requests
    found = (header.patient.ids[0], header.accession, first.accession, first.placer_order)
    assert [one and one.oid for one in found] == ["2.999.6", "2.999.7", "2.999.7", "2.999.8"]


@each_profile
def test_an_issuer_that_is_told_stays(profile: ManifestProfile) -> None:
    ward = HierarchicDesignator(namespace_id="WARD")
    header = made(a_header(patient=Patient(ids=(Identifier("P1", ward),))), profile)
    assert header.patient.ids[0].issuer == ward


@each_profile
def test_institution_and_zone_are_filled_in(profile: ManifestProfile) -> None:
    header = made(a_header(), profile)
    assert (header.institution, header.timezone_offset) == (CUSTODIAN.institution, "+0000")
    told = made(a_header(institution="South", timezone_offset="+0200"), profile)
    assert (told.institution, told.timezone_offset) == ("South", "+0200")


@each_profile
def test_a_custodian_of_the_same_name_adds_its_id(profile: ManifestProfile) -> None:
    assert made(a_header(institution="North"), profile).institution == CUSTODIAN.institution
    assert made(a_header(institution="North Wing"), profile).institution == "North Wing"


@each_profile
def test_of_several_accession_numbers_none_stands_for_the_study(profile: ManifestProfile) -> None:
    requests = tuple(Request(accession=Identifier(number)) for number in ("A1", "A2"))
    header = made(a_header(accession=Identifier("A1"), requests=requests), profile)
    assert header.accession is None
    assert len(header.requests) == 2


def test_a_study_without_an_order_keeps_the_number_that_it_is_given() -> None:
    first, again = made(a_header()), made(a_header())
    assert first.accession is not None
    assert first == again
    assert first.accession == first.requests[0].accession
    assert (len(first.accession.value), first.accession.oid) == (16, "2.999.7")
    assert made(a_header(study_instance_uid="2.999.2")).accession != first.accession


def test_the_source_issues_that_number_where_nobody_else_does() -> None:
    header = made(a_header(), custodian=Custodian())
    assert header.accession is not None
    assert header.accession.oid == SOURCE


def test_a_baseline_manifest_makes_up_no_number() -> None:
    assert made(a_header(), "xds-i").accession is None


def test_an_issuer_without_a_name_is_called_by_its_oid() -> None:
    (identifier,) = made(a_header()).patient.ids
    assert identifier.issuer is not None
    assert identifier.issuer.namespace_id == "2.999.6"


def test_a_study_without_a_date_begins_with_its_first_series() -> None:
    series = tuple(
        Series(series_instance_uid=f"2.999.1.{number}", date=date, time=time)
        for number, (date, time) in enumerate([("20240702", "08"), ("20240701", "0930"), (None, None)])
    )
    header = made(a_header(), series=series)
    assert (header.date, header.time) == ("20240701", "0930")
