from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from xdsi_sim.content import FileContent, read_all
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.errors import CannotRun
from xdsi_sim.store.instances import SqliteInstanceStore

pynetdicom = pytest.importorskip("pynetdicom", reason="the extra xdsi-sim[dimse] is not installed")

from xdsi_sim.server.dimse import DimsePort  # noqa: E402

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
EXPLICIT, RLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
ECHO = "1.2.840.10008.1.1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteInstanceStore]:
    with closing(SqliteInstanceStore(tmp_path / "pacs")) as opened:
        yield opened


@pytest.fixture
def destinations() -> dict[str, tuple[str, int]]:
    """To whom images may be moved."""
    return {}


@pytest.fixture
def port(store: SqliteInstanceStore, destinations: dict[str, tuple[str, int]]) -> Iterator[DimsePort]:
    opened = DimsePort("127.0.0.1", 0, ae_title="PACS", store=store, destinations=destinations)
    with closing(opened):
        yield opened


def associate(port: DimsePort, *contexts: tuple[str, str], title: str = "PACS", **options: Any) -> Any:
    entity = pynetdicom.AE(ae_title="MODALITY")
    for abstract, transfer in contexts:
        entity.add_requested_context(abstract, transfer)
    return entity.associate("127.0.0.1", port.port, ae_title=title, **options)


def sample(name: str) -> Path:
    return Path(str(get_testdata_file(name)))


def sent(port: DimsePort, dataset: Dataset) -> int:
    association = associate(port, (dataset.SOPClassUID, dataset.file_meta.TransferSyntaxUID))
    assert association.is_established
    status = association.send_c_store(dataset)
    association.release()
    return int(status.Status)


def test_it_answers_an_echo_whatever_it_is_called(port: DimsePort) -> None:
    association = associate(port, (ECHO, EXPLICIT), title="SOMEBODY")
    assert association.send_c_echo().Status == 0
    association.release()


@pytest.mark.parametrize("name", ["MR_small.dcm", "MR_small_RLE.dcm", "MR_small_implicit.dcm"])
def test_an_object_is_kept_in_the_transfer_syntax_that_it_came_in(
    port: DimsePort, store: SqliteInstanceStore, name: str
) -> None:
    dataset = pydicom.dcmread(sample(name))
    assert [sent(port, dataset) for _ in range(2)] == [0, 0]  # the same again is kept already
    (image,) = store.instances(dataset.StudyInstanceUID)
    assert image.transferSyntaxUID == dataset.file_meta.TransferSyntaxUID
    assert part10.read(image.content).PixelData == dataset.PixelData


def test_what_cannot_be_kept_has_its_status(port: DimsePort, store: SqliteInstanceStore) -> None:
    dataset = pydicom.dcmread(sample("MR_small.dcm"))
    assert sent(port, dataset) == 0
    dataset.PatientName = "Somebody^Else"
    assert sent(port, dataset) == 0x0110
    del dataset.StudyInstanceUID
    assert sent(port, dataset) == 0xC000
    assert len(store.instances(pydicom.dcmread(sample("MR_small.dcm")).StudyInstanceUID)) == 1


def identifier(level: str, **uids: str) -> Dataset:
    asked = Dataset()
    asked.QueryRetrieveLevel = level
    for keyword, uid in uids.items():
        setattr(asked, keyword, uid)
    return asked


def got(port: DimsePort, asked: Dataset, *contexts: tuple[str, str]) -> tuple[list[Dataset], int]:
    """What a C-GET brings, and its last status."""
    received: list[Dataset] = []

    def keep(event: Any) -> int:
        received.append(event.dataset)
        return 0

    roles = [pynetdicom.build_role(abstract, scp_role=True) for abstract, _ in contexts]
    association = associate(
        port,
        (STUDY_GET, EXPLICIT),
        *contexts,
        ext_neg=roles,
        evt_handlers=[(pynetdicom.evt.EVT_C_STORE, keep)],
    )
    (*_, (status, _)) = list(association.send_c_get(asked, STUDY_GET))
    association.release()
    return received, int(status.Status)


def test_a_study_a_series_or_an_instance_can_be_got(
    port: DimsePort, store: SqliteInstanceStore, tmp_path: Path
) -> None:
    store.add_all(write_sample("ct-head", tmp_path / "ct"))
    rle = store.add(FileContent.of(sample("MR_small_RLE.dcm")))
    (study, *_) = [uid for uid in store.studies() if uid != rle.studyInstanceUID]
    series = {image.seriesInstanceUID for image in store.instances(study) if image.sopClassUID == CT}
    one = min(series)
    received, status = got(
        port, identifier("SERIES", StudyInstanceUID=study, SeriesInstanceUID=one), (CT, EXPLICIT)
    )
    wanted = {image.sopInstanceUID for image in store.instances(study, one)}
    assert ({dataset.SOPInstanceUID for dataset in received}, status) == (wanted, 0)
    received, status = got(port, identifier("STUDY", StudyInstanceUID=rle.studyInstanceUID), (MR, RLE))
    assert ([dataset.SOPInstanceUID for dataset in received], status) == ([rle.sopInstanceUID], 0)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (identifier("STUDY", StudyInstanceUID="1.2.3"), 0),
        (identifier("IMAGE", SOPInstanceUID="1.2.3"), 0xA900),
    ],
)
def test_what_names_nothing_brings_nothing(port: DimsePort, asked: Dataset, status: int) -> None:
    assert got(port, asked, (CT, EXPLICIT)) == ([], status)


@pytest.fixture
def away(tmp_path: Path, destinations: dict[str, tuple[str, int]]) -> Iterator[SqliteInstanceStore]:
    """The store of another archive, to which images may be moved."""
    with closing(SqliteInstanceStore(tmp_path / "away")) as kept:
        port = DimsePort("127.0.0.1", 0, ae_title="AWAY", store=kept, destinations={})
        destinations["AWAY"] = ("127.0.0.1", port.port)
        with closing(port):
            yield kept


@pytest.mark.parametrize(("destination", "status", "count"), [("AWAY", 0, 1), ("NOWHERE", 0xA801, 0)])
def test_images_are_moved_to_those_that_are_known(
    port: DimsePort,
    store: SqliteInstanceStore,
    away: SqliteInstanceStore,
    destination: str,
    status: int,
    count: int,
) -> None:
    rle = store.add(FileContent.of(sample("MR_small_RLE.dcm")))
    association = associate(port, (STUDY_MOVE, EXPLICIT))
    asked = identifier("STUDY", StudyInstanceUID=rle.studyInstanceUID)
    (*_, (last, _)) = list(association.send_c_move(asked, destination, STUDY_MOVE))
    association.release()
    assert last.Status == status
    moved = away.instances(rle.studyInstanceUID)
    assert [image.transferSyntaxUID for image in moved] == [RLE] * count
    assert [read_all(image.content)[128:132] for image in moved] == [b"DICM"] * count


def test_a_strict_one_wants_to_be_called_by_its_name(store: SqliteInstanceStore) -> None:
    with closing(
        DimsePort("127.0.0.1", 0, ae_title="PACS", store=store, destinations={}, strict=True)
    ) as strict:
        assert associate(strict, (ECHO, EXPLICIT), title="OTHER").is_rejected
        association = associate(strict, (ECHO, EXPLICIT))
        assert association.is_established
        association.release()


def test_associations_end_with_the_port(store: SqliteInstanceStore) -> None:
    port = DimsePort("127.0.0.1", 0, ae_title="PACS", store=store, destinations={})
    association = associate(port, (ECHO, EXPLICIT))
    port.close()
    association.join(10)
    assert association.is_aborted
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port.port), 5)


def test_a_port_that_is_taken_is_told(store: SqliteInstanceStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotRun, match="cannot listen on"):
        DimsePort("127.0.0.1", taken.getsockname()[1], ae_title="PACS", store=store, destinations={})
