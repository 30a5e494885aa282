"""What `sut check` says of systems that are well, wrong, or not there."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from a_peer import Said, peers, said
from a_system import QUICK, REPOSITORY, a_closed_port, a_product, description, loaded

from xdsi_sim.sut.checking import Checked, check_system, taken_ports


def checked(folder: Path, text: str) -> list[Checked]:
    return list(check_system(loaded(folder, text), folder, None))


def told(one: Checked) -> dict[str, tuple[bool, str]]:
    return {each.what: (each.good, each.text) for each in one.tried}


def test_a_system_that_is_well_answers_everything(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product:
        text = description(registry=product.url_of("index"), repository=product.url_of("vault"))
        registry, repository = checked(tmp_path, text)
    assert registry.good
    assert repository.good
    assert [each.what for each in registry.tried] == ["connection", "HTTP", "description", "message"]
    assert told(registry)["message"][1].endswith("answered, with Success")
    assert told(repository)["message"][1].endswith("answered, with Failure XDSDocumentUniqueIdError")
    assert registry.tests > 40


def test_a_repository_of_another_id_is_told(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product:
        text = description(repository=product.url_of("vault")).replace(REPOSITORY, "2.999.42.11")
        (one,) = checked(tmp_path, text)
    assert not one.good
    assert "it does not know the OID 2.999.42.11 as its own" in told(one)["message"][1]


def test_an_address_that_is_another_actors_is_told(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product:
        (one,) = checked(tmp_path, description(registry=product.url_of("vault")))
    good, text = told(one)["message"]
    assert not good
    assert "ITI-18 for the documents of a patient who is not there: " in text
    assert "fault" in text.lower()


def test_who_is_not_there_is_told(tmp_path: Path) -> None:
    with a_closed_port() as port:
        (one,) = checked(tmp_path, description(registry=f"http://127.0.0.1:{port}/registry", more=QUICK))
    assert told(one) == {"connection": (False, f"nothing listens at 127.0.0.1:{port}")}


@pytest.mark.parametrize(
    ("answer", "more", "what", "words"),
    [
        (lambda _request: None, QUICK, "HTTP", "it takes the connection, but"),
        # nobody waits in vain for these, so they may take the time that a busy machine needs
        (lambda _request: said("404 Not Found", b"no such page", "text/plain"), "", "message", "404"),
        (lambda _request: said("200 OK", b"<html/>", "text/html"), "", "message", "text/html"),
    ],
    ids=["silent", "not found", "a page"],
)
def test_who_answers_wrongly_is_told_in_time(
    tmp_path: Path, answer: Callable[[bytes], Said], more: str, what: str, words: str
) -> None:
    begun = time.monotonic()
    with peers() as peer:
        (one,) = checked(tmp_path, description(registry=peer(answer), more=more))
    good, text = told(one)[what]
    assert (good, one.good) == (False, False)
    assert words in text
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("url", "listen", "said"),
    [
        ("http://127.0.0.1:9/vault", 0, "port 0 is another one each time"),
        ("http://192.0.2.7/vault", 9000, "127.0.0.1:9000 is reached from this machine alone"),
        ("http://127.0.0.1:9/vault", 9000, None),
    ],
)
def test_a_system_that_calls_ours_must_find_them(
    tmp_path: Path, url: str, listen: int, said: str | None
) -> None:
    (one,) = checked(tmp_path, description(repository=url, more=QUICK, listen=listen))
    found = told(one).get("listen")
    assert (found is None) == (said is None)
    assert found is None or said in found[1]


def test_a_port_of_ours_that_somebody_has_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        system = loaded(tmp_path, description(repository="http://192.0.2.7/vault", listen=port))
        assert [str(listen) for listen in taken_ports(system)] == [f"127.0.0.1:{port}"]
    assert taken_ports(system) == ()


def test_what_only_asks_is_told_whom_it_may_ask(tmp_path: Path) -> None:
    text = "name: acme\nlisten: 127.0.0.1:8099\nroles: {imaging-document-consumer: {}}\n"
    (checked,) = check_system(loaded(tmp_path, text), tmp_path, None)
    assert (checked.good, checked.tests) == (True, 6)
    assert {entry.receiver: entry.transactions for entry in checked.entries} == {
        "our-registry": ("ITI-18",),
        "our-repository": ("ITI-43",),
        "our-source": ("RAD-69", "RAD-55", "WADO-RS", "QIDO-RS"),
    }
