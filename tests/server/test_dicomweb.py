from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
import requests
from a_dicomweb import a_service, instance_path, sample_store, shipped
from dicomweb_client import DICOMwebClient
from wire import connect, get, post, read_answer, send

from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.dicom import part10
from xdsi_sim.server.site import ActorSite
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.store.instances import SqliteInstanceStore, StoredInstance

CT, US = "2.999.76.1", "2.999.76.5"
ANY = 'Accept: multipart/related; type="application/dicom"; transfer-syntax=*'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteInstanceStore]:
    opened = sample_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def base(site: ActorSite, store: SqliteInstanceStore, log: ExchangeLog) -> str:
    return a_service(site, store, recorder=log, deletes=True)


@pytest.fixture
def client(base: str) -> DICOMwebClient:
    return DICOMwebClient(base)


def uids(image: StoredInstance) -> tuple[str, str, str]:
    return image.studyInstanceUID, image.seriesInstanceUID, image.sopInstanceUID


# --- a client that was not written here -----------------------------------------------------------


def test_it_searches_at_every_level(client: DICOMwebClient) -> None:
    studies = client.search_for_studies(search_filters={"PatientName": "*^Anna*"}, fuzzymatching=False)
    series = client.search_for_series(CT, search_filters={"Modality": "CT"}, fields=["BodyPartExamined"])
    of_all = client.search_for_series()
    images = client.search_for_instances(CT, series[0]["0020000E"]["Value"][0])
    assert [found["0020000D"]["Value"] for found in studies] == [[CT]]
    assert [found["00180015"]["Value"] for found in series] == [["HEAD"], ["HEAD"]]
    assert (len(of_all), len(images), len(client.search_for_instances())) == (5, 6, 13)
    assert client.search_for_studies(search_filters={"PatientID": "nobody"}) == []


def test_it_pages_until_there_is_nothing_more(client: DICOMwebClient) -> None:
    pages = [client.search_for_instances(limit=5, offset=offset) for offset in (0, 5, 10, 15)]
    seen = [found["00080018"]["Value"][0] for page in pages for found in page]
    assert [len(page) for page in pages] == [5, 5, 3, 0]
    assert len(set(seen)) == 13
    assert len(client.search_for_instances(limit=5, get_remaining=True)) == 13


def test_it_retrieves_every_level(client: DICOMwebClient, store: SqliteInstanceStore) -> None:
    stored = {image.sopInstanceUID: image for image in store.instances(CT)}
    assert {item.SOPInstanceUID for item in client.retrieve_study(CT)} == stored.keys()
    for series in {image.seriesInstanceUID for image in stored.values()}:
        assert len(client.retrieve_series(CT, series)) == len(store.instances(CT, series))
        assert len(client.retrieve_series_metadata(CT, series)) == len(store.instances(CT, series))
    image = next(iter(stored.values()))
    assert client.retrieve_instance(*uids(image)).SOPInstanceUID == image.sopInstanceUID
    assert client.retrieve_instance_metadata(*uids(image))["00080018"]["Value"] == [image.sopInstanceUID]
    assert len(client.retrieve_study_metadata(CT)) == len(stored)


def test_it_retrieves_frames_pictures_and_bulk_values(
    client: DICOMwebClient, store: SqliteInstanceStore
) -> None:
    image, clip = store.instances(CT)[0], store.instances(US)[0]
    pixels = part10.read(image.content).PixelData
    address = client.retrieve_instance_metadata(*uids(image))["7FE00010"]["BulkDataURI"]
    assert client.retrieve_instance_frames(*uids(image), frame_numbers=[1]) == [pixels]
    assert client.retrieve_bulkdata(address) == [pixels]
    jpegs = client.retrieve_instance_frames(
        *uids(clip), frame_numbers=[3, 1], media_types=(("image/jpeg", "1.2.840.10008.1.2.4.50"),)
    )
    assert [frame[:2] for frame in jpegs] == [b"\xff\xd8"] * 2
    picture = client.retrieve_instance_rendered(*uids(image), media_types=("image/png",))
    assert picture.startswith(b"\x89PNG")
    shown = client.retrieve_instance_frames_rendered(*uids(clip), [2], media_types=("image/jpeg",))
    assert shown.startswith(b"\xff\xd8")


def test_it_stores_and_deletes(client: DICOMwebClient, store: SqliteInstanceStore) -> None:
    dataset = pydicom.dcmread(shipped("CT_small.dcm"))
    report = client.store_instances([dataset])
    study, series = dataset.StudyInstanceUID, dataset.SeriesInstanceUID
    assert [item.ReferencedSOPInstanceUID for item in report.ReferencedSOPSequence] == [
        dataset.SOPInstanceUID
    ]
    assert client.retrieve_instance(study, series, dataset.SOPInstanceUID).PixelData == dataset.PixelData
    client.delete_instance(study, series, dataset.SOPInstanceUID)
    assert client.search_for_studies(search_filters={"StudyInstanceUID": study}) == []
    assert not list(store._files.rglob("*.dcm")) or store.instances(study) == ()


def test_it_streams_what_it_also_retrieves(client: DICOMwebClient, store: SqliteInstanceStore) -> None:
    (clip,) = store.instances(US)
    series = f"{CT}.1"
    assert len(list(client.iter_study(CT))) == 11
    assert len(list(client.iter_series(CT, series))) == 6
    assert len(list(client.iter_instance_frames(*uids(clip), frame_numbers=[2, 1, 3]))) == 3
    address = client.retrieve_series_metadata(CT, series)[0]["7FE00010"]["BulkDataURI"]
    assert list(client.iter_bulkdata(address)) == client.retrieve_bulkdata(address)
    with pytest.raises(requests.HTTPError, match="406"):  # it takes one picture alone, a series has many
        client.retrieve_series_rendered(CT, series, media_types=("image/png",))


def test_it_deletes_series_and_studies(client: DICOMwebClient) -> None:
    client.delete_series(CT, f"{CT}.1")
    assert len(client.search_for_instances(CT)) == 5
    client.delete_study(CT)
    assert client.search_for_series(CT) == []


def test_a_web_viewer_opens_a_study(base: str, store: SqliteInstanceStore) -> None:
    """What a current viewer asks, word for word, from its list of studies to the first frame."""
    origin = "Origin: http://localhost:3000"
    fields = "00081030%2C00080060%2C00080090%2C00100030"
    page = f"limit=101&offset=0&fuzzymatching=false&includefield={fields}"
    listed = json.loads(get(f"{base}/studies?{page}", origin).body)
    (study,) = json.loads(get(f"{base}/studies?{page}&StudyInstanceUID={CT}", origin).body)
    others = json.loads(get(f"{base}/studies?00100020=N-4711&includefield=00081030", origin).body)
    series = json.loads(get(f"{base}/studies/{CT}/series?includefield=0008103E%2C00200011", origin).body)
    url = f"{base}/studies/{CT}/series/{series[0]['0020000E']['Value'][0]}/metadata"
    octets = "multipart/related;type=application/octet-stream;transfer-syntax=*"
    strange = f"Accept: application/dicom+json, {octets}, {octets}"
    metadata = json.loads(get(url, origin, strange).body)
    address = metadata[0]["7FE00010"]["BulkDataURI"].replace("bulkdata/7FE00010", "frames/1")
    answer = get(address, origin, f"Accept: {octets}")
    assert (len(listed), len(others), len(series), len(metadata)) == (3, 1, 3, 6)
    assert study["00080061"]["Value"] == ["CT", "SR"]
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert part10.read(store.instances(CT)[0].content).PixelData in answer.body


# --- on the wire -----------------------------------------------------------------------------------


def test_files_go_out_to_the_last_byte(base: str, store: SqliteInstanceStore) -> None:
    image = store.instances(US)[0]
    path = instance_path(image)
    whole = get(f"{base}/{path}", ANY)
    alone = get(f"{base}/{path}", "Accept: application/dicom; transfer-syntax=*")
    boundary = whole.headers["content-type"].partition("boundary=")[2].encode()
    assert alone.body == read_all(image.content)
    assert f"Content-Location: {base}/{path}".encode() in whole.body
    assert f"transfer-syntax={image.transferSyntaxUID}".encode() in whole.body
    assert whole.body.startswith(b"--" + boundary + b"\r\n")
    assert whole.body.endswith(b"\r\n--" + boundary + b"--\r\n")
    assert alone.body in whole.body


@pytest.mark.parametrize("path", ["", "/metadata", "/thumbnail"])
def test_head_is_get_without_the_body(base: str, path: str) -> None:
    url = f"{base}/studies/{CT}{path}"
    whole, head = get(url), get(url, method="HEAD")
    assert head.body == b""
    kinds = [answer.headers["content-type"].partition("boundary")[0] for answer in (whole, head)]
    assert kinds[0] == kinds[1]
    assert int(head.headers["content-length"]) == len(whole.body)


def test_an_answer_without_a_body_tells_no_length(base: str) -> None:
    tag = get(f"{base}/studies").headers["etag"]
    unchanged = get(f"{base}/studies", f"If-None-Match: {tag}")
    leave = get(f"{base}/studies", method="OPTIONS")
    assert [(answer.status, answer.body) for answer in (unchanged, leave)] == [(304, b""), (204, b"")]
    assert not {"content-length", "transfer-encoding"} & (unchanged.headers.keys() | leave.headers.keys())


def test_what_was_fetched_is_recorded_without_a_copy(base: str, log: ExchangeLog) -> None:
    answer = get(f"{base}/studies/{CT}", ANY, "Xdsi-Trace: cafe02;viewer")
    (exchange,) = log.exchanges("cafe02")
    assert (exchange.transaction, exchange.sender, exchange.status) == ("WADO-RS", "viewer", "HTTP 200")
    assert exchange.response is not None
    assert read_all(exchange.response.body) == answer.body


@pytest.mark.parametrize("path", ["studies/1.2.3", "studies"])
def test_a_defect_of_the_store_is_told_without_its_particulars(
    base: str,
    store: SqliteInstanceStore,
    log: ExchangeLog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    path: str,
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise OSError("a secret")

    monkeypatch.setattr(store, "instances", broken)
    monkeypatch.setattr(store, "search", broken)
    answer = get(f"{base}/{path}")
    (exchange,) = log.exchanges()
    assert (answer.status, exchange.status) == (500, "HTTP 500")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert exchange.id.encode() in answer.body
    assert b"secret" not in answer.body
    assert exchange.id in caplog.text
    assert "a secret" in caplog.text


def a_body(*parts: bytes, boundary: str = "b", head: bytes = b"Content-Type: application/dicom") -> bytes:
    pieces = [b"--" + boundary.encode() + b"\r\n" + head + b"\r\n\r\n" + part + b"\r\n" for part in parts]
    return b"".join(pieces) + b"--" + boundary.encode() + b"--\r\n"


RELATED = 'multipart/related; type="application/dicom"; boundary=b'
FILE = shipped("CT_small.dcm").read_bytes()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (RELATED, a_body(FILE)),
        ("multipart/related;type=application/dicom;boundary=b", a_body(FILE)),
        ("multipart/related; boundary=b", b"\r\n" + a_body(FILE)),
        (RELATED, b"preamble\r\n" + a_body(FILE)),
        (
            RELATED,
            a_body(FILE, head=b"content-type: application/dicom\r\nContent-ID: <1>\r\nMIME-Version: 1.0"),
        ),
        (
            'multipart/related; boundary="a\'()+_,-./:=? b"; type="application/dicom"',
            a_body(FILE, boundary="a'()+_,-./:=? b"),
        ),
        ("application/dicom", FILE),
    ],
)
def test_a_body_is_taken_in_the_forms_that_clients_send(
    base: str, store: SqliteInstanceStore, content_type: str, body: bytes
) -> None:
    answer = send(f"{base}/studies", post(f"{base}/studies", content_type, body))
    stored = json.loads(answer.body)["00081199"]["Value"][0]["00081155"]["Value"][0]
    image = store.find(stored)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/dicom+json"
    assert image is not None
    assert read_all(image.content) == FILE


@pytest.mark.parametrize("whole", [True, False])
def test_a_body_may_come_in_chunks(base: str, whole: bool) -> None:
    body = a_body(FILE)
    pieces = [body] if whole else [body[at : at + 700] for at in range(0, len(body), 700)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    lines = (
        "POST /dicom-web/studies HTTP/1.1",
        "Host: h",
        f"Content-Type: {RELATED}",
        "Transfer-Encoding: chunked",
    )
    head = "\r\n".join(lines) + "\r\n\r\n"
    assert send(base, head.encode() + chunks).status == 200


@pytest.mark.parametrize(
    ("content_type", "body", "status", "words"),
    [
        ("text/plain", b"x", 415, "instances are stored as"),
        ("application/json", b"{", 400, "the metadata are not JSON"),
        ("application/xml", b"<x/>", 415, "this is application/xml"),
        ("", b"x", 415, "no Content-Type"),
        ("multipart/form-data; boundary=b", a_body(FILE), 415, "this is multipart/form-data"),
        (
            'multipart/related; type="application/dicom+xml"; boundary=b',
            a_body(FILE),
            415,
            "of application/dicom+xml",
        ),
        ('multipart/related; type="application/dicom"', a_body(FILE), 400, "boundary"),
        (RELATED, a_body(FILE)[:-20], 400, "closing delimiter"),
        (RELATED, b"--b--\r\n", 400, "nothing to store"),
        (RELATED, a_body(b"x", head=b"Content-Type: image/jpeg"), 415, "a part is of image/jpeg"),
        (RELATED, b"", 415, "instances are stored as"),
    ],
)
def test_a_body_that_is_none_is_told_why(
    base: str, spool: Path, content_type: str, body: bytes, status: int, words: str
) -> None:
    answer = send(base, post(f"{base}/studies", content_type, body))
    assert answer.status == status
    assert words in answer.body.decode()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert list(spool.iterdir()) == []


def test_what_is_stored_is_recorded_and_leaves_no_spool(base: str, log: ExchangeLog, spool: Path) -> None:
    large = bytes(200_000)
    body = a_body(FILE + b"\xfc\xff\xfc\xffOB\0\0" + len(large).to_bytes(4, "little") + large)
    answer = send(base, post(f"{base}/studies", RELATED, body, "Xdsi-Trace: cafe03;ct"))
    (exchange,) = log.exchanges("cafe03")
    assert (exchange.transaction, answer.status) == ("STOW-RS", 200)
    assert read_all(exchange.request.body) == body
    assert list(spool.iterdir()) == []


def test_a_client_that_leaves_harms_nobody(base: str, spool: Path) -> None:
    data = post(f"{base}/studies", RELATED, a_body(FILE * 20))
    with connect(base) as connection:
        connection.sendall(data[: len(data) // 2])
        connection.shutdown(socket.SHUT_RDWR)
    for _ in range(100):  # each gives the server a turn, in which it notices
        assert get(f"{base}/studies?limit=1").status == 200
        if not any(spool.iterdir()):
            break
    assert list(spool.iterdir()) == []


def test_requests_on_one_connection_are_answered_in_their_order(base: str) -> None:
    request = f"GET /dicom-web/studies/{CT}/metadata HTTP/1.1\r\nHost: h\r\n\r\n"
    search = "GET /dicom-web/studies HTTP/1.1\r\nHost: h\r\n\r\n"
    with connect(base) as connection:
        connection.sendall((request + search + request).encode())
        rest = bytearray()
        sizes = [len(json.loads(read_answer(connection, rest).body)) for _ in range(3)]
    assert sizes == [11, 3, 11]


@pytest.mark.parametrize(
    "line",
    [
        b"GET /dicom-web/%ff%fe/%00 HTTP/1.1",
        b"GET /dicom-web/studies?%ff=%ff HTTP/1.1",
        b"GET /dicom-web/studies?PatientID=%ff HTTP/1.1",
        b"GET /dicom-web/studies?limit=" + b"9" * 5000 + b" HTTP/1.1",
        b"GET /dicom-web/studies?StudyDate=" + b"1-" * 3000 + b" HTTP/1.1",
        b"GET /dicom-web/studies?" + b"&".join(b"PatientName=*" for _ in range(900)) + b" HTTP/1.1",
        b"GET /dicom-web/studies?PatientName=" + b"*?" * 3000 + b" HTTP/1.1",
        b"GET /dicom-web/studies?" + b".".join([b"RequestAttributesSequence"] * 90) + b"=1 HTTP/1.1",
        b"GET /dicom-web/studies?StudyInstanceUID=" + b",".join([b"1.2"] * 3000) + b" HTTP/1.1",
        b"GET /dicom-web/studies?includefield=" + b",".join([b"PatientID"] * 1000) + b" HTTP/1.1",
        b"BREW /dicom-web/studies HTTP/1.1",
        b"GET /dicom-web/studies/1.2/series/1.3/instances/1.4/frames/" + b"1," * 3000 + b" HTTP/1.1",
    ],
)
def test_whatever_is_asked_gets_an_answer_in_words(base: str, line: bytes) -> None:
    answer = send(base, line + b"\r\nHost: h\r\n\r\n")
    assert answer.status in (200, 400, 404, 405)
    assert b"Traceback" not in answer.body
    assert answer.body or answer.status == 200


def some_instance(store: SqliteInstanceStore) -> Any:
    return pydicom.dcmread(io.BytesIO(read_all(store.instances(CT)[0].content)))


def test_large_instances_are_stored_without_being_held(base: str, store: SqliteInstanceStore) -> None:
    dataset = some_instance(store)
    dataset.SOPInstanceUID = "2.999.5.5"
    dataset.Rows, dataset.Columns = 2000, 2000
    dataset.PixelData = bytes(2000 * 2000 * 2)
    data = part10.write(dataset)
    answer = send(base, post(f"{base}/studies/{CT}", RELATED, a_body(data)))
    kept = store.find("2.999.5.5")
    assert answer.status == 200
    assert kept is not None
    assert isinstance(kept.content, FileContent)
    assert read_all(BytesContent(data)) == read_all(kept.content)
