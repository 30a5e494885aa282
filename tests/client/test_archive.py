from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pydicom
import pytest
from a_peer import Peer, said

from xdsi_sim.actors.ports import BackendFailed
from xdsi_sim.client.archive import DicomWebArchive
from xdsi_sim.client.archive_requests import ArchiveRequests
from xdsi_sim.client.dicomweb import DicomWebClient
from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.dicom.errors import ConflictingInstance, NotDicom
from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.dicom.search import Search
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.instances import SqliteInstanceStore

STUDY, SERIES = "2.999.76.1", "2.999.76.1.1"
Behind = Callable[[Callable[[bytes], "bytes | None"]], DicomWebArchive]


@pytest.fixture
def behind(tmp_path: Path, peer: Peer, dicomweb: DicomWebClient) -> Iterator[Behind]:
    """`behind(answer)` is the store of a source in front of an archive that answers so."""
    made: list[DicomWebArchive] = []
    with closing(SqliteInstanceStore(tmp_path / "own")) as own:

        def front_of(answer: Callable[[bytes], bytes | None]) -> DicomWebArchive:
            wait = running_loop().call
            made.append(DicomWebArchive(ArchiveRequests(peer(answer), dicomweb, wait, sender="front"), own))
            return made[-1]

        yield front_of
        for archive in made:
            archive.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return tuple(write_sample("ct-head", tmp_path_factory.mktemp("files")))


def parts(*contents: bytes, status: str = "200 OK") -> bytes:
    body = b"".join(b"--b\r\nContent-Type: application/dicom\r\n\r\n%b\r\n" % each for each in contents)
    return said(status, body + b"--b--\r\n", 'multipart/related; type="application/dicom"; boundary=b')


def told(*items: dict[str, Any]) -> bytes:
    return said("200 OK", json.dumps(items).encode())


def sop_of(path: Path) -> str:
    return str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)


def test_instances_come_in_their_order_whatever_that_of_the_archive(
    behind: Behind, files: tuple[Path, ...]
) -> None:
    given = parts(*(path.read_bytes() for path in reversed(files)))
    images = behind(lambda _request: given).instances(STUDY)
    assert [image.sopInstanceUID for image in images[:6]] == [sop_of(path) for path in files[:6]]
    assert read_all(images[0].content) == files[0].read_bytes()


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (lambda _data: parts(b"<html/>"), "no DICOM file"),
        (lambda data: parts(data[:-1000]), "no DICOM file: truncated"),
        (lambda data: parts(data).replace(b"--b--", b"--c--"), "before its closing delimiter"),
        (lambda data: parts(data, status="206 Partial Content"), "HTTP 206"),
        (lambda data: said("200 OK", data[:50], "application/dicom"), "no DICOM file"),
    ],
)
def test_files_that_are_none_are_a_failure(
    behind: Behind, files: tuple[Path, ...], lie: Callable[[bytes], bytes], words: str
) -> None:
    answer = lie(files[0].read_bytes())
    with pytest.raises(BackendFailed, match=words):
        behind(lambda _request: answer).instances(STUDY)


def test_an_instance_of_another_place_is_a_failure(behind: Behind, files: tuple[Path, ...]) -> None:
    answer = parts(files[0].read_bytes())
    archive = behind(lambda _request: answer)
    for wanted in (("1.2",), (STUDY, "1.2"), (STUDY, SERIES, "1.2")):
        with pytest.raises(BackendFailed, match=r"asked for .* 1\.2 it gave"):
            archive.instances(*wanted)
    failed = archive.fetch(STUDY, SERIES, "1.2").exception()
    assert isinstance(failed, BackendFailed)


def test_an_instance_is_looked_for_where_it_is_not_expected(behind: Behind, files: tuple[Path, ...]) -> None:
    sop, data = sop_of(files[0]), files[0].read_bytes()
    place = {"0020000D": {"vr": "UI", "Value": [STUDY]}, "0020000E": {"vr": "UI", "Value": [SERIES]}}

    def answer(request: bytes) -> bytes:
        if b"?SOPInstanceUID=" in request:
            return told(place)
        return parts(data) if f"studies/{STUDY}/".encode() in request else said("404 Not Found", b"")

    found = behind(answer).fetch("1.2", "1.3", sop).result()
    assert found is not None
    assert (found.studyInstanceUID, found.seriesInstanceUID) == (STUDY, SERIES)


def test_what_is_no_uid_is_never_part_of_an_address(behind: Behind) -> None:
    asked: list[bytes] = []
    archive = behind(lambda request: asked.append(request) or None)  # type: ignore[func-returns-value]
    assert archive.fetch("1.2", "1.3", "../../studies").result() is None
    assert asked == []


def test_metadata_of_another_study_are_a_failure(behind: Behind) -> None:
    answer = told({"0020000D": {"vr": "UI", "Value": ["1.2"]}})
    with pytest.raises(BackendFailed, match=f"asked for study {STUDY} it gave study 1.2"):
        behind(lambda _request: answer).study(STUDY)


def test_a_search_is_handed_on_and_cut(behind: Behind) -> None:
    asked: list[bytes] = []
    answer = told(*({"0020000D": {"vr": "UI", "Value": [f"1.{n}"]}} for n in range(3)))

    def archive(request: bytes) -> bytes:
        asked.append(request.partition(b" HTTP")[0])
        return answer

    search = Search(level=Level.STUDY, asked=(("PatientName", "A B*"), ("limit", "99")), limit=99, offset=7)
    found = behind(archive).search(search, base="http://front", most=2)
    assert asked[0].startswith(b"GET /peer/studies?PatientName=A%20B%2A&includefield=")
    assert asked[0].endswith(b"&limit=3&offset=7")
    assert (len(found.items), found.remaining) == (2, None)
    assert json.loads(found.items[0])["00081190"]["Value"] == ["http://front/studies/1.0"]


def test_an_archive_that_gives_its_first_page_again_and_again_does_not_hold_us(behind: Behind) -> None:
    answer = told({"0020000D": {"vr": "UI", "Value": ["1.2"]}})
    assert behind(lambda _request: answer).studies() == ("1.2",)


def reported(*failed: tuple[str, int], stored: tuple[str, ...] = ()) -> bytes:
    def uid(value: str) -> dict[str, Any]:
        return {"00081155": {"vr": "UI", "Value": [value]}}

    report = {
        "00081198": {
            "vr": "SQ",
            "Value": [{**uid(sop), "00081197": {"vr": "US", "Value": [why]}} for sop, why in failed],
        },
        "00081199": {"vr": "SQ", "Value": [uid(sop) for sop in stored]},
    }
    return json.dumps(report).encode()


def test_the_fate_of_each_instance_is_that_in_the_archive(behind: Behind, files: tuple[Path, ...]) -> None:
    first, second, third, fourth = (sop_of(path) for path in files[:4])
    report = reported((second, 0x0111), (third, 0xA700), stored=(first,))
    archive = behind(lambda _request: said("202 Accepted", report))
    kept = archive.keep([*map(FileContent.of, files[:4]), BytesContent(b"no DICOM")])
    errors = [one.error for one in kept]
    assert errors[0] is None
    assert isinstance(errors[1], ConflictingInstance)
    assert isinstance(errors[2], OSError)
    assert "did not say what became of it" in str(errors[3])
    assert isinstance(errors[4], NotDicom)
    assert [one.sopInstanceUID for one in kept] == [first, second, third, fourth, None]


@pytest.mark.parametrize("answer", [said("500 Oops", b"no"), said("200 OK", b"thanks"), None])
def test_a_report_that_is_none_is_a_failure(
    behind: Behind, files: tuple[Path, ...], answer: bytes | None
) -> None:
    with pytest.raises(BackendFailed):
        behind(lambda _request: answer).add(FileContent.of(files[0]))
