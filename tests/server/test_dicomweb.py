from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from dicomweb_client import DICOMwebClient
from wire import Answer, get

from xdsi_sim.content import FileContent, read_all
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.site import ActorSite
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.store.instances import SqliteInstanceStore, StoredInstance

ANY = 'Accept: multipart/related; type="application/dicom"; transfer-syntax=*'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteInstanceStore]:
    opened = SqliteInstanceStore(tmp_path / "pacs")
    opened.add_all([*write_sample("ct-head", tmp_path / "ct"), *write_sample("us-heart", tmp_path / "us")])
    yield opened
    opened.close()


@pytest.fixture
def base(site: ActorSite, store: SqliteInstanceStore, log: ExchangeLog) -> str:
    url = f"http://127.0.0.1:{site.port}/dicom-web"
    site.put("/dicom-web", DicomWebResource(actor_id="pacs", store=store, base=url, recorder=log))
    return url


def study(store: SqliteInstanceStore, modality: str) -> str:
    return next(uid for uid in store.studies() if modality in (store.study(uid) or fail()).modalities)


def fail() -> None:
    raise AssertionError


def test_a_client_not_written_here_gets_every_level(base: str, store: SqliteInstanceStore) -> None:
    client = DICOMwebClient(base)
    uid = study(store, "CT")
    stored = {image.sopInstanceUID: image for image in store.instances(uid)}
    assert {item.SOPInstanceUID for item in client.retrieve_study(uid)} == stored.keys()
    for series in (store.study(uid) or fail()).series:
        got = client.retrieve_series(uid, series.series_instance_uid)
        assert {item.SOPInstanceUID for item in got} == {item.sop_instance_uid for item in series.instances}
    image = next(iter(stored.values()))
    one = client.retrieve_instance(uid, image.seriesInstanceUID, image.sopInstanceUID)
    assert one.SOPInstanceUID == image.sopInstanceUID
    assert len(client.retrieve_study_metadata(uid)) == len(stored)


def test_files_go_out_to_the_last_byte(base: str, store: SqliteInstanceStore) -> None:
    image = store.instances(study(store, "US"))[0]
    path = (
        f"studies/{image.studyInstanceUID}/series/{image.seriesInstanceUID}/instances/{image.sopInstanceUID}"
    )
    whole = get(f"{base}/{path}", ANY)
    single = get(f"{base}/{path}", "Accept: application/dicom; transfer-syntax=*")
    assert single.body == read_all(image.content)
    assert f"Content-Location: {base}/{path}".encode() in whole.body
    assert f"transfer-syntax={image.transferSyntaxUID}".encode() in whole.body
    boundary = whole.headers["content-type"].partition("boundary=")[2].encode()
    assert whole.body.startswith(b"--" + boundary + b"\r\n")
    assert whole.body.endswith(b"\r\n--" + boundary + b"--\r\n")
    assert single.body in whole.body


def test_metadata_is_an_array_with_addresses_of_this_service(base: str, store: SqliteInstanceStore) -> None:
    answer = get(f"{base}/studies/{study(store, 'CT')}/metadata")
    items = json.loads(answer.body)
    assert answer.headers["content-type"] == "application/dicom+json"
    assert len(items) == 11
    pixels = next(item["7FE00010"] for item in items if "7FE00010" in item)
    assert pixels["BulkDataURI"].startswith(base)


@pytest.mark.parametrize(
    ("path", "accept", "method", "status"),
    [
        (
            "studies/{us}",
            "*/*",
            "GET",
            406,
        ),  # stored compressed, and no transfer syntax asks for Explicit VR LE
        ("studies/{us}", "multipart/related; type=application/dicom; transfer-syntax=*", "GET", 200),
        ("studies/{us}", "multipart/related; transfer-syntax=1.2.840.10008.1.2.1", "GET", 406),
        ("studies/{ct}", "*/*", "GET", 200),
        ("studies/{ct}/", "*/*", "GET", 200),
        ("studies/{ct}", "application/dicom", "GET", 406),
        ("studies/{ct}", "image/png", "GET", 406),
        ("studies/{ct}/metadata", "image/png", "GET", 406),
        ("studies/1.2.3", "*/*", "GET", 404),
        ("studies/{ct}/series/1.2", "*/*", "GET", 404),
        ("studies/not-a-uid", "*/*", "GET", 400),
        ("studies/..%2F..%2Fetc", "*/*", "GET", 400),
        ("studies/" + "1" * 65, "*/*", "GET", 400),
        ("patients/1", "*/*", "GET", 404),
        ("studies", "*/*", "GET", 404),
        ("studies/{ct}", "*/*", "DELETE", 405),
        ("studies/{ct}", "*/*", "HEAD", 200),
    ],
)
def test_each_request_gets_its_status(
    base: str, store: SqliteInstanceStore, path: str, accept: str, method: str, status: int
) -> None:
    url = f"{base}/{path.format(us=study(store, 'US'), ct=study(store, 'CT'))}"
    answer: Answer = get(url, f"Accept: {accept}", method=method)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == "*"


def test_what_was_fetched_is_recorded_without_a_copy(
    base: str, store: SqliteInstanceStore, log: ExchangeLog
) -> None:
    answer = get(f"{base}/studies/{study(store, 'CT')}", ANY, "Xdsi-Trace: cafe02;viewer")
    (exchange,) = log.exchanges("cafe02")
    assert (exchange.transaction, exchange.sender, exchange.status) == ("WADO-RS", "viewer", "HTTP 200")
    assert exchange.response is not None
    assert read_all(exchange.response.body) == answer.body


def test_a_defect_of_the_store_is_told_without_its_particulars(
    base: str,
    store: SqliteInstanceStore,
    log: ExchangeLog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_uids: str) -> None:
        raise OSError("a secret")

    monkeypatch.setattr(store, "instances", broken)
    answer = get(f"{base}/studies/1.2.3")
    (exchange,) = log.exchanges()
    assert (answer.status, exchange.status) == (500, "HTTP 500")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert exchange.id.encode() in answer.body
    assert b"secret" not in answer.body
    assert exchange.id in caplog.text
    assert "a secret" in caplog.text


@pytest.mark.parametrize("path", ["", "/metadata"])
def test_head_is_get_without_the_body(base: str, store: SqliteInstanceStore, path: str) -> None:
    url = f"{base}/studies/{study(store, 'CT')}{path}"
    whole, head = get(url), get(url, method="HEAD")
    assert head.body == b""
    assert (
        head.headers["content-type"].partition("boundary")[0]
        == (whole.headers["content-type"].partition("boundary")[0])
    )
    assert int(head.headers["content-length"]) == len(whole.body)


def test_a_method_that_is_not_served_is_told_which_are(base: str, store: SqliteInstanceStore) -> None:
    answer = get(f"{base}/studies/{study(store, 'CT')}", method="DELETE")
    assert answer.headers["allow"] == "GET, HEAD"


def test_metadata_can_be_asked_for_in_the_address(base: str, store: SqliteInstanceStore) -> None:
    url = f"{base}/studies/{study(store, 'CT')}/metadata?accept=application/dicom%2Bjson"
    assert get(url, "Accept: image/png").status == 200


class Mixed:
    """A study whose two images are stored in different transfer syntaxes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "image"
        self.path.write_bytes(b"pixels")

    def instances(self, *_uids: str) -> list[StoredInstance]:
        return [self.image(number, syntax) for number, syntax in enumerate(("1.2.1", "1.2.2"))]

    def image(self, number: int, syntax: str) -> StoredInstance:
        return StoredInstance(
            sopInstanceUID=f"1.{number}",
            studyInstanceUID="1",
            seriesInstanceUID="1",
            series_number=1,
            instance_number=number,
            sopClassUID="1",
            transferSyntaxUID=syntax,
            frames=1,
            content=FileContent.of(self.path),
        )


@pytest.mark.parametrize(
    ("syntaxes", "status"), [(["1.2.1"], 406), (["1.2.2", "1.2.1"], 200), (["1.2.1", "*"], 200)]
)
def test_each_image_may_be_taken_by_a_range_of_its_own(
    site: ActorSite, log: ExchangeLog, tmp_path: Path, syntaxes: list[str], status: int
) -> None:
    url = f"http://127.0.0.1:{site.port}/mixed"
    site.put("/mixed", DicomWebResource(actor_id="pacs", store=Mixed(tmp_path), base=url, recorder=log))
    accept = ", ".join(
        f"multipart/related; type=application/dicom; transfer-syntax={uid}" for uid in syntaxes
    )
    answer = get(f"{url}/studies/1", f"Accept: {accept}")
    assert answer.status == status
    assert answer.body.count(b"pixels") == (2 if status == 200 else 0)
