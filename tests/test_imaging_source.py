"""An imaging source over sockets, asked for images by a SOAP stack that is not ours."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from a_domain import domain, response_of
from a_peak import peak_of
from a_zeep_client import outcome
from pydicom.data import get_testdata_file
from rejections import a_note
from wire import connect as connection_to
from wire import get, message, post, send

from xdsi_sim.client.zeep_mtom import connect
from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.store.instances import StoredInstance
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import TRANSACTIONS

OID = "2.999.1.21"
IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
RLE, J2K, JPEG = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.50"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("source")) as started:
        for name in ("MR_small_RLE.dcm", "CT_small.dcm", "test-SR.dcm", "examples_palette.dcm"):
            started.store_of("pacs").add(FileContent.of(Path(str(get_testdata_file(name)))))
        yield started


def images(running: RunningTopology) -> dict[str, StoredInstance]:
    """By transfer syntax; `SR` has no pixels."""
    store = running.store_of("pacs")
    stored = [image for study in store.studies() for image in store.instances(study)]
    return {"SR" if image.frames is None else image.transferSyntaxUID: image for image in stored}


def item(image: StoredInstance, **changes: str) -> dict[str, Any]:
    given = {
        "study": image.studyInstanceUID,
        "series": image.seriesInstanceUID,
        "oid": OID,
        "sop": image.sopInstanceUID,
        **changes,
    }
    home = {"HomeCommunityId": given["home"]} if "home" in given else {}
    document = {**home, "RepositoryUniqueId": given["oid"], "DocumentUniqueId": given["sop"]}
    series = {"seriesInstanceUID": given["series"], "DocumentRequest": [document]}
    return {"studyInstanceUID": given["study"], "SeriesRequest": [series]}


def ask(running: RunningTopology, items: list[dict[str, Any]], *syntaxes: str) -> Any:
    client = connect(running.url_of("pacs"))
    return client.service[TRANSACTIONS["RAD-69"].operation](
        StudyRequest=items, TransferSyntaxUIDList={"TransferSyntaxUID": list(syntaxes)}
    )


def received(answer: Any) -> list[Any]:
    """The data sets that came."""
    return [
        pydicom.dcmread(io.BytesIO(bytes(getattr(each.Document, "_value_1", each.Document))))
        for each in answer.DocumentResponse
    ]


@pytest.mark.parametrize(
    ("kind", "asked", "given"),
    [
        (RLE, (EXPLICIT, RLE), RLE),  # as it is stored before all others
        (RLE, (J2K, BIG, EXPLICIT), BIG),
        (EXPLICIT, (JPEG, IMPLICIT), IMPLICIT),
        (EXPLICIT, (BIG,), BIG),
        ("SR", (JPEG,), EXPLICIT),  # no pixels, so nothing to be compressed
        ("SR", (IMPLICIT,), IMPLICIT),
    ],
)
def test_an_image_comes_in_a_transfer_syntax_that_is_asked_for(
    running: RunningTopology, kind: str, asked: tuple[str, ...], given: str
) -> None:
    image = images(running)[kind]
    answer = ask(running, [item(image)], *asked)
    assert outcome(answer) == ("Success", [])
    (dataset,) = received(answer)
    stored = part10.read(image.content)
    assert dataset.file_meta.TransferSyntaxUID == given
    uids = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "PatientID")
    assert [dataset[uid].value for uid in uids] == [stored[uid].value for uid in uids]
    if kind != "SR":
        assert np.array_equal(dataset.pixel_array, stored.pixel_array)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"oid": "2.999.9"}, "XDSUnknownRepositoryId"),
        ({"sop": "1.2.3"}, "XDSDocumentUniqueIdError"),
        ({"series": "1.2.3"}, "XDSDocumentUniqueIdError"),
        ({"study": "1.2.3"}, "XDSDocumentUniqueIdError"),
        ({"study": ""}, "XDSRepositoryError"),
        ({"series": ""}, "XDSRepositoryError"),
        ({"oid": ""}, "XDSRepositoryError"),
    ],
)
def test_a_bad_item_has_its_code_and_its_place(
    running: RunningTopology, changes: dict[str, str], code: str
) -> None:
    good, bad = images(running)[RLE], images(running)[EXPLICIT]
    answer = ask(running, [item(good), item(bad, **changes)], RLE, IMPLICIT)
    assert outcome(answer) == ("PartialSuccess", [(code, changes.get("sop", bad.sopInstanceUID))])
    assert [dataset.SOPInstanceUID for dataset in received(answer)] == [good.sopInstanceUID]


@pytest.mark.parametrize(("syntaxes", "location"), [(("", " "), None), ((J2K, JPEG), "of the instance")])
def test_a_list_of_which_nothing_can_be_given_is_refused(
    running: RunningTopology, syntaxes: tuple[str, ...], location: str | None
) -> None:
    image = images(running)[EXPLICIT]
    answer = ask(running, [item(image)], *syntaxes)
    place = None if location is None else image.sopInstanceUID
    assert outcome(answer) == ("Failure", [("XDSRepositoryError", place)])
    assert answer.DocumentResponse == []


@pytest.mark.parametrize("instead", [b"<xdsi:TransferSyntaxUIDList/>", b""])
def test_a_request_that_takes_no_transfer_syntax_is_refused(running: RunningTopology, instead: bytes) -> None:
    url = running.url_of("pacs")
    content_type, body = message(url, "RAD-69", a_request(images(running)[EXPLICIT]))
    start, end = body.index(b"<xdsi:TransferSyntaxUIDList>"), body.index(b"</xdsi:Retrieve")
    response = response_of(send(url, post(url, content_type, body[:start] + instead + body[end:])))
    assert [(error.errorCode, error.location) for error in response.errors] == [("XDSRepositoryError", None)]
    assert "TransferSyntaxUIDList names no transfer syntax" in response.errors[0].codeContext


def test_a_home_community_comes_back_only_where_it_was_sent(running: RunningTopology) -> None:
    image = images(running)[EXPLICIT]
    answer = ask(running, [item(image, home="urn:oid:2.999.1"), item(image)], EXPLICIT, IMPLICIT)
    homes = [each.HomeCommunityId for each in answer.DocumentResponse]
    assert homes == ["urn:oid:2.999.1", None]


def test_a_rejected_image_is_found_by_nobody(tmp_path: Path) -> None:
    with domain(tmp_path / "data") as running:
        store = running.store_of("pacs")
        image = store.add(FileContent.of(Path(str(get_testdata_file("CT_small.dcm")))))
        path = f"studies/{image.studyInstanceUID}"
        wado = (
            f"{running.wado_of('pacs')}?requestType=WADO&studyUID={image.studyInstanceUID}"
            f"&seriesUID={image.seriesInstanceUID}&objectUID={image.sopInstanceUID}&contentType=application/dicom"
        )
        urls = (
            f"{running.dicomweb_of('pacs')}/{path}",
            f"{running.dicomweb_of('pacs')}/{path}/metadata",
            wado,
        )
        assert [get(url).status for url in urls] == [200] * 3
        store.add(a_note(image.studyInstanceUID, image.sopInstanceUID))
        assert [get(url).status for url in urls] == [404] * 3
        answer = ask(running, [item(image)], EXPLICIT)
    assert outcome(answer) == ("Failure", [("XDSDocumentUniqueIdError", image.sopInstanceUID)])


def test_many_transcoded_images_are_streamed_and_leave_nothing_behind(tmp_path: Path) -> None:
    with domain(tmp_path / "data") as running:
        stored = running.store_of("pacs").add_all(many(tmp_path, 40))
        (status, octets), most = peak_of(lambda: retrieved(running, stored.instances), 20 * 2**20)
        gc.collect()
        assert (status, octets > 40 * 2**20) == (200, True)
        assert most < 20 * 2**20
    assert list((tmp_path / "data" / "spool").iterdir()) == []


def many(folder: Path, count: int) -> Iterator[Path]:
    """Images of a megabyte each."""
    dataset = part10.read(FileContent.of(Path(str(get_testdata_file("CT_small.dcm")))))
    dataset.Rows, dataset.Columns, dataset.PixelData = 512, 1024, bytes(2**20)
    for number in range(count):
        dataset.SOPInstanceUID = f"2.999.3.{number}"
        path = folder / f"{number}.dcm"
        path.write_bytes(part10.write(dataset))
        yield path


def a_request(*images: StoredInstance) -> RetrieveImagingDocumentSetRequest:
    requests = tuple(
        ImagingDocumentRequest(
            studyInstanceUID=image.studyInstanceUID,
            seriesInstanceUID=image.seriesInstanceUID,
            document=DocumentRequest(repositoryUniqueId=OID, documentUniqueId=image.sopInstanceUID),
        )
        for image in images
    )
    return RetrieveImagingDocumentSetRequest(requests=requests, transferSyntaxUIDs=(IMPLICIT,))


def retrieved(running: RunningTopology, images: tuple[StoredInstance, ...]) -> tuple[int, int]:
    """HTTP status and size of the answer to a RAD-69 for all of them; nothing of it is kept."""
    url = running.url_of("pacs")
    with connection_to(url) as connection:
        connection.sendall(post(url, *message(url, "RAD-69", a_request(*images)), "Connection: close"))
        head = connection.recv(65536)
        size = len(head)
        while piece := connection.recv(65536):
            size += len(piece)
    return int(head.split()[1]), size
