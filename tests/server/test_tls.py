from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from a_tls_domain import context_of, get_over, secured, send_over
from a_tls_peer import Workshop, calling, only, workshop
from feeds import adt
from wire import message, post, read_answer

from xdsi_sim.errors import UsageError
from xdsi_sim.messages.adt import read_ack
from xdsi_sim.messages.mllp import frame
from xdsi_sim.messages.patient_feed import Acknowledgement
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.model import Listen


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with secured(tmp_path) as started:
        yield started


def refusal(context: ssl.SSLContext, url: str) -> str:
    with pytest.raises((ssl.SSLError, ConnectionError)) as raised:
        get_over(context, url)
    return str(raised.value).casefold().replace("_", " ")


def test_actors_answer_over_the_newest_version_and_their_descriptions_say_https(
    running: RunningTopology, tmp_path: Path
) -> None:
    url = running.url_of("registry")
    assert url.startswith("https://127.0.0.1:")
    context = context_of(tmp_path)
    answer = get_over(only(context, "TLSv1_3"), f"{url}?wsdl")
    assert f'location="{url}"'.encode() in answer.body
    assert send_over(context, url, post(url, *message(url))).status == 200


def test_the_name_localhost_is_as_good_as_the_address(running: RunningTopology, tmp_path: Path) -> None:
    url = running.url_of("registry").replace("127.0.0.1", "localhost")
    assert get_over(context_of(tmp_path), f"{url}?wsdl").status == 200


def test_a_client_without_a_certificate_is_refused(
    running: RunningTopology, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    context = only(context_of(tmp_path, present=False), "TLSv1_2")
    assert "alert" in refusal(context, running.url_of("registry"))
    running.close()
    assert "TLS with 127.0.0.1 failed: the peer presents no certificate, and one is required" in caplog.text


def test_a_client_whose_certificate_a_stranger_signed_is_refused(
    running: RunningTopology, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = workshop(tmp_path / "stranger").issue("stranger")
    context = only(calling(tmp_path / "tls" / "authority.pem", stranger), "TLSv1_2")
    assert "unknown ca" in refusal(context, running.url_of("registry"))
    running.close()
    assert "the certificate 'CN=stranger' is not signed by a CA that we trust" in caplog.text
    assert "setting: authority of tls" in caplog.text


def test_an_older_version_is_refused(running: RunningTopology, tmp_path: Path) -> None:
    old = only(context_of(tmp_path), "TLSv1_1")
    old.set_ciphers("ALL:@SECLEVEL=0")
    assert "protocol version" in refusal(old, running.url_of("registry"))


def test_a_weak_cipher_is_refused(running: RunningTopology, tmp_path: Path) -> None:
    weak = only(context_of(tmp_path), "TLSv1_2")
    weak.set_ciphers("ECDHE-ECDSA-AES128-SHA")
    assert "handshake failure" in refusal(weak, running.url_of("registry"))


def test_1_2_is_refused_where_1_3_is_the_minimum(tmp_path: Path) -> None:
    with secured(tmp_path, minimum="1.3") as running:
        context = only(context_of(tmp_path), "TLSv1_2")
        assert "protocol version" in refusal(context, running.url_of("registry"))


@pytest.mark.parametrize("clients", ["optional", "none"])
def test_clients_need_no_certificate_where_the_setting_says_so(clients: str, tmp_path: Path) -> None:
    with secured(tmp_path, clients=clients) as running:
        context = context_of(tmp_path, present=False)
        assert get_over(context, f"{running.url_of('registry')}?wsdl").status == 200


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_closing_ends_what_is_idle_and_waits_for_no_word_of_the_peer(
    running: RunningTopology, tmp_path: Path, version: str
) -> None:
    url = running.url_of("registry")
    host, _, port = url.split("/")[2].partition(":")
    context = only(context_of(tmp_path), version)
    with (
        socket.create_connection((host, int(port)), timeout=10) as stream,
        context.wrap_socket(stream, server_hostname=host) as kept,
    ):
        kept.sendall(post(url, *message(url)))
        assert read_answer(kept).status == 200
        running.close()
        assert kept.recv(1) == b""


def test_a_hand_shake_that_takes_too_long_is_ended(
    spool: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tls = workshop(tmp_path / "certificates").tls(handshake=0.1)
    site = ActorSite(running_loop(), "127.0.0.1", 0, spool, tls=tls)
    with (
        socket.create_connection(("127.0.0.1", site.port), timeout=10) as idle,
        pytest.raises(ConnectionResetError),
    ):
        idle.recv(1000)
    site.close()
    assert "TLS with 127.0.0.1 failed: no hand-shake within 0.1 s" in caplog.text


def test_plain_http_to_a_port_of_tls_is_told_in_the_log(
    running: RunningTopology, caplog: pytest.LogCaptureFixture
) -> None:
    split = running.url_of("registry").split("/")[2].split(":")
    with socket.create_connection((split[0], int(split[1])), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert b"HTTP" not in plain.recv(1000)
    running.close()
    assert "the peer speaks plain HTTP to a port of TLS" in caplog.text


def test_nothing_listens_where_a_file_cannot_be_used(spool: Path, tmp_path: Path) -> None:
    certificates: Workshop = workshop(tmp_path / "certificates")
    with pytest.raises(UsageError, match=r"gone\.pem"):
        ActorSite(running_loop(), "127.0.0.1", 0, spool, tls=certificates.tls(certificate=Path("gone.pem")))


def fed_over(context: ssl.SSLContext, at: Listen) -> Acknowledgement:
    """The answer to a message of ITI-8 over TLS."""
    with (
        socket.create_connection((at.host, at.port), timeout=10) as stream,
        context.wrap_socket(stream, server_hostname=at.host) as connection,
    ):
        connection.sendall(frame(adt()))
        return read_ack(connection.recv(65536)[1:-2])


def test_a_feed_by_mllp_is_taken_over_tls_from_who_presents_a_certificate(
    running: RunningTopology, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    at = running.mllp_of("registry")
    assert at is not None
    with socket.create_connection((at.host, at.port), timeout=10) as plain:
        plain.sendall(frame(adt()))
        assert b"MSA" not in plain.recv(65536)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        fed_over(only(context_of(tmp_path, present=False), "TLSv1_2"), at)
    assert fed_over(context_of(tmp_path), at).code == "AA"
    running.close()
    assert "the peer presents no certificate, and one is required" in caplog.text


def test_a_feed_of_our_own_goes_over_tls(running: RunningTopology) -> None:
    at = running.mllp_of("registry")
    assert at is not None
    reply = running.client.send_mllp(at, adt(), sender="source", conversation="c1")
    assert reply.answer.code == "AA"
    (exchange,) = running.exchanges("c1")
    assert (exchange.sender, exchange.transaction) == ("source", "ITI-8")


@pytest.fixture(autouse=True)
def _told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "xdsi_sim.server.tls")
