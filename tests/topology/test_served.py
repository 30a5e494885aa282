from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_domain import domain
from a_peer import Peer, peers

from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.errors import CannotRun
from xdsi_sim.topology.outside import BlockingClient, outside_client
from xdsi_sim.topology.served import fetch_study

STUDY = "2.999.76.3"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[BlockingClient]:
    spool = tmp_path / "spool"
    spool.mkdir()
    with outside_client(spool) as made:
        yield made


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with peers() as made:
        yield made


def test_a_study_is_what_its_store_says(client: BlockingClient, tmp_path: Path) -> None:
    with domain(tmp_path / "data") as running:
        store = running.store_of("pacs")
        store.add_all(write_sample("cr-chest", tmp_path))
        found = fetch_study(client, running.dicomweb_of("pacs") + "/", STUDY)
        assert found == store.study(STUDY)
        assert fetch_study(client, running.dicomweb_of("pacs"), "2.999.5") is None


@pytest.mark.parametrize(
    ("status", "body"),
    [("500 Broken", b""), ("200 OK", b"<html>"), ("200 OK", b"{}"), ("200 OK", b"[]"), ("200 OK", b"[1]")],
)
def test_an_answer_that_nobody_can_read_is_told(
    client: BlockingClient, peer: Peer, status: str, body: bytes
) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: application/dicom+json\r\n"
    base = peer(lambda _request: head.encode() + b"\r\n" + body)
    with pytest.raises(CannotRun, match=f"{base}/studies/{STUDY}/metadata"):
        fetch_study(client, base, STUDY)
