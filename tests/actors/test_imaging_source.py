from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pydicom.data import get_testdata_file
from rejections import a_note

from xdsi_sim.actors import flow
from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetResponse
from xdsi_sim.store.instances import SqliteInstanceStore, StoredInstance
from xdsi_sim.store.transcoding import SpoolingTranscoder

OID = "2.999.20.10"
EXPLICIT = ("1.2.840.10008.1.2.1",)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteInstanceStore]:
    folder: Path = tmp_path_factory.mktemp("source")
    opened = SqliteInstanceStore(folder / "store")
    opened.add_all(write_sample("cr-chest", folder / "cr"))
    yield opened
    opened.close()


@pytest.fixture
def images(store: SqliteInstanceStore) -> tuple[StoredInstance, ...]:
    return store.instances(store.studies()[0])


def item(image: StoredInstance, **changes: str | None) -> ImagingDocumentRequest:
    given = {
        "study": image.studyInstanceUID,
        "series": image.seriesInstanceUID,
        "sop": image.sopInstanceUID,
        "oid": OID,
        "home": None,
    } | changes
    return ImagingDocumentRequest(
        studyInstanceUID=str(given["study"]),
        seriesInstanceUID=str(given["series"]),
        document=DocumentRequest(
            repositoryUniqueId=str(given["oid"]),
            documentUniqueId=str(given["sop"]),
            homeCommunityId=given["home"],
        ),
    )


def retrieve(
    store: SqliteInstanceStore, *items: ImagingDocumentRequest, syntaxes: tuple[str, ...] = EXPLICIT
) -> RetrieveDocumentSetResponse:
    with TemporaryDirectory() as folder, closing(SpoolingTranscoder(Path(folder))) as transcoder:
        source = ImagingDocumentSource(oid=OID, store=store, transcoder=transcoder)
        request = RetrieveImagingDocumentSetRequest(requests=items, transferSyntaxUIDs=syntaxes)
        answer = flow.run(source.retrieve(request), nobody)
        documents = [replace(one, content=BytesContent(read_all(one.content))) for one in answer.documents]
    return replace(answer, documents=tuple(documents))


def nobody(call: flow.Call) -> flow.Answer:
    raise AssertionError(call)


def test_all_that_is_asked_for_is_delivered_with_its_ids_echoed(
    store: SqliteInstanceStore, images: tuple[StoredInstance, ...]
) -> None:
    answer = retrieve(store, item(images[0], home="urn:oid:2.999.1"), item(images[1]))
    assert (status_name(answer.status), answer.errors) == ("Success", ())
    assert [document.request.homeCommunityId for document in answer.documents] == ["urn:oid:2.999.1", None]
    assert [document.mimeType for document in answer.documents] == ["application/dicom"] * 2
    assert read_all(answer.documents[0].content) == read_all(images[0].content)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"oid": "2.999.1"}, "XDSUnknownRepositoryId"),
        ({"sop": "1.2.3"}, "XDSDocumentUniqueIdError"),
        ({"series": "1.2.3"}, "XDSDocumentUniqueIdError"),
        ({"study": "1.2.3"}, "XDSDocumentUniqueIdError"),
        ({"study": ""}, "XDSRepositoryError"),
    ],
)
def test_a_bad_item_has_its_exact_error_and_hides_no_good_one(
    store: SqliteInstanceStore, images: tuple[StoredInstance, ...], changes: dict[str, str], code: str
) -> None:
    bad = item(images[0], **changes)
    alone, among = retrieve(store, bad), retrieve(store, bad, item(images[1]))
    assert (status_name(alone.status), alone.documents) == ("Failure", ())
    assert (status_name(among.status), len(among.documents)) == ("PartialSuccess", 1)
    (error,) = among.errors
    assert (error.errorCode, error.location) == (code, bad.document.documentUniqueId)


@pytest.mark.parametrize(
    ("key", "missing"),
    [
        ("study", "studyInstanceUID"),
        ("series", "seriesInstanceUID"),
        ("oid", "RepositoryUniqueId"),
        ("sop", "DocumentUniqueId"),
    ],
)
def test_an_item_that_lacks_an_id_is_told_which(
    store: SqliteInstanceStore, images: tuple[StoredInstance, ...], key: str, missing: str
) -> None:
    bad = item(images[0], **{key: ""})
    (error,) = retrieve(store, bad).errors
    text = f"{missing} of a DocumentRequest is missing; attribute={missing}; rule=H01"
    assert (error.errorCode, error.codeContext) == ("XDSRepositoryError", text)
    assert error.location == (bad.document.documentUniqueId or None)


def test_a_transfer_syntax_that_is_not_there_is_an_error_that_says_so(
    store: SqliteInstanceStore, images: tuple[StoredInstance, ...]
) -> None:
    asked = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.50")
    (error,) = retrieve(store, item(images[0]), syntaxes=asked).errors
    assert (error.errorCode, error.location) == ("XDSRepositoryError", images[0].sopInstanceUID)
    assert error.codeContext == (
        f"instance '{images[0].sopInstanceUID}' is stored in transfer syntax '1.2.840.10008.1.2.1' and "
        f"cannot be given in any of TransferSyntaxUIDList, {', '.join(asked)}; "
        "attribute=TransferSyntaxUID; rule=H18"
    )


def test_a_list_without_a_transfer_syntax_refuses_the_whole_request(
    store: SqliteInstanceStore, images: tuple[StoredInstance, ...]
) -> None:
    answer = retrieve(store, *map(item, images), syntaxes=())
    (error,) = answer.errors
    assert (status_name(answer.status), answer.documents) == ("Failure", ())
    assert (error.errorCode, error.location) == ("XDSRepositoryError", None)
    assert "attribute=TransferSyntaxUIDList" in error.codeContext


@pytest.mark.parametrize("asked", [("1.2.840.10008.1.2",), ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.2")])
def test_an_image_is_transcoded_to_a_native_syntax_that_is_asked_for(
    store: SqliteInstanceStore, images: tuple[StoredInstance, ...], asked: tuple[str, ...]
) -> None:
    (document,) = retrieve(store, item(images[0]), syntaxes=asked).documents
    given, stored = part10.read(document.content), part10.read(images[0].content)
    assert given.file_meta.TransferSyntaxUID == asked[-1]
    assert (given.pixel_array == stored.pixel_array).all()


def a_sample(name: str) -> FileContent:
    return FileContent.of(Path(str(get_testdata_file(name))))


def test_a_rejected_image_is_told_from_one_that_never_was(tmp_path: Path) -> None:
    with closing(SqliteInstanceStore(tmp_path / "store")) as store:
        image = store.add(a_sample("MR_small.dcm"))
        store.add(a_note(image.studyInstanceUID, image.sopInstanceUID, title="113001"))
        (error,) = retrieve(store, item(image)).errors
    assert (error.errorCode, error.location) == ("XDSDocumentUniqueIdError", image.sopInstanceUID)
    assert "is rejected: Rejected for Quality Reasons (113001, DCM)" in error.codeContext


def test_an_image_that_cannot_be_decoded_costs_nobody_else_anything(tmp_path: Path) -> None:
    with closing(SqliteInstanceStore(tmp_path / "store")) as store:
        broken = store.add(a_sample("JPEG2000-embedded-sequence-delimiter.dcm"))
        good = store.add(a_sample("MR_small_RLE.dcm"))
        answer = retrieve(store, item(broken), item(good))
    (error,) = answer.errors
    assert (error.errorCode, error.location) == ("XDSRepositoryError", broken.sopInstanceUID)
    assert "its pixels cannot be decoded" in error.codeContext or "xdsi-sim[transcoding]" in error.codeContext
    assert [document.request.documentUniqueId for document in answer.documents] == [good.sopInstanceUID]


def test_an_object_without_pixels_is_delivered_whatever_the_syntaxes_asked_for(tmp_path: Path) -> None:
    with closing(SqliteInstanceStore(tmp_path / "store")) as store:
        store.add_all(write_sample("ct-head", tmp_path / "ct"))
        report = next(image for image in store.instances(store.studies()[0]) if image.frames is None)
        answer = retrieve(store, item(report), syntaxes=("1.2.840.10008.1.2.4.90",))
    assert [found.request.documentUniqueId for found in answer.documents] == [report.sopInstanceUID]
