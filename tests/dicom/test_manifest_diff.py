from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from manifest_examples import composed

from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.manifest import Manifest
from xdsi_sim.dicom.manifest_diff import differences, shown


def names(one: Manifest, other: Manifest) -> list[tuple[str, str]]:
    return [(each.what, each.name) for each in differences(one, other)]


def with_header(**changes: Any) -> Manifest:
    manifest = composed("mado")
    return replace(manifest, header=replace(manifest.header, **changes))


def test_a_manifest_and_its_replacement_say_the_same() -> None:
    manifest = composed("mado")
    again = replace(
        manifest, sop_instance_uid="2.999.5", series_instance_uid="2.999.6", content_date="20250101"
    )
    assert differences(manifest, again) == ()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"description": "MR"}, "study description"),
        ({"accession": Identifier("A2")}, "accession number"),
        ({"procedure_codes": (CodedEntry("1", "LN", "x"),)}, "procedures"),
        ({"requests": ()}, "placer orders"),
    ],
)
def test_what_the_header_says_otherwise_is_told(changes: dict[str, Any], name: str) -> None:
    assert ("header", name) in names(composed("mado"), with_header(**changes))


def test_a_series_that_one_has_not_is_told_with_its_instances() -> None:
    manifest = composed("xds-i")
    less = replace(manifest, series=manifest.series[1:])
    found = differences(manifest, less)
    gone = manifest.series[0]
    assert found[0].name == gone.series_instance_uid
    assert (found[0].one, found[0].other) == ("instances: 6", None)
    assert [each.name for each in found[1:]] == [one.sop_instance_uid for one in gone.references]


def test_a_series_that_has_moved_is_told() -> None:
    manifest = composed("xds-i")
    first, *others = manifest.series
    moved = replace(manifest, series=(replace(first, retrieve_url="https://south"), *others))
    (found,) = differences(manifest, moved)
    assert found.name == f"{first.series_instance_uid}: Retrieve URL"
    assert (found.one, found.other) == ("https://north/dicom-web", "https://south")


def test_another_description_of_a_series_is_told() -> None:
    manifest = composed("mado")
    assert manifest.library is not None
    first, *others = manifest.library.groups
    groups = (replace(first, description="Other"), *others)
    other = replace(manifest, library=replace(manifest.library, groups=groups))
    assert names(manifest, other) == [("series", f"{first.series_instance_uid}: Series Description")]


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        (None, None),
        (Identifier("A"), "A"),
        (Identifier("A", HierarchicDesignator.of("2.999")), "A of 2.999"),
        (Identifier("A", HierarchicDesignator(namespace_id="WARD")), "A of WARD"),
    ],
)
def test_identifiers_are_shown_with_their_issuer(identifier: Identifier | None, text: str | None) -> None:
    assert shown(identifier) == text
