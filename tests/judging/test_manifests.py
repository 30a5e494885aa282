from __future__ import annotations

from dataclasses import replace

import pytest
from manifest_examples import base
from manifest_messages import ID, SERIES, changed, provided, unplaced, without_hash

from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.judging.manifests import check_manifests
from xdsi_sim.judging.requests import check_request


def test_a_sound_manifest_breaks_no_rule_in_its_message() -> None:
    assert list(check_request("ITI-41", provided(base("xds-i")), strict=True, whole=True)) == []


def test_a_manifest_is_judged_in_its_message_and_the_finding_leads_to_its_entry() -> None:
    ((finding, place),) = check_manifests(provided(changed(unplaced), without_hash()))
    assert finding.rule == "M34"
    assert finding.text == f"{SERIES}.(0040,E011) of the manifest: RetrieveLocationUID has no value"
    assert (finding.location, place.object, place.attribute) == (ID, ID, None)
    told = check_request("ITI-41", provided(changed(unplaced), without_hash()), strict=False, whole=True)
    assert [one.rule for one, _ in told] == ["M34"]


def test_what_is_wrong_with_every_series_is_told_once() -> None:
    ((finding, _),) = check_manifests(provided(changed(unplaced, every=True), without_hash()))
    assert finding.text.startswith(f"{SERIES}.(0040,E011) of the manifest and 3 more: ")


def test_a_finding_about_the_entry_names_its_attribute() -> None:
    of = replace(without_hash(), uniqueId="2.999.404")
    found = [(one.rule, place.attribute) for one, place in check_manifests(provided(base("xds-i"), of))]
    assert found == [("M61", "uniqueId")]


def test_what_is_no_manifest_is_told_with_what_a_repository_says_of_it() -> None:
    told = check_request("ITI-41", provided(b"nothing", without_hash()), strict=False, whole=True)
    assert {one.rule for one, _ in told} == {"G10", "M01"}


@pytest.mark.parametrize("url", ["http://north/dicom-web", None])
def test_a_laboratory_may_do_without_tls_and_without_what_is_advised(url: str | None) -> None:
    content = changed(lambda series: setattr(series, "RetrieveURL", url))
    assert list(check_manifests(provided(content, without_hash()))) == []


@pytest.mark.parametrize(
    "of",
    [
        replace(without_hash(), mimeType="application/pdf"),
        replace(without_hash(), formatCode=Code.of("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.2.6.1", "CT")),
        replace(without_hash(), formatCode=None),
    ],
)
def test_other_documents_are_no_manifests(of: DocumentEntry) -> None:
    assert list(check_manifests(provided(b"nothing", of))) == []


def test_what_is_far_too_large_for_a_manifest_is_not_read() -> None:
    assert list(check_manifests(provided(bytes(16_000_001), without_hash()))) == []
