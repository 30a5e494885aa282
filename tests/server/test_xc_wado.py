"""Images of another community by WADO-RS through two gateways, asked for by a client that is not ours."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom
import pytest
import requests
from a_peer import peers
from a_wait import emptied
from dicomweb_client import DICOMwebClient

from xdsi_sim.content import read_all
from xdsi_sim.deviations.switches import Setting, Switch
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.store.instances import StoredInstance
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology

NORTH, SOUTH = "2.999.71", "2.999.72"
ANY = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
PUBLIC = "https://pacs.south.example/dicom-web"
TIMEOUTS = {"connect": 0.5, "firstByte": 2, "total": 20}


def community(name: str, oid: str, **dicomweb: Any) -> dict[str, Any]:
    return {
        "id": name,
        "homeCommunityId": f"urn:oid:{oid}",
        "patientAuthority": "2.999.10.1",
        "registry": {"id": f"{name}-registry"},
        "repositories": [{"id": f"{name}-repository", "repositoryUniqueId": f"{oid}.1"}],
        "sources": [
            {
                "id": name,
                "oid": f"{oid}.20",
                "aeTitle": name.upper(),
                "publishesTo": f"{name}-repository",
                "dicomweb": dicomweb,
            }
        ],
        "initiatingImagingGateway": {"id": f"{name}-iig"},
        "respondingImagingGateway": {"id": f"{name}-rig"},
    }


Listening = Callable[[Callable[[bytes], bytes | None]], str]


@pytest.fixture(scope="module")
def peer() -> Iterator[Listening]:
    with peers() as listen:
        yield listen


def http(head: str, body: bytes = b"") -> Callable[[bytes], bytes]:
    lines = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return lambda _request: lines.encode() + body


STRANGERS: dict[str, Callable[[bytes], bytes | None]] = {
    "2.999.81": lambda _request: None,
    "2.999.82": lambda _request: b"SSH-2.0-OpenSSH_9.6\r\n",
    "2.999.83": http("302 Found\r\nLocation: http://127.0.0.1:1/"),
    "2.999.84": http("200 OK\r\nContent-Type: application/dicom+json\r\nContent-Encoding: gzip", b"\x1f\x8b"),
    "2.999.85": lambda _request: (
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 90\r\n\r\n\xff"
    ),
    "2.999.86": lambda request: http("200 OK\r\nContent-Type: text/plain\r\nX-A: 1\r\nX-A: 2", request)(b""),
}
"""What the gateways of other communities answer."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, peer: Listening) -> Iterator[RunningTopology]:
    folder = tmp_path_factory.mktemp("federation")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    strangers = {home: f"{peer(answer)}/x" for home, answer in STRANGERS.items()}
    strangers["2.999.87"] = "http://127.0.0.1:1/nobody"
    strangers["2.999.88"] = f"http://127.0.0.1:{port}/north/north-iig/wado"
    topology = Topology.model_validate(
        {
            "name": "two",
            "communities": [community("north", NORTH), community("south", SOUTH, publicUrl=PUBLIC)],
            "timeouts": TIMEOUTS,
            "peers": [
                {
                    "id": f"rig-{number}",
                    "url": "http://127.0.0.1:1/soap",
                    "role": "respondingImagingGateway",
                    "homeCommunityId": f"urn:oid:{home}",
                    "xcWado": base,
                }
                for number, (home, base) in enumerate(strangers.items())
            ],
        }
    )
    with start(topology, folder / "stores", Listen("127.0.0.1", port)) as two:
        for name, sample in (("north", "cr-chest"), ("south", "us-heart"), ("south", "ct-head")):
            two.store_of(name).add_all(write_sample(sample, folder / sample))
        yield two


def base(running: RunningTopology, gateway: str = "north-iig", home: str = SOUTH) -> str:
    return f"{running.xc_wado_of(gateway)}/homeCommunityId/{home}/RetrieveLocationUID/{home}.20"


def images(running: RunningTopology, source: str = "south") -> tuple[StoredInstance, ...]:
    store = running.store_of(source)
    return tuple(image for study in store.studies() for image in store.instances(study))


def path(image: StoredInstance) -> str:
    return (
        f"studies/{image.studyInstanceUID}/series/{image.seriesInstanceUID}/instances/{image.sopInstanceUID}"
    )


def trace(number: int) -> dict[str, str]:
    return {"Xdsi-Trace": f"c{number};tester"}


# --- what comes ---------------------------------------------------------------------------------


def test_a_foreign_client_gets_the_stored_bytes_of_another_community(running: RunningTopology) -> None:
    client = DICOMwebClient(base(running))
    (study,) = {image.studyInstanceUID for image in images(running) if image.frames == 1}
    stored = {image.sopInstanceUID: read_all(image.content) for image in images(running)}
    got = client.retrieve_study(study, media_types=(("application/dicom", "*"),))
    assert len(got) > 1
    for dataset in got:
        written = pydicom.filebase.DicomBytesIO()
        dataset.save_as(written, enforce_file_format=True)
        assert pydicom.dcmread(pydicom.filebase.DicomBytesIO(stored[dataset.SOPInstanceUID])) == dataset


def test_each_octet_of_the_answer_is_that_of_the_archive(running: RunningTopology) -> None:
    image = images(running)[0]
    single = {"Accept": "application/dicom; transfer-syntax=*"}
    through = requests.get(f"{base(running)}/{path(image)}", headers=single, timeout=10)
    assert through.content == read_all(image.content)
    assert through.headers["Content-Length"] == str(image.content.size)
    direct = requests.get(f"{running.url_of('south')}/dicom-web/{path(image)}", headers=single, timeout=10)
    assert through.headers["ETag"] == direct.headers["ETag"]
    assert through.headers["Content-Type"] == direct.headers["Content-Type"]


@pytest.mark.parametrize("kind", ["metadata", "frames/1", "rendered", "bulkdata"])
def test_every_resource_passes(running: RunningTopology, kind: str) -> None:
    image = next(image for image in images(running) if image.frames == 1)
    through = requests.get(f"{base(running)}/{path(image)}/{kind}", timeout=10)
    direct = requests.get(f"{running.url_of('south')}/dicom-web/{path(image)}/{kind}", timeout=10)
    assert (through.status_code, through.headers["Content-Type"].partition("boundary")[0]) == (
        direct.status_code,
        direct.headers["Content-Type"].partition("boundary")[0],
    )
    if kind == "rendered":
        assert through.content == direct.content


def test_ranges_conditions_and_the_media_type_are_for_the_archive(running: RunningTopology) -> None:
    image = images(running)[0]
    url, single = f"{base(running)}/{path(image)}", {"Accept": "application/dicom; transfer-syntax=*"}
    whole = requests.get(url, headers=single, timeout=10)
    part = requests.get(url, headers={**single, "Range": "bytes=128-131"}, timeout=10)
    assert (part.status_code, part.content) == (206, b"DICM")
    known = requests.get(url, headers={**single, "If-None-Match": whole.headers["ETag"]}, timeout=10)
    assert (known.status_code, known.content) == (304, b"")
    by_query = requests.get(f"{url}?accept=application/dicom;transfer-syntax=*", timeout=10)
    assert by_query.content == whole.content
    assert requests.get(url, headers={"Accept": "video/mp4"}, timeout=10).status_code == 406


def test_a_head_comes_without_a_body(running: RunningTopology) -> None:
    url = f"{base(running)}/{path(images(running)[0])}/metadata"
    answer = requests.head(url, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/dicom+json")


def test_whoever_follows_an_address_comes_through_the_gateway_again(running: RunningTopology) -> None:
    image = next(image for image in images(running) if (image.frames or 0) >= 1)
    gateway = base(running)
    answer = requests.get(f"{gateway}/{path(image)}/metadata", timeout=10)
    (metadata,) = answer.json()
    uri = metadata["7FE00010"]["BulkDataURI"]
    assert uri.startswith(f"{gateway}/studies/")
    assert requests.get(uri, timeout=10).status_code == 200
    series = f"{gateway}/studies/{image.studyInstanceUID}/series"
    found = requests.get(series, params={"SeriesInstanceUID": image.seriesInstanceUID}, timeout=10).json()
    assert found[0]["00081190"]["Value"] == [f"{series}/{image.seriesInstanceUID}"]
    xml = {"Accept": 'multipart/related; type="application/dicom+xml"'}
    text = requests.get(f"{gateway}/{path(image)}/metadata", headers=xml, timeout=10).text
    assert f'uri="{gateway}/studies/' in text
    assert PUBLIC not in text + answer.text
    study = requests.get(f"{gateway}/studies/{image.studyInstanceUID}", headers=ANY, timeout=10).content
    assert f"Content-Location: {gateway}/{path(image)}\r\n".encode() in study
    assert PUBLIC.encode() not in study


def test_the_address_in_the_manifest_chooses_the_archive(running: RunningTopology) -> None:
    image = images(running)[0]
    unknown = f"{running.xc_wado_of('north-iig')}/homeCommunityId/{SOUTH}/RetrieveLocationUID/2.999.1"
    url = f"{unknown}/{path(image)}"
    named = {"retrieveurl": PUBLIC.removeprefix("https://")}
    answer = requests.get(url.replace("/studies/", "/study/"), params=named, headers=ANY, timeout=10)
    assert (answer.status_code, requests.get(url, timeout=10).status_code) == (200, 404)
    assert f"{base(running)}/studies/".encode() in answer.content


def test_the_initiating_gateway_serves_its_own_community_itself(running: RunningTopology) -> None:
    image = images(running, "north")[0]
    answer = requests.get(f"{base(running, home=NORTH)}/{path(image)}", headers=trace(1) | ANY, timeout=10)
    assert read_all(image.content) in answer.content
    assert hops(running, 1) == [("tester", "north-iig", "XC-WADO"), ("north-iig", "north", "WADO-RS")]


# --- what does not ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gateway", "below", "status", "told"),
    [
        (
            "north-iig",
            f"homeCommunityId/2.999.99/RetrieveLocationUID/{SOUTH}.20/studies/1.2",
            404,
            "no way to",
        ),
        ("north-iig", f"homeCommunityId/{SOUTH}/RetrieveLocationUID/2.9/studies/1.2", 404, "at location 2.9"),
        (
            "south-rig",
            f"homeCommunityId/{NORTH}/RetrieveLocationUID/{NORTH}.20/studies/1.2",
            404,
            "no way to",
        ),
        ("north-iig", f"homeCommunityId/{SOUTH}/studies/1.2", 400, "is not of the form"),
        ("north-iig", "", 400, "is not of the form"),
        (
            "south-rig",
            f"homeCommunityId/{SOUTH}/RetrieveLocationUID/{SOUTH}.20/studies?PatientName=A*",
            400,
            "is not of the form",
        ),
        (
            "north-iig",
            f"homeCommunityId/{SOUTH}/RetrieveLocationUID/{SOUTH}.20/studies/1.2",
            404,
            "stored under",
        ),
        (
            "north-iig",
            f"homeCommunityId/{SOUTH}/RetrieveLocationUID/{SOUTH}.20/studies/%2e%2e/%2e%2e/x",
            400,
            "no segment",
        ),
        (
            "south-rig",
            f"homeCommunityId/{SOUTH}/RetrieveLocationUID/{SOUTH}.20/studies/1?retrieveURL=127.0.0.1:1",
            403,
            "is no base of an imaging source",
        ),
    ],
)
def test_a_refusal_says_what_is_wrong(
    running: RunningTopology, gateway: str, below: str, status: int, told: str
) -> None:
    url = f"{running.xc_wado_of(gateway)}/{below}"
    prepared = requests.Request("GET", url).prepare()
    prepared.url = url  # requests would resolve what is encoded
    with requests.Session() as session:
        answer = session.send(prepared, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/plain; charset=UTF-8")
    assert told in answer.text


@pytest.mark.parametrize(
    ("home", "status", "told"),
    [
        ("2.999.81", 504, "no answer within 2 s"),
        ("2.999.82", 502, "the connection broke"),
        ("2.999.83", 502, "a redirect to http://127.0.0.1:1/; redirects are not followed"),
        ("2.999.84", 502, "Content-Encoding gzip, which was not asked"),
        ("2.999.87", 504, "the connection was refused"),
        ("2.999.88", 508, "north-iig would wait for its own answer"),
    ],
)
def test_trouble_with_another_gateway_is_told(
    running: RunningTopology, home: str, status: int, told: str
) -> None:
    answer = requests.get(
        f"{base(running, home=home)}/studies/1.2", headers=trace(int(home[-2:])), timeout=10
    )
    assert answer.status_code == status
    assert told in answer.text
    first, *_ = running.exchanges(f"c{home[-2:]}")
    assert (first.receiver, first.status) == ("north-iig", f"HTTP {status}")


def test_half_an_answer_is_not_given_for_a_whole_one(running: RunningTopology) -> None:
    with pytest.raises(requests.exceptions.RequestException):
        requests.get(f"{base(running, home='2.999.85')}/studies/1", headers=trace(85), timeout=10)
    (first, second) = running.exchanges("c85")
    assert first.status.startswith("HTTP 200, cut short: ")
    assert (second.transaction, second.status.partition(":")[0]) == ("XC-WADO", "no answer")


def test_what_a_foreign_gateway_gets_and_gives_passes(running: RunningTopology) -> None:
    headers = trace(86) | {
        "Authorization": "Bearer t0ken",
        "Accept": "image/jpeg",
        "Cookie": "secret",
        "Accept-Encoding": "gzip",
    }
    url = (
        f"{base(running, home='2.999.86')}/studies/1/rendered?retrieveurl=pacs.example%2Fdicom-web&quality=5"
    )
    answer = requests.get(url, headers=headers, timeout=10)
    head = answer.text
    assert head.startswith(
        "GET /peer/x/homeCommunityId/2.999.86/RetrieveLocationUID/2.999.86.20/studies/1/rendered"
        "?retrieveURL=pacs.example%2Fdicom-web&quality=5 HTTP/1.1\r\n"
    )
    assert "Bearer t0ken" in head
    assert "identity" in head
    assert "secret" not in head
    assert answer.headers["X-A"] == "1, 2"
    first, second = running.exchanges("c86")
    assert (second.sender, second.transaction, second.status) == ("north-iig", "XC-WADO", "HTTP 200")
    assert second.response is not None
    assert first.response is not None
    assert read_all(first.response.body) == read_all(second.response.body) == answer.content


def test_other_methods_are_not_passed_on(running: RunningTopology) -> None:
    url = f"{base(running)}/studies/1.2"
    for method in ("DELETE", "POST"):
        answer = requests.request(method, url, data=b"x", timeout=10)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    preflight = requests.options(url, timeout=10)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")


# --- on the way ---------------------------------------------------------------------------------


def hops(running: RunningTopology, number: int) -> list[tuple[str, str, str]]:
    return [(each.sender, each.receiver, each.transaction) for each in running.exchanges(f"c{number}")]


def test_each_hop_is_recorded_once_and_whole(running: RunningTopology) -> None:
    image = max(images(running), key=lambda image: image.content.size)
    answer = requests.get(f"{base(running)}/{path(image)}", headers=trace(2) | ANY, timeout=10)
    assert hops(running, 2) == [
        ("tester", "north-iig", "XC-WADO"),
        ("north-iig", "south-rig", "XC-WADO"),
        ("south-rig", "south", "WADO-RS"),
    ]
    bodies = [each.response and read_all(each.response.body) for each in running.exchanges("c2")]
    assert bodies[0] == answer.content
    assert all(body and read_all(image.content) in body for body in bodies)


def test_what_has_passed_leaves_no_file_behind(running: RunningTopology) -> None:
    requests.get(f"{base(running)}/studies/{images(running)[0].studyInstanceUID}", headers=ANY, timeout=10)
    running.exchanges()
    assert emptied(running.folder / "spool")


class Archive:
    """A gateway of others that sends as fast as it can be taken."""

    size = 48 * 2**20
    sent = 0

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/x"
        self._full = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with self._server, connection:
            connection.recv(65536)
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/dicom\r\nContent-Length: "
            connection.sendall(f"{head}{self.size}\r\n\r\n".encode())
            connection.settimeout(0.3)
            while self.sent < self.size:
                try:
                    self.sent += connection.send(bytes(65536))
                except TimeoutError:
                    self._full.set()
                except OSError:
                    return

    def all_buffers_are_full(self) -> bool:
        """Whether nothing more is taken at last."""
        return self._full.wait(10)

    def is_gone(self) -> bool:
        self._thread.join(10)
        return not self._thread.is_alive()


@contextmanager
def before(archive: Archive, folder: Path, *, record: bool) -> Iterator[RunningTopology]:
    """A gateway that knows that one."""
    rig = {
        "id": "rig",
        "url": "http://127.0.0.1:1/",
        "role": "respondingImagingGateway",
        "homeCommunityId": f"urn:oid:{SOUTH}",
        "xcWado": archive.url,
    }
    topology = {"name": "one", "communities": [community("north", NORTH)], "peers": [rig]}
    with start(Topology.model_validate(topology), folder, Listen("127.0.0.1", 0), record=record) as running:
        yield running


@pytest.mark.parametrize("record", [True, False])
def test_the_archive_waits_for_a_slow_client(tmp_path: Path, record: bool) -> None:
    archive = Archive()
    with (
        before(archive, tmp_path, record=record) as running,
        requests.get(f"{base(running)}/studies/1", stream=True, timeout=10) as answer,
    ):
        assert archive.all_buffers_are_full()
        assert archive.sent < archive.size / 2
        assert answer.headers["Content-Length"] == str(archive.size)
        assert sum(len(piece) for piece in answer.iter_content(2**20)) == archive.size
    assert archive.is_gone()


def test_the_archive_is_let_go_when_the_client_is_gone(tmp_path: Path) -> None:
    archive = Archive()
    with before(archive, tmp_path, record=True) as running:
        with requests.get(f"{base(running)}/studies/1", headers=trace(3), stream=True, timeout=10):
            assert archive.all_buffers_are_full()
        assert archive.is_gone()
        assert archive.sent < archive.size
        assert running.exchanges("c3")[0].status.startswith("HTTP 200, cut short: ")


def test_a_gateway_that_is_stopped_says_so(tmp_path: Path) -> None:
    topology = Topology.model_validate(
        {"name": "two", "communities": [community("north", NORTH), community("south", SOUTH)]}
    )
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as two:
        two.stop("south-rig")
        answer = requests.get(f"{base(two)}/studies/1", timeout=10)
    assert (answer.status_code, answer.text) == (503, "south-rig is stopped.\n")


# --- wrong on purpose ---------------------------------------------------------------------------


@contextmanager
def deviating(running: RunningTopology, actor: str, deviation: str, **more: Any) -> Iterator[Switch]:
    switch = running.faults.on(Setting(actor=actor, deviation=deviation, **more), by="test")
    try:
        yield switch
    finally:
        running.faults.off(switch.number)


def test_a_gateway_answers_by_a_fault_and_asks_nobody(running: RunningTopology) -> None:
    url = f"{base(running)}/{path(images(running)[0])}"
    with deviating(running, "south-rig", "http-503", transaction="XC-WADO") as switch:
        answer = requests.get(url, headers=trace(91) | ANY, timeout=10)
    assert (answer.status_code, switch.fired) == (503, 1)
    first, second = running.exchanges("c91")
    assert (first.receiver, first.deviations) == ("north-iig", ())
    assert (second.receiver, second.deviations) == ("south-rig", ("http-503",))
    assert requests.get(url, headers=ANY, timeout=10).status_code == 200


def test_what_comes_through_a_gateway_is_sent_wrongly(running: RunningTopology) -> None:
    image = images(running)[0]
    url = f"{base(running)}/{path(image)}"
    with deviating(running, "north-iig", "cut-unnoticed"):
        half = requests.get(url, headers=trace(92) | ANY, timeout=10)
    whole = requests.get(url, headers=ANY, timeout=10)
    assert half.status_code == 200
    assert 0 < len(half.content) < len(whole.content)
    assert half.headers["ETag"] == whole.headers["ETag"]
    (first, *_) = running.exchanges("c92")
    assert (first.status, first.deviations) == ("HTTP 200", ("cut-unnoticed",))
    with (
        deviating(running, "north-iig", "closed-unanswered"),
        pytest.raises(requests.exceptions.ConnectionError),
    ):
        requests.get(url, headers=trace(93) | ANY, timeout=10)
    (first, *_) = running.exchanges("c93")
    assert (first.receiver, first.status) == ("north-iig", "no answer: the connection is closed")


def test_a_refusal_of_the_gateway_is_delayed_as_well(running: RunningTopology) -> None:
    url = f"{running.xc_wado_of('north-iig')}/homeCommunityId/2.999.99/RetrieveLocationUID/2.999.1/studies/1"
    with deviating(running, "north-iig", "delay", parameters={"seconds": 0.2}) as switch:
        answer = requests.get(url, timeout=10)
    assert (answer.status_code, switch.fired) == (404, 1)
    assert answer.elapsed.total_seconds() >= 0.2


def test_a_fault_of_soap_alone_leaves_the_stream_as_it_is(running: RunningTopology) -> None:
    url = f"{base(running)}/{path(images(running)[0])}"
    with deviating(running, "south-rig", "http-503", transaction="RAD-75") as switch:
        answer = requests.get(url, headers=ANY, timeout=10)
    assert (answer.status_code, switch.met) == (200, 0)


def test_what_breaks_off_before_a_fault_could_change_it_is_told_by_status(running: RunningTopology) -> None:
    with deviating(running, "north-iig", "delay", parameters={"seconds": 0.01}):
        answer = requests.get(f"{base(running, home='2.999.85')}/studies/1", timeout=10)
    assert answer.status_code in (502, 504)
    running.exchanges()
    assert emptied(running.folder / "spool")
