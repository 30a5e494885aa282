from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from a_dicomweb import shipped
from a_dicomweb_service import BASE, Ask, body_of

from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.json_model import bulk_value, to_json
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.messages import Answer, Body, Part
from xdsi_sim.dicomweb.service import DicomWeb
from xdsi_sim.store.instances import SqliteInstanceStore

RELATED = 'multipart/related; type="application/dicom+json"; boundary=b'
CT = pydicom.dcmread(shipped("CT_small.dcm"))
PHOTO = pydicom.dcmread(shipped("SC_rgb_dcmtk_+eb+cr.dcm"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SqliteInstanceStore]:
    opened = SqliteInstanceStore(tmp_path / "empty")
    yield opened
    opened.close()


Store = Any


@pytest.fixture
def store_it(ask: Ask, empty: SqliteInstanceStore) -> Store:
    """`store_it(metadata, bulk)`: an upload, its bulk values by address as media type and octets."""
    of = DicomWeb(archive=Archive(store=empty, base=BASE, most=9))

    def stored(metadata: object, bulk: dict[str, tuple[str, bytes]], path: str = "studies") -> Answer:
        text = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
        parts = [Part({"content-type": "application/dicom+json"}, BytesContent(text))]
        parts += [
            Part({"content-type": media, "content-location": address}, BytesContent(data))
            for address, (media, data) in bulk.items()
        ]
        return ask(path, method="POST", upload=Body(media_type=RELATED, parts=tuple(parts)), of=of)

    return stored


def metadata_of(name: str) -> dict[str, Any]:
    return to_json(part10.read(FileContent.of(shipped(name))), root="http://client/")


def address_in(metadata: dict[str, Any]) -> str:
    return str(metadata["7FE00010"]["BulkDataURI"])


def test_an_object_is_put_together_from_its_metadata_and_its_pixels(
    store_it: Store, empty: SqliteInstanceStore
) -> None:
    metadata = metadata_of("CT_small.dcm")
    addresses = [value["BulkDataURI"] for value in metadata.values() if "BulkDataURI" in value]
    values = {address: bulk_value(CT, address.partition("/bulkdata/")[2]) or b"" for address in addresses}
    bulk = {address: ("application/octet-stream", data) for address, data in values.items()}
    answer = store_it([metadata], bulk)
    image = empty.find(CT.SOPInstanceUID)
    assert answer.status == 200
    assert image is not None
    stored = pydicom.dcmread(io.BytesIO(read_all(image.content)))
    assert stored.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert stored.PixelData == CT.PixelData
    assert (stored.PatientName, stored.Rows) == (CT.PatientName, CT.Rows)


@pytest.mark.parametrize("media", ["image/jpeg", "image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50"])
def test_a_photograph_stays_compressed(store_it: Store, empty: SqliteInstanceStore, media: str) -> None:
    metadata = metadata_of("SC_rgb_dcmtk_+eb+cr.dcm")
    frame = next(pydicom.encaps.generate_frames(PHOTO.PixelData, number_of_frames=1))
    answer = store_it(metadata, {address_in(metadata): (media, frame)})
    image = empty.find(PHOTO.SOPInstanceUID)
    assert answer.status == 200
    assert image is not None
    stored = pydicom.dcmread(io.BytesIO(read_all(image.content)))
    assert stored.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
    assert (stored.pixel_array == PHOTO.pixel_array).all()


def failures(answer: Answer) -> list[list[str]]:
    report = json.loads(body_of(answer))
    items = [*report.get("00081198", {}).get("Value", []), *report.get("0008119A", {}).get("Value", [])]
    return [item.get("00081155", {}).get("Value", []) for item in items]


@pytest.mark.parametrize(
    ("metadata", "bulk", "status", "failed"),
    [
        (metadata_of("CT_small.dcm"), {}, 409, [[CT.SOPInstanceUID]]),
        (
            metadata_of("CT_small.dcm"),
            {"elsewhere": ("application/octet-stream", b"")},
            409,
            [[CT.SOPInstanceUID]],
        ),
        (
            metadata_of("CT_small.dcm"),
            {address_in(metadata_of("CT_small.dcm")): ("text/plain", b"")},
            409,
            [[CT.SOPInstanceUID]],
        ),
        ([{}], {}, 409, [[]]),
        (["x", 1, None], {}, 409, [[], [], []]),
        ([{"00080018": 1}], {}, 409, [[]]),
        ([{"00080018": {"vr": "UI", "Value": ["1.2"]}, "zz": {"vr": "LO"}}], {}, 409, [["1.2"]]),
        ([metadata_of("rtplan.dcm"), {}, metadata_of("reportsi.dcm")], {}, 202, [[]]),
        (b"{", {}, 400, None),
        (b"[" * 100_000, {}, 400, None),
        (b"\xff", {}, 400, None),
        ([], {}, 400, None),
    ],
)
def test_what_cannot_be_put_together_is_told_and_hinders_nothing_else(
    store_it: Store,
    metadata: object,
    bulk: dict[str, tuple[str, bytes]],
    status: int,
    failed: list[list[str]] | None,
) -> None:
    answer = store_it(metadata, bulk)
    assert answer.status == status
    assert failed is None or failures(answer) == failed


def test_an_object_of_another_study_is_refused(store_it: Store) -> None:
    assert store_it([metadata_of("rtplan.dcm")], {}, path="studies/1.2.3").status == 409
