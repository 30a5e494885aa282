from __future__ import annotations

from pathlib import Path

import pytest
from a_tls_peer import Workshop
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from OpenSSL import SSL, crypto

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.context import Caller, Listener, handshake_words, name_trouble
from xdsi_sim.tls.files import read_certificates


def shake(client: SSL.Connection, server: SSL.Connection) -> str | None:
    """Carry bytes between two ends until both are done; gives why the client failed."""
    for _ in range(10):
        for end, other in ((client, server), (server, client)):
            try:
                end.do_handshake()
            except SSL.WantReadError:
                pass
            except SSL.Error as error:
                return handshake_words(error)
            try:
                other.bio_write(end.bio_read(1 << 16))
            except SSL.WantReadError:
                continue
    return None


def test_both_ends_agree_on_the_newest_version(certificates: Workshop) -> None:
    tls = certificates.tls()
    client, server = Caller(tls).connection("localhost"), Listener(tls).connection()
    assert shake(client, server) is None
    assert client.get_protocol_version_name() == "TLSv1.3"


def test_a_name_that_the_certificate_does_not_bear_is_refused_in_words(certificates: Workshop) -> None:
    tls = certificates.tls()
    words = shake(Caller(tls).connection("other.test"), Listener(tls).connection())
    assert words == "the certificate 'CN=ours' is not that of other.test: it is for 127.0.0.1, localhost"


@pytest.mark.parametrize("clients", ["required", "optional", "none"])
def test_a_listener_asks_as_the_setting_says(clients: str, certificates: Workshop) -> None:
    asked = {"required": SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, "optional": SSL.VERIFY_PEER}
    connection = Listener(certificates.tls(clients=clients)).connection()
    assert connection.get_verify_mode() == asked.get(clients, SSL.VERIFY_NONE)


@pytest.mark.parametrize("setting", ["certificate", "key"])
def test_a_file_that_is_not_there_is_named(setting: str, certificates: Workshop) -> None:
    with pytest.raises(UsageError, match=r"gone\.pem: (OpenSSL cannot use this file|cannot be read)"):
        Caller(certificates.tls(**{setting: Path("gone.pem")}))


def test_nobody_is_asked_for_the_password_of_a_key(certificates: Workshop) -> None:
    protected = certificates.folder / "protected.key"
    encrypted = BestAvailableEncryption(b"secret")
    protected.write_bytes(
        certificates.authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted)
    )
    with pytest.raises(UsageError, match=r"protected\.key: this is no private key .* without a password"):
        Caller(certificates.tls(key=protected))


def test_a_key_of_another_certificate_is_told(certificates: Workshop) -> None:
    with pytest.raises(UsageError, match=r"other\.key: this key does not belong to .*ours\.pem"):
        Caller(certificates.tls(key=certificates.issue("other").key))


def test_hosts_are_compared_by_name_or_address(certificates: Workshop) -> None:
    certificate = crypto.X509.from_cryptography(read_certificates(certificates.issue().certificate)[0])
    assert [name_trouble(certificate, host) for host in ("localhost", "127.0.0.1")] == [None, None]
    assert "is not that of 127.0.0.2" in str(name_trouble(certificate, "127.0.0.2"))
    bare = crypto.X509.from_cryptography(certificates.authority.certificate)
    assert "without any subjectAltName" in str(name_trouble(bare, "localhost"))


def test_an_error_that_is_not_of_tls_has_no_words() -> None:
    assert handshake_words(OSError()) is None
    assert handshake_words(SSL.Error([])) == "the peer closed the connection without a word"


def test_a_caller_never_takes_a_peer_without_verification(certificates: Workshop) -> None:
    for clients in ("required", "optional", "none"):
        mode = Caller(certificates.tls(clients=clients)).connection("localhost").get_verify_mode()
        assert mode == SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
