"""Many sessions at once, over sockets: the same ids in all of them, and each has its own contents."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import pydicom
import pytest
from a_domain import a_query, provision, response_of
from a_session import base_of, below, domain_of_sessions
from wire import Answer, get, message, post
from wire import send as sent

from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.ebrim.model import InternationalString
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import SUCCESS

AT_ONCE = 200
MARK = re.compile(rb"MARK-\d{4}")
PLAIN = b"MARK-9999"
DOCUMENT = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId="2.999.2.1")
send = partial(sent, patience=120)
"""On a busy machine the last one waits until all are awake."""
DICOM = 'multipart/related; type="application/dicom"'


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An instance of which only the name of the patient is another one in each session."""
    path, *_ = write_sample("ct-head", tmp_path_factory.mktemp("sample"))
    dataset = pydicom.dcmread(path)
    dataset.PatientName = PLAIN.decode()
    dataset.save_as(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    """All who ask here have one address, and so have the actors, who ask each other."""
    limits = {"connections": 4_000, "connections_per_address": 4_000}
    with domain_of_sessions(tmp_path_factory.mktemp("sessions"), **limits) as started:
        yield started


class Vendor:
    """Somebody with a session, who puts into it what bears his mark."""

    def __init__(self, running: RunningTopology, name: str, mark: bytes, image: bytes) -> None:
        self.name = name
        self.mark = mark
        self._at = partial(below, running, name)
        self._image = image.replace(PLAIN, mark)

    def submit(self) -> None:
        """Ids are those of everybody: a registry that others share refuses them."""
        request = provision(1, content=self.mark)
        objects = request.submission.objects
        (entry,) = objects.documentEntries
        entry = replace(entry, title=InternationalString.of(self.mark.decode()))
        submission = SubmitObjectsRequest(objects=replace(objects, documentEntries=(entry,)))
        url = self._at("repository")
        whole = replace(request, submission=submission)
        answer = send(url, post(url, *message(url, "ITI-41", whole)))
        assert response_of(answer).status == SUCCESS, answer.body

    def store(self) -> None:
        head = b"--b\r\nContent-Type: application/dicom\r\n\r\n"
        url = f"{self._at('pacs')}/dicom-web/studies"
        answer = send(url, post(url, f"{DICOM}; boundary=b", head + self._image + b"\r\n--b--\r\n"))
        assert answer.status == 200, answer.body

    def query(self) -> Answer:
        url = self._at("registry")
        return send(url, post(url, *message(url, "ITI-18", a_query())))

    def retrieve(self) -> Answer:
        url = self._at("repository")
        asked = RetrieveDocumentSetRequest(requests=(DOCUMENT,))
        return send(url, post(url, *message(url, "ITI-43", asked)))

    def search(self) -> Answer:
        return self._get("studies")

    def _get(self, path: str, *headers: str) -> Answer:
        url = f"{self._at('pacs')}/dicom-web/{path}"
        split = urlsplit(url)
        lines = "".join(f"{header}\r\n" for header in (f"Host: {split.netloc}", *headers))
        return send(url, f"GET {split.path} HTTP/1.1\r\n{lines}\r\n".encode())

    def image(self) -> Answer:
        (study,) = json.loads(self.search().body)
        uid = study["0020000D"]["Value"][0]
        return self._get(f"studies/{uid}", f"Accept: {DICOM}; transfer-syntax=*")

    def seen(self) -> set[bytes]:
        """The marks of all that he gets to see."""
        answers = [ask() for ask in (self.query, self.retrieve, self.search, self.image)]
        assert [answer.status for answer in answers] == [200] * len(answers)
        found = [{*MARK.findall(answer.body)} for answer in answers]
        assert all(found)
        return set().union(*found)


def test_two_hundred_sessions_at_once_see_nothing_of_each_other(
    running: RunningTopology, image: bytes
) -> None:
    vendors = [Vendor(running, f"vendor-{number}", b"MARK-%04d" % number, image) for number in range(AT_ONCE)]
    start, mark = threading.Barrier(AT_ONCE), running.mark()

    def busy(vendor: Vendor) -> set[bytes]:
        start.wait()
        vendor.submit()
        vendor.store()
        return vendor.seen()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = [*pool.map(busy, vendors)]
    assert seen == [{vendor.mark} for vendor in vendors]
    assert running.heard(mark) == []  # nobody has met the actors that all share
    newcomer = Vendor(running, "newcomer", b"MARK-8888", image)
    assert MARK.findall(newcomer.query().body) == []
    listed = json.loads(get(f"{base_of(running)}/sessions").body)["sessions"]
    assert {one["name"] for one in listed} >= {vendor.name for vendor in (*vendors, newcomer)}


def test_each_session_has_its_own_part_of_the_log(running: RunningTopology, image: bytes) -> None:
    first = Vendor(running, "log-1", b"MARK-7001", image)
    second = Vendor(running, "log-2", b"MARK-7002", image)
    with running.session("log-1") as one, running.session("log-2") as other:
        mark = other.mark()
        first.submit()
        second.query()
        assert {exchange.transaction for exchange in one.exchanges()} == {"ITI-41", "ITI-42"}
        assert [exchange.transaction for exchange in other.exchanges()] == ["ITI-18"]
        assert {exchange.session for exchange in one.exchanges()} == {"log-1"}
        assert [exchange.session for _, exchange in other.heard(mark)] == ["log-2"]


def test_the_actors_outside_know_nothing_of_a_session(running: RunningTopology, image: bytes) -> None:
    vendor = Vendor(running, "inside", b"MARK-7003", image)
    vendor.submit()
    outside = running.url_of("registry")
    answer = send(outside, post(outside, *message(outside, "ITI-18", a_query())))
    assert MARK.findall(answer.body) == []
