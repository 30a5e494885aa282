from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import HEAD, PUBLISHED, run
from pydantic import ValidationError

from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.fetch import Fetch

LOCATED = """\
  - {name: get, retrieve: {consumer: workstation, entries: "${found.entries}"}, save: got}
  - {name: where, locate: {consumer: workstation, manifests: "${got.manifests}", mode: location-uid}, save: at}
"""
FETCH = '  - {name: fetch, fetch: {consumer: workstation, series: "${at.series}", %s}}\n'


@pytest.mark.parametrize("way", ["by: wado-rs", "by: wado-rs, level: study", "by: rad-69"])
def test_every_way_brings_all_images(tmp_path: Path, way: str) -> None:
    record = run(tmp_path, PUBLISHED + LOCATED + FETCH % way)
    assert record.verdict is Verdict.PASS
    assert record.steps[-1].text.startswith("2 images, ")


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("by: wado-rs", 'values: {"refused[*].status": ["406"], missing: {count: 2}}'),
        ("by: rad-69", "status: Failure, errors: [XDSRepositoryError, XDSRepositoryError]"),
    ],
)
def test_what_does_not_come_may_be_expected_not_to(tmp_path: Path, way: str, told: str) -> None:
    fetch = FETCH % f"{way}, transferSyntaxUIDs: ['1.2.840.10008.1.2.4.90'], complete: false"
    steps = PUBLISHED + LOCATED + fetch.rstrip()[:-1] + f", expect: {{count: 0, {told}}}}}\n"
    assert run(tmp_path, steps).verdict is Verdict.PASS


def test_images_that_do_not_come_are_missed(tmp_path: Path) -> None:
    record = run(
        tmp_path, PUBLISHED + LOCATED + FETCH % "by: rad-69, transferSyntaxUIDs: ['1.2.840.10008.1.2.4.90']"
    )
    failed = [check for check in record.steps[-1].checks if not check.ok]
    assert record.verdict is Verdict.FAIL
    assert any("missing: " in str(check.observed) for check in failed)
    assert any("XDSRepositoryError" in str(check.observed) for check in failed)


def test_wado_rs_leads_through_no_gateway() -> None:
    with pytest.raises(ValidationError, match="an imaging gateway is asked by rad-69 or xc-wado"):
        Fetch.model_validate({"consumer": "c", "series": "s", "by": "wado-rs", "through": "g"})


def test_by_xc_wado_images_of_the_own_community_come_straight_from_the_archive(tmp_path: Path) -> None:
    record = run(tmp_path, PUBLISHED + LOCATED + FETCH % "by: xc-wado")
    assert record.verdict is Verdict.PASS, record.steps[-1]
    fetched = set(record.steps[-1].exchanges)
    asked = [(each.receiver, each.transaction) for each in record.exchanges if each.id in fetched]
    assert asked == [("pacs-north", "WADO-RS")]


def test_images_of_another_community_need_a_gateway(tmp_path: Path) -> None:
    fetch = ACROSS.replace("by: rad-69, through: south-rig", "by: xc-wado") % ", home: urn:oid:2.999.30}\n"
    record = run(tmp_path, STORED + fetch, head=HEAD.replace("central", "federated-2"))
    assert record.steps[-1].verdict is Verdict.FAIL
    assert "is of urn:oid:2.999.30" in record.steps[-1].text
    assert "`through`" in record.steps[-1].text


STORED = "  - {name: store, store: {source: south-pacs, samples: [cr-chest], root: new}, save: s}\n"
ACROSS = """\
  - name: fetch
    fetch: {consumer: north-workstation, by: rad-69, through: south-rig, series: "${s.series}"%s
"""


def test_a_gateway_of_another_community_is_asked_by_rad_75(tmp_path: Path) -> None:
    head = HEAD.replace("central", "federated-2")
    held = ", home: urn:oid:2.999.30}\n    expect: {count: 2, values: {documents: {count: 2}}}"
    record = run(tmp_path, STORED + ACROSS % held, head=head)
    assert record.verdict is Verdict.PASS, record.steps[-1]
    assert [each.transaction for each in record.exchanges if each.receiver == "south-rig"] == ["RAD-75"]
    homeless = (
        "}\n    expect: {status: Failure, errors: [XDSMissingHomeCommunityId, XDSMissingHomeCommunityId]}"
    )
    assert (
        run(tmp_path, STORED + ACROSS % (", complete: false" + homeless), head=head).verdict is Verdict.PASS
    )


def test_what_is_said_in_words_is_asked_for_as_it_is(tmp_path: Path) -> None:
    steps = """\
  - {name: store, store: {source: pacs-north, samples: [cr-chest]}, save: s}
  - name: fetch
    fetch:
      consumer: workstation
      by: rad-69
      complete: false
      series:
        - ${s.series}
        - source: pacs-north
          location: 2.999.404
          studyInstanceUID: 2.999.404.1
          seriesInstanceUID: 2.999.404.2
          sopInstanceUIDs: 2.999.404.3
    expect:
      status: PartialSuccess
      errors: [XDSUnknownRepositoryId]
      count: 2
      values: {missing: [2.999.404.3], "images[*].studyInstanceUID": {each: 2.999.76.3}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps[-1]


def test_what_is_no_dicom_file_fails_the_step(tmp_path: Path) -> None:
    page = "  - {name: f, fault: {actor: pacs-north, deviation: image-page, transaction: RAD-69}}\n"
    steps = (
        page + STORED.replace("south-pacs", "pacs-north") + ACROSS.replace(", through: south-rig", "") % "}\n"
    )
    record = run(tmp_path, steps.replace("north-workstation", "workstation"))
    assert record.steps[-1].verdict is Verdict.FAIL
    assert record.steps[-1].text.startswith("number 1 of what came is no DICOM file")
