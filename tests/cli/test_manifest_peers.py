from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from manifest_examples import base, entry

from xdsi_sim.cli.manifest_peers import SourceOfImages, entry_of, read_entries, read_instances
from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.kos_document import KosDocument, read_document
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.ebrim.model import DocumentEntry, RegistryObjectList
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.submit import SubmitObjectsRequest, write_submit_objects

FILE = Path("manifest.dcm")


@pytest.fixture(scope="module")
def document() -> KosDocument:
    return read_document(BytesContent(base("xds-i")))


OWN = entry("xds-i")
OTHER = replace(OWN, entryUUID="urn:uuid:2", uniqueId="2.999.5")
REPORT = replace(OTHER, entryUUID="urn:uuid:3", mimeType="application/pdf")


@pytest.mark.parametrize(
    ("entries", "found"),
    [((OTHER, OWN), OWN), ((OTHER,), OTHER), ((REPORT, OTHER), OTHER), ((REPORT,), REPORT)],
)
def test_the_entry_is_that_of_the_document_or_the_only_one(
    entries: tuple[DocumentEntry, ...], found: DocumentEntry, document: KosDocument
) -> None:
    assert entry_of(document, entries, FILE, alone=True) is found


@pytest.mark.parametrize(("entries", "alone"), [((OTHER, OTHER), True), ((OTHER,), False)])
def test_no_entry_is_guessed_where_several_may_be_meant(
    entries: tuple[DocumentEntry, ...], alone: bool, document: KosDocument
) -> None:
    with pytest.raises(UsageError, match=r"no DocumentEntry has uniqueId 2\.999\.99\.1"):
        entry_of(document, entries, FILE, alone=alone)


def test_entries_are_read_from_a_submission(tmp_path: Path) -> None:
    objects = RegistryObjectList(documentEntries=(OWN,))
    path = tmp_path / "message.xml"
    path.write_bytes(write_submit_objects(SubmitObjectsRequest(objects=objects)))
    assert read_entries(path)[0].uniqueId == OWN.uniqueId


@pytest.mark.parametrize("data", [b"", b"<a/>", b"no XML"])
def test_a_file_without_entries_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(UsageError, match="--metadata"):
        read_entries(tmp_path / "x")


def test_what_is_left_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_bytes(b"")
    assert read_instances([tmp_path]).headers == ()
    assert f"left out {tmp_path / 'x'}" in capsys.readouterr().err


def test_a_folder_is_a_source(tmp_path: Path, document: KosDocument) -> None:
    write_sample("ct-head", tmp_path)
    with ExitStack() as stack:
        found = SourceOfImages(str(tmp_path), None, stack).study_of(document)
    assert found is not None
    assert len(found.instances) == 11


def test_a_source_without_the_study_has_none_of_its_instances(tmp_path: Path, document: KosDocument) -> None:
    with ExitStack() as stack:
        found = SourceOfImages(str(tmp_path), None, stack).study_of(document)
    assert found is not None
    assert (found.header.study_instance_uid, found.series) == ("2.999.76.1", ())


def test_without_a_source_nothing_is_looked_for(document: KosDocument) -> None:
    with ExitStack() as stack:
        assert SourceOfImages(None, None, stack).study_of(document) is None
