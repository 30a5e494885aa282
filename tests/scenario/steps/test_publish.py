from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest
from a_domain import ask
from a_scenario import FOUND, HEAD, PUBLISHED, run
from a_viewer import a_viewer
from rejections import a_note

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.instance_files import read_files
from xdsi_sim.dicom.kos import read_manifest
from xdsi_sim.dicom.kos_document import read_document
from xdsi_sim.dicom.manifest import Manifest
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.dicom.summary import summarise
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import read_submit_objects
from xdsi_sim.rules.manifest import check_manifest
from xdsi_sim.rules.manifest_subject import Kind
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.stage import Stage, StepFailed
from xdsi_sim.scenario.steps.publish import Publish, play
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.viewer import Viewer

AGAIN = """\
  - {name: again, publish: {source: pacs-north%s}, save: published}
  - name: find again
    query:
      consumer: workstation
      registry: registry
      query: FindDocuments
      parameters: {patientId: "${published.manifests[0].patientId}", status: [Approved]}
"""
REPOSITORY = "2.999.10.3"  # of the topology
STUDY = SAMPLES["cr-chest"].header.study_instance_uid


def test_a_study_that_is_published_anew_has_a_new_manifest_in_place_of_the_former_one(
    tmp_path: Path,
) -> None:
    for _ in range(2):  # also in the next run on the same data
        record = run(tmp_path, PUBLISHED + AGAIN % ", anew: true")
        assert record.verdict is Verdict.PASS
        assert [step.text for step in record.steps[1:]] == ["1 manifest", "1 object found"] * 2


@contextmanager
def a_source(folder: Path, topology: str = "central") -> Iterator[tuple[RunningTopology, Stage, str]]:
    """An imaging source that has published a study, and the uniqueId of its manifest."""
    loaded = load_topology(find_topology(topology))
    with start(loaded, folder / "data", Listen("127.0.0.1", 0)) as running:
        stage = Stage.on(running, "c", folder)
        running.store_of("pacs-north").add_all(write_sample("cr-chest", folder / "cr"))
        text, answers, (manifest,) = publish(stage)
        assert (text, answers) == ("1 manifest", ["RAD-68 Success"])
        yield running, stage, manifest


def publish(stage: Stage, **given: object) -> tuple[str, list[str], list[str]]:
    """What the step says, how it was answered, and what the manifests are called."""
    outcome = play(Publish(source="pacs-north", **given), stage)
    return (
        outcome.text,
        [f"{answer.transaction} {answer.status}" for answer in outcome.answers],
        [manifest.uniqueId for manifest in outcome.value["manifests"]],
    )


def status(running: RunningTopology, manifest: str) -> str | None:
    """The status of a manifest in the registry."""
    found = ask(running.url_of("registry"), "GetDocuments", XDSDocumentEntryUniqueId=manifest)
    (entry,) = found.objects.documentEntries
    return (entry.availabilityStatus or "").rpartition(":")[2]


def fetched(stage: Stage, manifest: str) -> Manifest:
    """A manifest as the repository has it."""
    asked = DocumentRequest(repositoryUniqueId=REPOSITORY, documentUniqueId=manifest)
    message = RetrieveDocumentSetRequest(requests=(asked,))
    reply = stage.call(sender="workstation", receiver="repository", transaction="ITI-43", message=message)
    (document,) = reply.answer.documents
    return read_manifest(document.content)


def listed(stage: Stage, manifest: str) -> set[str]:
    """The instances that a manifest names."""
    return {reference.sop_instance_uid for reference in fetched(stage, manifest).references}


def test_a_study_that_has_not_changed_keeps_its_manifest(tmp_path: Path) -> None:
    with a_source(tmp_path) as (running, stage, first):
        running.store_of("pacs-north").add_all(
            write_sample("cr-chest", tmp_path / "cr")
        )  # all of it is there
        assert publish(stage) == ("1 manifest, 1 unchanged", [], [first])
        assert publish(stage, studies=[STUDY]) == ("1 manifest, 1 unchanged", [], [first])
        assert status(running, first) == "Approved"


def test_a_study_to_which_an_instance_is_added_gets_a_new_manifest(tmp_path: Path) -> None:
    with a_source(tmp_path) as (running, stage, first):
        dataset = part10.read(FileContent.of(tmp_path / "cr" / "cr-chest-001.dcm"))
        dataset.SOPInstanceUID = "2.999.3.7"
        running.store_of("pacs-north").add(BytesContent(part10.write(dataset)))
        text, answers, (second,) = publish(stage)
        assert (text, answers) == ("1 manifest", ["RAD-68 Success"])
        assert (status(running, first), status(running, second)) == ("Deprecated", "Approved")
        assert listed(stage, second) == {*listed(stage, first), "2.999.3.7"}


def test_a_rejected_instance_leaves_the_manifest_and_the_last_one_withdraws_it(tmp_path: Path) -> None:
    with a_source(tmp_path) as (running, stage, first):
        store = running.store_of("pacs-north")
        kept, *gone = (image.sopInstanceUID for image in store.instances(STUDY))
        store.add(a_note(STUDY, *gone))
        text, _, (second,) = publish(stage)
        assert (text, listed(stage, second)) == ("1 manifest", {kept})
        store.add(a_note(STUDY, kept, uid="2.999.3.101"))
        assert publish(stage) == ("0 manifests, 1 withdrawn", ["ITI-57 Success"], [])
        assert [status(running, manifest) for manifest in (first, second)] == ["Deprecated"] * 2
        assert publish(stage) == ("0 manifests", [], [])
        with pytest.raises(StepFailed, match=f"has no study {STUDY}"):
            publish(stage, studies=[STUDY])


def test_a_study_that_comes_back_is_published_as_if_it_were_new(tmp_path: Path) -> None:
    with a_source(tmp_path) as (running, stage, first):
        store = running.store_of("pacs-north")
        store.add(a_note(STUDY, *(image.sopInstanceUID for image in store.instances(STUDY))))
        publish(stage)
        dataset = part10.read(FileContent.of(tmp_path / "cr" / "cr-chest-001.dcm"))
        dataset.SOPInstanceUID = "2.999.3.7"
        store.add(BytesContent(part10.write(dataset)))
        text, answers, (second,) = publish(stage)
        assert (text, answers) == ("1 manifest", ["RAD-68 Success"])
        assert (status(running, first), status(running, second)) == ("Deprecated", "Approved")


def test_a_patient_of_a_foreign_authority_cannot_be_published(tmp_path: Path) -> None:
    with a_source(tmp_path) as (running, stage, _):
        dataset = part10.read(FileContent.of(tmp_path / "cr" / "cr-chest-001.dcm"))
        dataset.StudyInstanceUID = "2.999.9.9"
        dataset.SOPInstanceUID = "2.999.9.1"
        del dataset.OtherPatientIDsSequence
        dataset.IssuerOfPatientIDQualifiersSequence[0].UniversalEntityID = "2.999.555"
        running.store_of("pacs-north").add(BytesContent(part10.write(dataset)))
        with pytest.raises(
            StepFailed, match=r"study 2\.999\.9\.9 cannot be published: the patient has no id"
        ):
            publish(stage, studies=["2.999.9.9"])


def test_what_went_to_a_recipient_cannot_be_withdrawn(tmp_path: Path) -> None:
    with a_source(tmp_path, "point-to-point") as (running, stage, _):
        store = running.store_of("pacs-north")
        store.add(a_note(STUDY, *(image.sopInstanceUID for image in store.instances(STUDY))))
        with pytest.raises(StepFailed, match="cannot be withdrawn from clinic"):
            publish(stage)


def test_studies_may_come_from_what_was_loaded(tmp_path: Path) -> None:
    steps = """\
  - {name: a, load: {source: pacs-north, samples: [cr-chest, ct-head]}, save: loaded}
  - {name: one, publish: {source: pacs-north, studies: "${loaded.studies[0].header.study_instance_uid}"}}
  - {name: both, publish: {source: pacs-north, studies: "${loaded.studies[*].header.study_instance_uid}"}}
"""
    record = run(tmp_path, steps)
    assert [step.text for step in record.steps[1:]] == ["1 manifest", "2 manifests, 1 unchanged"]


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


def test_a_manifest_tells_where_the_viewer_shows_its_study(tmp_path: Path) -> None:
    with a_source(tmp_path) as (_, stage, manifest):
        assert fetched(stage, manifest).display_uri is None
    viewer = Viewer(folder=a_viewer(tmp_path / "viewer"))
    model = load_topology(find_topology("central")).model_copy(update={"viewer": viewer})
    with start(model, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        stage = Stage.on(running, "c", tmp_path)
        _, answers, (manifest,) = publish(stage)
        assert answers == ["RAD-68 Success"]  # it says something else than before
        assert fetched(stage, manifest).display_uri == running.viewer_of("pacs-north", STUDY)


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


def test_a_source_whose_images_are_elsewhere_names_that_archive(tmp_path: Path) -> None:
    head = HEAD.replace("central", "central-vna")
    found = FOUND.replace("pacs-north", "pacs-south")
    steps = f"""\
  - {{name: load, load: {{source: pacs-south, samples: [mr-knee]}}}}
{found}  - {{name: get, retrieve: {{consumer: workstation, entries: "${{found.entries}}"}}, save: got}}
  - name: locate
    locate: {{consumer: workstation, manifests: "${{got.manifests}}", mode: location-uid}}
    expect: {{values: {{"series[*].source": {{each: vna}}}}}}
"""
    assert run(tmp_path, steps, head=head).verdict is Verdict.PASS
