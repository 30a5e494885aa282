from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from a_scenario import PUBLISHED, run

from xdsi_sim.content import FileContent
from xdsi_sim.dicom.instance_files import read_files
from xdsi_sim.dicom.kos import read_manifest
from xdsi_sim.dicom.kos_document import read_document
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.dicom.summary import summarise
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.submit import read_submit_objects
from xdsi_sim.rules.manifest import check_manifest
from xdsi_sim.rules.manifest_subject import Kind
from xdsi_sim.scenario.record import Verdict


def test_a_study_that_is_published_again_has_a_new_manifest_in_place_of_the_former_one(
    tmp_path: Path,
) -> None:
    again = PUBLISHED.partition("\n")[2]
    steps = PUBLISHED + again.replace("name: publish", "name: again").replace(
        "name: find", "name: find again"
    )
    (tmp_path / "trial").mkdir()
    for folder in (tmp_path / "trial", tmp_path / "trial"):  # also in the next run on the same data
        record = run(folder, steps)
        assert record.verdict is Verdict.PASS
        assert [step.text for step in record.steps[1:]] == ["1 manifest", "1 object found"] * 2


def test_studies_may_come_from_what_was_loaded(tmp_path: Path) -> None:
    steps = """\
  - {name: a, load: {source: pacs-north, samples: [cr-chest, ct-head]}, save: loaded}
  - {name: one, publish: {source: pacs-north, studies: "${loaded.studies[0].header.study_instance_uid}"}}
  - {name: both, publish: {source: pacs-north, studies: "${loaded.studies[*].header.study_instance_uid}"}}
"""
    record = run(tmp_path, steps)
    assert [step.text for step in record.steps[1:]] == ["1 manifest", "2 manifests"]


def test_a_study_that_is_not_there_cannot_be_published(tmp_path: Path) -> None:
    record = run(tmp_path, '  - {name: a, publish: {source: pacs-north, studies: ["1.2.3"]}}\n')
    assert (record.verdict, record.steps[0].text) == (Verdict.FAIL, "pacs-north has no study 1.2.3")


SENT = """\
name: sent
title: What a source sends
topology:
  name: sent
  communities:
    - id: c
      homeCommunityId: urn:oid:2.999.10
      patientAuthority: 2.999.10.1
      sources:
        - {id: pacs, oid: 2.999.20.10, aeTitle: PACS, publishesTo: clinic, manifest: PROFILE}
      recipients: [{id: clinic}]
steps:
"""


@pytest.mark.parametrize("sample", ["ct-head", "us-heart", "mr-brain-enhanced"])
@pytest.mark.parametrize("profile", ["xds-i", "mado"])
def test_what_is_published_agrees_with_its_entry_and_with_the_archive(
    profile: Kind, sample: str, tmp_path: Path
) -> None:
    steps = f"  - {{name: load, load: {{source: pacs, samples: [{sample}]}}}}\n"
    steps += "  - {name: publish, publish: {source: pacs}}\n"
    assert run(tmp_path, steps, head=SENT.replace("PROFILE", profile)).verdict is Verdict.PASS
    (manifest,) = (tmp_path / "data" / "clinic").rglob("*.dcm")
    submission = read_submit_objects(parse((manifest.parent / "metadata.xml").read_bytes()))
    found = check_manifest(
        read_document(FileContent.of(manifest)),
        expected=profile,
        entry=submission.objects.documentEntries[0],
        served=summarise(read_files([tmp_path / "data" / "pacs" / "instances"]).headers),
    ).findings
    assert {one.text.partition(":")[0] for one in found} == {"without TLS, which only a laboratory may do"}


def without_issuers(path: Path) -> None:
    """An image as a modality makes it that knows no issuers."""
    dataset = pydicom.dcmread(path)
    (request,) = dataset.RequestAttributesSequence
    del dataset.IssuerOfAccessionNumberSequence
    del request.IssuerOfAccessionNumberSequence
    del request.OrderPlacerIdentifierSequence
    dataset.save_as(path)


def test_issuers_of_the_source_stand_in_for_those_that_images_do_not_name(tmp_path: Path) -> None:
    for path in write_sample("cr-chest", tmp_path / "study"):
        without_issuers(path)
    head = SENT.replace("PROFILE", "mado, accessionAuthority: 2.999.7, orderAuthority: 2.999.8")
    steps = "  - {name: load, load: {source: pacs, paths: [study]}}\n"
    steps += "  - {name: publish, publish: {source: pacs}}\n"
    assert run(tmp_path, steps, head=head).verdict is Verdict.PASS
    (file,) = (tmp_path / "data" / "clinic").rglob("*.dcm")
    (request,) = read_manifest(FileContent.of(file)).header.requests
    assert request.accession is not None
    assert request.placer_order is not None
    assert (request.accession.oid, request.placer_order.oid) == ("2.999.7", "2.999.8")
