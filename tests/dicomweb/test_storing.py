from __future__ import annotations

import errno
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from a_dicomweb import shipped
from a_dicomweb_service import BASE, Ask, body_of
from lxml import etree
from rejections import a_note

from xdsi_sim.content import BytesContent
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.messages import Answer, Body, Part
from xdsi_sim.dicomweb.service import DicomWeb
from xdsi_sim.store.instances import SqliteInstanceStore

RELATED = 'multipart/related; type="application/dicom"; boundary=b'
FILE = shipped("CT_small.dcm").read_bytes()
STUDY = str(pydicom.dcmread(io.BytesIO(FILE)).StudyInstanceUID)
SERIES = str(pydicom.dcmread(io.BytesIO(FILE)).SeriesInstanceUID)
INSTANCE = str(pydicom.dcmread(io.BytesIO(FILE)).SOPInstanceUID)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SqliteInstanceStore]:
    opened = SqliteInstanceStore(tmp_path / "empty")
    yield opened
    opened.close()


@pytest.fixture
def of(empty: SqliteInstanceStore) -> DicomWeb:
    return DicomWeb(archive=Archive(store=empty, base=BASE, most=1000))


def upload(*files: bytes, media_type: str = RELATED, part: str = "application/dicom") -> Body:
    return Body(
        media_type=media_type,
        parts=tuple(Part({"content-type": part}, BytesContent(data)) for data in files),
    )


def variant(**attributes: Any) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(FILE))
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    target = io.BytesIO()
    dataset.save_as(target)
    return target.getvalue()


def items(answer: Answer, tag: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(body_of(answer)).get(tag, {}).get("Value", [])
    return found


STORED, FAILED, OTHER = "00081199", "00081198", "0008119A"
OTHER_OBJECT = variant(PatientName="Somebody^Else")
SECOND = variant(SOPInstanceUID="2.999.6.2", PatientID="Somebody")


@pytest.mark.parametrize(
    ("path", "files", "status", "counts", "reasons"),
    [
        ("studies", [FILE], 200, (1, 0, 0), []),
        (f"studies/{STUDY}", [FILE], 200, (1, 0, 0), []),
        ("studies", [FILE, FILE], 200, (2, 0, 0), []),
        ("studies/1.2.3", [FILE], 409, (0, 1, 0), [0xA900]),
        ("studies", [b"no DICOM"], 409, (0, 0, 1), [0xC000]),
        ("studies", [FILE[:-100]], 409, (0, 0, 1), [0xC000]),
        ("studies", [b"", b"x", FILE], 202, (1, 0, 2), [0xC000, 0xC000]),
        ("studies", [FILE, OTHER_OBJECT], 202, (1, 1, 0), [0x0111]),
        ("studies", [variant(StudyInstanceUID="")], 409, (0, 0, 1), [0xC000]),
        ("studies", [FILE, SECOND], 202, (2, 0, 0), []),
    ],
)
def test_each_object_is_told_its_fate(
    ask: Ask,
    of: DicomWeb,
    path: str,
    files: list[bytes],
    status: int,
    counts: tuple[int, int, int],
    reasons: list[int],
) -> None:
    answer = ask(path, method="POST", upload=upload(*files), of=of)
    assert (answer.status, answer.media_type) == (status, "application/dicom+json")
    assert tuple(len(items(answer, tag)) for tag in (STORED, FAILED, OTHER)) == counts
    failed = [*items(answer, FAILED), *items(answer, OTHER)]
    assert [item["00081197"]["Value"][0] for item in failed] == reasons


def test_a_report_names_what_was_stored_and_where(ask: Ask, of: DicomWeb) -> None:
    answer = ask("studies", method="POST", upload=upload(FILE, OTHER_OBJECT), of=of)
    (stored,), (failed,) = items(answer, STORED), items(answer, FAILED)
    report = json.loads(body_of(answer))
    assert list(report) == sorted(report)
    assert report["00081190"]["Value"] == [f"{BASE}/studies/{STUDY}"]
    assert stored["00081150"]["Value"] == failed["00081150"]["Value"] == ["1.2.840.10008.5.1.4.1.1.2"]
    assert stored["00081155"]["Value"] == failed["00081155"]["Value"] == [INSTANCE]
    assert stored["00081190"]["Value"][0].endswith(f"/instances/{INSTANCE}")


def test_the_same_instance_again_is_success_and_another_one_under_its_uid_is_not(
    ask: Ask, of: DicomWeb, empty: SqliteInstanceStore
) -> None:
    statuses = [
        ask("studies", method="POST", upload=upload(data), of=of).status
        for data in (FILE, FILE, OTHER_OBJECT)
    ]
    assert statuses == [200, 200, 409]
    assert [image.content.path.read_bytes() for image in empty.instances(STUDY)] == [FILE]


def test_another_patient_in_the_study_is_a_warning(ask: Ask, of: DicomWeb) -> None:
    answer = ask("studies", method="POST", upload=upload(FILE, SECOND), of=of)
    first, second = items(answer, STORED)
    assert "00081196" not in first
    assert second["00081196"]["Value"] == [0xB007]


def test_what_was_stored_can_be_had_at_once(ask: Ask, of: DicomWeb) -> None:
    answer = ask("studies", method="POST", upload=upload(FILE), of=of)
    address = items(answer, STORED)[0]["00081190"]["Value"][0].removeprefix(f"{BASE}/")
    assert body_of(ask(address, of=of, accept="application/dicom; transfer-syntax=*")) == FILE
    assert len(json.loads(body_of(ask("studies", of=of)))) == 1


@pytest.mark.parametrize(
    ("accept", "status", "media"),
    [
        ("*/*", 200, "application/dicom+json"),
        ("application/json", 200, "application/json"),
        ("application/dicom+xml", 200, "application/dicom+xml"),
        ("image/png", 406, "text/plain; charset=UTF-8"),
    ],
)
def test_the_report_comes_in_what_the_client_takes(
    ask: Ask, of: DicomWeb, empty: SqliteInstanceStore, accept: str, status: int, media: str
) -> None:
    answer = ask("studies", method="POST", upload=upload(FILE), of=of, accept=accept)
    assert (answer.status, answer.media_type) == (status, media)
    assert len(empty.instances(STUDY)) == (1 if status == 200 else 0)
    if "xml" in media:
        assert etree.QName(etree.XML(body_of(answer))).localname == "NativeDicomModel"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (upload(FILE, media_type="application/dicom"), 200),
        (upload(FILE, media_type="multipart/related; boundary=b"), 200),
        (upload(FILE, media_type='multipart/related; type="application/dicom+xml"; boundary=b'), 415),
        (upload(FILE, media_type='multipart/related; type="application/dicom+json"; boundary=b'), 400),
        (upload(FILE, media_type="multipart/form-data; boundary=b"), 415),
        (upload(FILE, media_type=""), 415),
        (upload(FILE, part="application/dicom+json"), 415),
        (upload(), 400),
        (upload(media_type="application/dicom"), 400),
    ],
)
def test_only_dicom_files_are_stored(ask: Ask, of: DicomWeb, sent: Body, status: int) -> None:
    assert ask("studies", method="POST", upload=sent, of=of).status == status


@pytest.mark.parametrize(
    ("code", "status", "reason"), [(errno.ENOSPC, 503, 0xA700), (errno.EIO, 409, 0x0110)]
)
def test_a_disk_that_takes_no_more_is_told(
    ask: Ask,
    of: DicomWeb,
    empty: SqliteInstanceStore,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    status: int,
    reason: int,
) -> None:
    def full(*_args: object) -> None:
        raise OSError(code, "a secret")

    monkeypatch.setattr(empty, "_receive", full)
    answer = ask("studies", method="POST", upload=upload(FILE), of=of)
    assert (answer.status, items(answer, OTHER)[0]["00081197"]["Value"]) == (status, [reason])
    assert b"secret" not in body_of(answer)


def test_a_rejection_note_hides_what_it_names(ask: Ask, of: DicomWeb) -> None:
    ask("studies", method="POST", upload=upload(FILE, SECOND), of=of)
    note = upload(a_note(STUDY, INSTANCE).data)
    assert ask("studies", method="POST", upload=note, of=of).status == 200
    (left,) = json.loads(body_of(ask("instances", of=of)))
    assert left["00080018"]["Value"] == ["2.999.6.2"]
    assert json.loads(body_of(ask("studies", of=of)))[0]["00201208"]["Value"] == [1]
    assert ask(f"studies/{STUDY}/series/{SERIES}/instances/{INSTANCE}", of=of).status == 404
