"""Contexts of OpenSSL for both ends: versions, ciphers, own certificate, trust, verification.

Verification is always on for whoever calls, and its verdict is in words. The profile is BCP 195: TLS 1.2
at least and 1.3 where the peer has it, forward secrecy, no compression, no renegotiation (RFC 9325: 3, 4).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from OpenSSL import SSL, crypto
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.authority import address
from xdsi_sim.tls.described import describe
from xdsi_sim.tls.files import read_key
from xdsi_sim.tls.settings import CIPHERS, Tls
from xdsi_sim.tls.words import UNTRUSTED, certificate_trouble, reason_words

__all__ = ["Caller", "Listener", "Verify", "handshake_words", "load", "name_trouble", "present", "reason_of"]

_VERSIONS: Final = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
_OPTIONS: Final = SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET
_MUST: Final = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
_ASKED: Final = {"required": _MUST, "optional": SSL.VERIFY_PEER, "none": SSL.VERIFY_NONE}

Verify = Callable[[SSL.Connection, crypto.X509, int, int, int], bool]
"""Form of OpenSSL's callback: connection, certificate, code, depth, OpenSSL's own verdict."""


class Listener:
    """Makes the server's end of connections."""

    def __init__(self, tls: Tls) -> None:
        """Read the files; raises UsageError where one cannot be used."""
        self._context = _context(tls, SSL.TLS_SERVER_METHOD)
        self._context.set_options(SSL.OP_CIPHER_SERVER_PREFERENCE)
        self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        self._context.set_verify(_ASKED[tls.clients], _verified)
        for file in tls.authorities if tls.clients != "none" else ():
            self._context.load_client_ca(str(file).encode())

    def connection(self) -> SSL.Connection:
        """The end of a connection that was accepted."""
        connection = SSL.Connection(self._context, None)
        connection.set_accept_state()
        return connection


class Caller:
    """Makes the client's end of connections."""

    def __init__(self, tls: Tls) -> None:
        """Read the files; raises UsageError where one cannot be used."""
        self._called: WeakKeyDictionary[SSL.Connection, str] = WeakKeyDictionary()
        self._context = _context(tls, SSL.TLS_CLIENT_METHOD)
        self._context.set_verify(_MUST, self._verified)

    def connection(self, host: str) -> SSL.Connection:
        """The end of a connection to `host`, whose certificate must bear that name or address."""
        connection = SSL.Connection(self._context, None)
        if address(host) is None:
            connection.set_tlsext_host_name(host.encode("idna"))
        connection.set_connect_state()
        self._called[connection] = host
        return connection

    def _verified(
        self, connection: SSL.Connection, certificate: crypto.X509, code: int, depth: int, good: int
    ) -> bool:
        """As of a listener, and the peer's own certificate must be that of the host (RFC 9525: 6)."""
        _verified(connection, certificate, code, depth, good)
        trouble = name_trouble(certificate, self._called[connection]) if depth == 0 else None
        if trouble is not None:
            raise _refusal(trouble)
        return True


def _context(tls: Tls, method: int) -> SSL.Context:
    context = SSL.Context(method)
    context.set_min_proto_version(_VERSIONS[tls.minimum])
    context.set_cipher_list(CIPHERS.encode())
    context.set_options(_OPTIONS)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    present(context, tls.certificate, tls.key)
    for file in tls.authorities:
        load(context.load_verify_locations, file)
    return context


def present(context: SSL.Context, certificate: Path, key: Path) -> None:
    """Let a context present a certificate; raises UsageError where the files cannot be used."""
    load(context.use_certificate_chain_file, certificate)
    try:
        # read by us: OpenSSL would ask at the terminal for the password of a key that has one
        context.use_privatekey(read_key(key))  # type: ignore[arg-type]  # other kinds than OpenSSL has raise
    except (SSL.Error, TypeError):
        raise UsageError(f"this key does not belong to {certificate}", file=str(key)) from None


def load(use: Callable[[str], None], file: Path) -> None:
    """Give OpenSSL a file; raises UsageError where it cannot be used."""
    try:
        use(str(file))
    except SSL.Error as error:
        raise UsageError("OpenSSL cannot use this file: is it there, and PEM?", file=str(file)) from error


def _verified(
    _connection: SSL.Connection, certificate: crypto.X509, code: int, _depth: int, good: int
) -> bool:
    """OpenSSL's verdict on one certificate of the chain; raises what is wrong in words."""
    if not good:
        setting = "; setting: authority of tls" if code in UNTRUSTED else ""
        raise _refusal(certificate_trouble(code, certificate.to_cryptography()) + setting)
    return True


def name_trouble(certificate: crypto.X509, host: str) -> str | None:
    """Why the certificate is not that of `host`; None where it is."""
    wanted = DNS_ID(host) if address(host) is None else IPAddress_ID(host)
    try:
        verify_service_identity(extract_patterns(certificate), [wanted], [])
    except (VerificationError, CertificateError):
        facts = describe(certificate.to_cryptography())
        names = f"for {', '.join(facts.names)}" if facts.names else "without any subjectAltName"
        return f"the certificate '{facts.subject}' is not that of {host}: it is {names}"
    return None


def _refusal(words: str) -> SSL.Error:
    """An error of OpenSSL's own form: it ends the hand-shake with an alert and comes out where those do."""
    return SSL.Error([("certificate", "", words)])


def handshake_words(error: BaseException | None) -> str | None:
    """Why a connection failed; None for what is no error of TLS."""
    return reason_words(reason_of(error)) if isinstance(error, SSL.Error) else None


def reason_of(error: SSL.Error) -> str:
    """OpenSSL's own reason; a peer that leaves without a word gives none."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return str(queue[-1][-1]) if queue else "unexpected eof"
