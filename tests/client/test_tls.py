from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from a_tls_peer import OK, Workshop, has_request, listening, only, serving, tls_peer, workshop

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.client.http import HttpClient, Timeouts
from xdsi_sim.server.loop import running_loop


@pytest.fixture
def certificates(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "certificates")


@contextmanager
def client(certificates: Workshop, **settings: object) -> Iterator[HttpClient]:
    loop = running_loop()
    made = HttpClient(
        loop.reactor, Timeouts(connect=2, first_byte=5, total=10), tls=certificates.tls(**settings)
    )
    yield made
    loop.call(made.close)


def ask(http: HttpClient, port: int, host: str = "127.0.0.1", scheme: str = "https") -> bytes:
    body = bytearray()
    url = f"{scheme}://{host}:{port}/"
    running_loop().call(http.request, "POST", url, (), (b"asked",), lambda _head: body.extend)
    return bytes(body)


def test_a_connection_is_kept_and_used_again(certificates: Workshop) -> None:
    connections: list[str | None] = []
    context = serving(certificates.issue(), trust=certificates.trust)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            subject = (secured.getpeercert() or {})["subject"]
            connections.append(dict(pair[0] for pair in subject)["commonName"])  # type: ignore[misc]
            while has_request(secured):
                secured.sendall(OK)

    with listening(serve) as port, client(certificates) as http:
        assert [ask(http, port) for _ in range(3)] == [b"ok"] * 3
    assert connections == ["ours"]  # one, on which our certificate was presented


def test_a_peer_is_called_by_the_name_of_its_certificate(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.issue(hosts=("localhost",)))) as port, client(certificates) as http:
        assert ask(http, port, "localhost") == b"ok"
        with pytest.raises(NoAnswer, match=r"is not that of 127\.0\.0\.1: it is for localhost"):
            ask(http, port)


@pytest.mark.parametrize(
    ("days", "words"),
    [(-500, r"the certificate 'CN=peer' is expired since \d{4}-"), (5, r"is not valid before \d{4}-")],
)
def test_a_certificate_out_of_its_time_is_refused_in_words(
    days: float, words: str, certificates: Workshop
) -> None:
    with (
        tls_peer(serving(certificates.issue(days=days))) as port,
        client(certificates) as http,
        pytest.raises(NoAnswer, match=words),
    ):
        ask(http, port)


def test_whom_we_do_not_trust_is_refused_with_the_setting_that_changes_it(
    certificates: Workshop, tmp_path: Path
) -> None:
    stranger = workshop(tmp_path / "stranger")
    with tls_peer(serving(stranger.issue("stranger"))) as port:
        with (
            client(certificates) as http,
            pytest.raises(NoAnswer, match=r"CA that we trust .*; setting: authority of tls"),
        ):
            ask(http, port)
        with client(certificates, authorities=(certificates.trust, stranger.trust)) as http:
            assert ask(http, port) == b"ok"


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_peer_that_refuses_our_certificate_says_so_or_leaves(
    version: str, certificates: Workshop, tmp_path: Path
) -> None:
    stranger = workshop(tmp_path / "stranger")
    context = only(serving(certificates.issue(), trust=stranger.trust), version)
    with (
        tls_peer(context) as port,
        client(certificates) as http,
        pytest.raises(NoAnswer, match=r"does not trust the CA that signed our cert|does it take our cert"),
    ):
        ask(http, port)


def test_a_peer_with_old_versions_only_is_not_called(certificates: Workshop) -> None:
    old = only(serving(certificates.issue()), "TLSv1_1")
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        tls_peer(old) as port,
        client(certificates) as http,
        pytest.raises(NoAnswer, match="no version of TLS that we accept"),
    ):
        ask(http, port)


def test_a_peer_that_does_not_shake_hands_is_not_waited_for_long(certificates: Workshop) -> None:
    with (
        listening(
            lambda connection: [None for _ in iter(lambda: connection.recv(1000), b"")] and None
        ) as port,
        client(certificates, handshake=0.1) as http,
        pytest.raises(NoAnswer, match=r"no TLS hand-shake within 0\.1 s"),
    ):
        ask(http, port)


def test_a_port_of_plain_http_is_told(certificates: Workshop) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(OK)

    with (
        listening(serve) as port,
        client(certificates) as http,
        pytest.raises(NoAnswer, match="does not speak TLS here"),
    ):
        ask(http, port)


def test_a_peer_that_speaks_no_tls_may_still_be_called_at_http(certificates: Workshop) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(OK)

    with listening(serve) as port, client(certificates) as http:
        assert ask(http, port, scheme="http") == b"ok"


def test_without_the_setting_https_is_refused_with_its_name() -> None:
    http = HttpClient(running_loop().reactor)
    with pytest.raises(NoAnswer, match="https is spoken where the topology has the setting tls"):
        ask(http, 1)
    running_loop().call(http.close)
