from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from a_tls_peer import OK, Workshop, calling, has_request, listening, only, serving, tls_peer, workshop

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.doctor import Diagnosis, examine
from xdsi_sim.tls.files import PairFiles
from xdsi_sim.tls.probe import Target


def ask(
    certificates: Workshop, port: int, own: PairFiles | None = None, host: str = "127.0.0.1"
) -> Diagnosis:
    target = Target(
        host=host,
        port=port,
        authority=certificates.trust,
        certificate=own.certificate if own else None,
        key=own.key if own else None,
        seconds=2,
    )
    return examine(f"https://{host}:{port}/", target)


def told(found: Diagnosis) -> dict[str, str]:
    """What is not good, by step."""
    assert all(step.remedy for step in found.findings)
    return {step.name: step.text for step in found.findings}


def test_a_sound_peer_is_good_at_every_step(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.issue())) as port:
        found = ask(certificates, port)
    assert told(found) == {}
    assert found.verdict.startswith("good")
    assert [step.name for step in found.steps] == [
        *("name", "TCP", "version", "cipher", "certificate", "host", "client")
    ]
    assert found.chain[0].subject == "CN=peer"


@pytest.mark.parametrize(("days", "words"), [(-500, "is expired since 20"), (5, "is not valid before 20")])
def test_a_certificate_out_of_its_time_is_told_with_the_time(
    days: float, words: str, certificates: Workshop
) -> None:
    with tls_peer(serving(certificates.issue(days=days))) as port:
        found = told(ask(certificates, port))
    assert list(found) == ["certificate"]
    assert words in found["certificate"]


def test_a_wrong_name_is_told_with_the_names_that_there_are(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.issue(hosts=("other.test",)))) as port:
        found = told(ask(certificates, port))
    assert found == {"host": "the certificate 'CN=peer' is not that of 127.0.0.1: it is for other.test"}


def test_an_unknown_authority_is_told_with_the_chain(certificates: Workshop, tmp_path: Path) -> None:
    stranger = workshop(tmp_path / "stranger")
    with tls_peer(serving(stranger.issue("stranger"))) as port:
        found = ask(certificates, port)
    assert list(told(found)) == ["certificate"]
    assert "not signed by a CA that we trust" in told(found)["certificate"]
    assert found.chain[0].issuer == stranger.authority.certificate.subject.rfc4514_string()


def test_everything_that_is_wrong_is_told_at_once(certificates: Workshop, tmp_path: Path) -> None:
    bad = workshop(tmp_path / "stranger").issue(hosts=("other.test",), days=-500)
    with tls_peer(serving(bad, trust=certificates.trust)) as port:
        found = ask(certificates, port)
    assert [step.name for step in found.findings] == ["certificate", "certificate", "host", "client"]
    assert found.verdict.endswith("and 3 more")


def test_a_certificate_for_clients_is_none_for_servers(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.for_clients())) as port:
        found = told(ask(certificates, port))
    assert "extended key usage" in found["certificate"]


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_peer_that_wants_a_certificate_is_told_from_one_that_takes_none_of_ours(
    version: str, certificates: Workshop, tmp_path: Path
) -> None:
    stranger = workshop(tmp_path / "stranger").issue("stranger")
    with tls_peer(only(serving(certificates.issue(), trust=certificates.trust), version)) as port:
        without = told(ask(certificates, port))
        refused = told(ask(certificates, port, stranger))
        good = told(ask(certificates, port, certificates.issue("ours")))
    assert without == {"client": "the peer asks for a certificate, and none was given"}
    assert "does not trust the CA that signed our certificate" in refused["client"]
    assert good == {}


def test_what_is_wrong_with_our_own_certificate_is_told_first(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.issue(), trust=certificates.trust)) as port:
        expired = ask(certificates, port, certificates.issue("old", days=-500))
        early = ask(certificates, port, certificates.issue("early", days=5))
        server = ask(certificates, port, certificates.for_servers())
    assert "is expired since" in told(expired)["own certificate"]
    assert "finds our certificate expired" in told(expired)["client"]
    assert "is not valid before" in told(early)["own certificate"]
    assert "lacks clientAuth" in told(server)["own certificate"]
    assert "not made for this use" in told(server)["client"]


def test_plain_http_is_told_from_tls(certificates: Workshop) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with listening(serve) as port:
        assert told(ask(certificates, port)) == {"TLS": "this port does not speak TLS"}


def test_plain_http_that_waits_for_the_end_of_a_request_is_told_from_silence(certificates: Workshop) -> None:
    def serve(connection: socket.socket) -> None:
        if has_request(connection):
            connection.sendall(OK)

    def hold(connection: socket.socket) -> None:
        while connection.recv(1000):
            pass

    with listening(serve) as port:
        assert told(ask(certificates, port)) == {"TLS": "this port does not speak TLS"}
    with listening(hold) as port:
        assert told(ask(certificates, port)) == {"TLS": "it says nothing for 2 s"}


def test_a_peer_that_hangs_up_is_told(certificates: Workshop) -> None:
    with listening(lambda connection: connection.recv(1000) and None) as port:
        found = told(ask(certificates, port))
    assert "connection" in found["TLS"]


def test_a_closed_port_and_an_unknown_name_are_told(certificates: Workshop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert told(ask(certificates, port)) == {"TCP": f"port {port}: connection refused"}
    assert "is not known" in told(ask(certificates, port, host="nowhere.invalid"))["name"]


@pytest.mark.parametrize(("version", "name"), [("TLSv1_1", "TLS 1.1"), ("TLSv1", "TLS 1.0")])
def test_a_peer_with_old_versions_only_is_told_with_what_it_offers(
    version: str, name: str, certificates: Workshop
) -> None:
    old = only(serving(certificates.issue()), version)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with tls_peer(old) as port:
        if not speaks(port, certificates, version):
            pytest.skip(f"this OpenSSL speaks no {name}")
        assert told(ask(certificates, port)) == {"version": f"the peer offers {name} and nothing newer"}


def speaks(port: int, certificates: Workshop, version: str) -> bool:
    context = only(calling(certificates.trust), version)
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as stream:
            context.wrap_socket(stream, server_hostname="127.0.0.1").close()
    except ssl.SSLError:
        return False
    return True


def test_a_peer_with_weak_ciphers_only_is_told_with_the_one_it_would_use(certificates: Workshop) -> None:
    weak = only(serving(certificates.issue()), "TLSv1_2")
    weak.set_ciphers("ECDHE-ECDSA-AES128-SHA")  # CBC
    with tls_peer(weak) as port:
        found = told(ask(certificates, port))
    assert "it would use ECDHE-ECDSA-AES128-SHA" in found["cipher"]


def test_one_version_alone_is_said_to_be_alone(certificates: Workshop) -> None:
    for version, words in (("TLSv1_2", "TLS 1.3 is not spoken"), ("TLSv1_3", "TLS 1.2 is not spoken")):
        with tls_peer(only(serving(certificates.issue()), version)) as port:
            found = ask(certificates, port)
        assert told(found) == {}
        assert any(words in step.text for step in found.steps)


def test_files_of_ours_that_cannot_be_read_are_named(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.issue())) as port:
        gone = Target(host="127.0.0.1", port=port, authority=Path("gone.pem"))
        with pytest.raises(UsageError, match=r"gone\.pem"):
            examine("https://127.0.0.1/", gone)
