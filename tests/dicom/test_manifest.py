from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest

from xdsi_sim.dicom.coded import Identifier
from xdsi_sim.dicom.errors import NotOneStudy
from xdsi_sim.dicom.manifest import (
    KEY_OBJECT_SELECTION,
    Manifest,
    ManifestSeries,
    RetrieveLocation,
    compose_manifest,
    compose_note,
)
from xdsi_sim.dicom.study import Instance, Request, Series, Study
from xdsi_sim.dicom.titles import NOTE_TITLES, PROFILE_TITLES, ManifestProfile

NORTH = RetrieveLocation(oid="2.999.20", ae_title="NORTH_PACS", retrieve_url="https://north/dicom-web")
NOW = datetime(2024, 7, 1, 22, 30, 0, tzinfo=UTC)


def composed(study: Study, now: datetime = NOW, profile: ManifestProfile = "xds-i") -> Manifest:
    numbers = count(1)
    return compose_manifest(
        study, NORTH, now=now, new_uid=lambda: f"2.999.99.{next(numbers)}", profile=profile
    )


def test_content_tree_and_evidence_name_the_instances_of_the_study_in_its_order(
    studies: dict[str, Study],
) -> None:
    for study in studies.values():
        manifest = composed(study)
        uids = [instance.sop_instance_uid for instance in study.instances]
        assert [reference.sop_instance_uid for reference in manifest.references] == uids
        assert [member.reference for member in manifest.content] == list(manifest.references)


def test_every_series_says_where_it_is(studies: dict[str, Study]) -> None:
    places = {
        (series.retrieve_location_uid, series.retrieve_ae_title, series.retrieve_url)
        for series in composed(studies["ct-head"]).series
    }
    assert places == {(NORTH.oid, NORTH.ae_title, NORTH.retrieve_url)}


def test_an_image_is_an_image_and_a_report_a_composite(studies: dict[str, Study]) -> None:
    types = [member.value_type for member in composed(studies["ct-head"]).content]
    assert types == ["IMAGE"] * 10 + ["COMPOSITE"]


def test_a_waveform_is_a_waveform(studies: dict[str, Study]) -> None:
    ecg = Instance(sop_instance_uid="2.999.1", sop_class_uid="1.2.840.10008.5.1.4.1.1.9.1.1")
    study = replace(studies["cr-chest"], series=(Series(series_instance_uid="2.999", instances=(ecg,)),))
    assert [member.value_type for member in composed(study).content] == ["WAVEFORM"]


def test_its_own_uids_are_new(studies: dict[str, Study]) -> None:
    manifest = composed(studies["cr-chest"])
    assert (manifest.sop_instance_uid, manifest.series_instance_uid) == ("2.999.99.1", "2.999.99.2")


def test_its_dates_are_in_the_zone_of_the_study(studies: dict[str, Study]) -> None:
    manifest = composed(studies["mr-knee"])  # at +0200
    assert (manifest.content_date, manifest.content_time) == ("20240702", "003000")


def test_a_study_without_zone_gets_that_of_the_clock(studies: dict[str, Study]) -> None:
    study = studies["mr-knee"]
    study = replace(study, header=replace(study.header, timezone_offset=None))
    manifest = composed(study, NOW.astimezone(timezone(timedelta(hours=-3, minutes=-30))))
    stamp = (manifest.content_date, manifest.content_time, manifest.header.timezone_offset)
    assert stamp == ("20240701", "190000", "-0330")


@pytest.mark.parametrize(("accessions", "expected"), [(("A1",), "A1"), (("A1", "A2"), None)])
def test_several_requests_leave_no_single_accession_number(
    studies: dict[str, Study], accessions: tuple[str, ...], expected: str | None
) -> None:
    study = studies["cr-chest"]
    requests = tuple(Request(accession=Identifier(number)) for number in accessions)
    header = replace(study.header, accession=Identifier("A1"), requests=requests)
    accession = composed(replace(study, header=header)).header.accession
    assert (accession and accession.value) == expected


@pytest.mark.parametrize(("taken", "number"), [((1, None), 59), ((58, 59), 60), ((59, 900), 901)])
def test_its_series_number_is_free(
    studies: dict[str, Study], taken: tuple[int | None, ...], number: int
) -> None:
    series = tuple(Series(series_instance_uid=f"2.{at}", number=at) for at in taken)
    assert composed(replace(studies["cr-chest"], series=series)).series_number == number


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://h/dicom-web", "https://h/dicom-web"),
        ("https://h/dicom-web/", "https://h/dicom-web"),
        ("https://h/dicom-web/studies/1.2/series/3", "https://h/dicom-web"),
        (None, None),
    ],
)
def test_a_retrieve_url_is_cut_to_the_base_of_the_service(url: str | None, base: str | None) -> None:
    series = ManifestSeries(study_instance_uid="1", series_instance_uid="2", retrieve_url=url)
    assert series.wado_rs_base == base


# --- key image notes, and what a manifest leaves out ---


def a_note(study: Study, *uids: str, **changes: Any) -> Manifest:
    numbers = count(1)
    title = changes.pop("title", NOTE_TITLES["113000"])
    return compose_note(
        study, uids, title=title, now=NOW, new_uid=lambda: f"2.999.98.{next(numbers)}", **changes
    )


def test_a_note_names_what_was_chosen_and_says_no_location(studies: dict[str, Study]) -> None:
    study = studies["ct-head"]
    chosen = [instance.sop_instance_uid for instance in study.instances[5:7]]
    note = a_note(study, *chosen, description="Look here")
    assert [reference.sop_instance_uid for reference in note.references] == chosen
    assert [member.reference for member in note.content] == list(note.references)
    assert {series.retrieve_location_uid for series in note.series} == {None}
    assert (note.header.study_instance_uid, note.description) == (
        study.header.study_instance_uid,
        "Look here",
    )


@pytest.mark.parametrize("uids", [(), ("2.999.1",)])
def test_a_note_on_instances_that_are_not_there_is_refused(
    uids: tuple[str, ...], studies: dict[str, Study]
) -> None:
    with pytest.raises(NotOneStudy, match="has no instances"):
        a_note(studies["cr-chest"], *uids)


def stored(note: Manifest, study: Study) -> Study:
    """The study with the note among its instances."""
    instance = Instance(
        sop_instance_uid=note.sop_instance_uid,
        sop_class_uid=KEY_OBJECT_SELECTION,
        title=note.title,
        description=note.description,
        number=1,
    )
    series = Series(series_instance_uid=note.series_instance_uid, modality="KO", number=59)
    return replace(study, series=(*study.series, replace(series, instances=(instance,))))


def test_a_note_is_listed_with_its_title_and_description(studies: dict[str, Study]) -> None:
    study = studies["cr-chest"]
    note = a_note(study, study.instances[0].sop_instance_uid, description="Look here")
    manifest = composed(stored(note, study), profile="mado")
    assert manifest.content[-1].value_type == "COMPOSITE"
    assert manifest.library is not None
    (entry,) = manifest.library.groups[-1].entries
    assert (entry.sop_instance_uid, entry.title, entry.description) == (
        note.sop_instance_uid,
        NOTE_TITLES["113000"],
        "Look here",
    )
    assert manifest.series_number == 60


@pytest.mark.parametrize("profile", PROFILE_TITLES)
def test_a_manifest_lists_no_manifest(profile: ManifestProfile, studies: dict[str, Study]) -> None:
    study = studies["cr-chest"]
    former = composed(study, profile=profile)
    assert composed(stored(former, study), profile=profile).references == former.references


@pytest.mark.parametrize("profile", PROFILE_TITLES)
def test_what_a_note_rejects_is_not_listed_nor_is_the_note(
    profile: ManifestProfile, studies: dict[str, Study]
) -> None:
    study = studies["cr-chest"]
    first, second = (instance.sop_instance_uid for instance in study.instances)
    note = a_note(study, first, title=NOTE_TITLES["113037"])
    series = stored(note, study).series[-1]
    (instance,) = series.instances
    rejecting = replace(series, instances=(replace(instance, rejects=(first,)),))
    manifest = composed(replace(study, series=(*study.series, rejecting)), profile=profile)
    assert [reference.sop_instance_uid for reference in manifest.references] == [second]
