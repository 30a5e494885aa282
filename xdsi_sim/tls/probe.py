"""One hand-shake with a stranger, watched: what was agreed, what was sent, why it failed.

Nothing is refused here, so that everything which is wrong comes to light at once; therefore nothing but a
HEAD request is ever sent.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from OpenSSL import SSL, crypto

from xdsi_sim.tls.authority import address
from xdsi_sim.tls.context import Verify, load, name_trouble, present, reason_of
from xdsi_sim.tls.settings import CIPHERS
from xdsi_sim.tls.words import certificate_trouble

__all__ = ["ANY_CIPHER", "VERSIONS", "Attempt", "Target", "attempt", "speaks_http"]

VERSIONS: Final = {
    "TLS 1.0": SSL.TLS1_VERSION,
    "TLS 1.1": SSL.TLS1_1_VERSION,
    "TLS 1.2": SSL.TLS1_2_VERSION,
    "TLS 1.3": SSL.TLS1_3_VERSION,
}
ANY_CIPHER: Final = "ALL:@SECLEVEL=0"
"""Whatever this OpenSSL has, also what nobody should use any more."""

_SOON: Final = 0.5  # seconds
_ASKS: Final = b"read server certificate request"  # the name of a state of OpenSSL's client


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to call, what to present, whom to trust."""

    host: str
    port: int
    path: str = "/"
    authority: Path | None = None
    """PEM; None trusts whom the system trusts."""
    certificate: Path | None = None
    key: Path | None = None
    seconds: float = 5
    """How long to wait for the peer each time."""


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What came of one hand-shake."""

    version: str | None = None
    """Agreed version, such as `TLSv1.3`; None where none was."""
    cipher: str | None = None
    chain: tuple[x509.Certificate, ...] = ()
    """As the peer sent it, its own certificate first."""
    problems: dict[str, int] = field(default_factory=dict)
    """What is wrong with the certificates, with OpenSSL's code."""
    name: str | None = None
    """Why the certificate is not that of the host."""
    asks: bool = False
    """Whether the peer asked for a certificate of ours."""
    failure: str | None = None
    """OpenSSL's reason, or what happened to the connection; None where all went well."""
    silent: bool = False
    """Whether the peer said nothing in time."""

    @property
    def agreed(self) -> bool:
        """Whether both sides came to terms."""
        return self.version is not None


def attempt(target: Target, *, oldest: str, newest: str, ciphers: str = CIPHERS) -> Attempt:
    """Shake hands, speaking the versions from `oldest` to `newest`; raises OSError where TCP fails."""
    seen = Attempt()
    connection = _connection(target, seen, oldest, newest, ciphers)
    with socket.create_connection((target.host, target.port), target.seconds) as stream:
        try:
            _handshake(stream, connection)
            seen.version, seen.cipher = connection.get_protocol_version_name(), connection.get_cipher_name()
            if seen.asks:
                _ask(stream, connection, target)
        except SSL.Error as error:
            seen.failure = reason_of(error)
        except TimeoutError:
            seen.silent, seen.failure = True, f"it says nothing for {target.seconds:g} s"
        except OSError as error:
            seen.failure = f"the connection broke ({error.strerror or error})"
        finally:
            with suppress(SSL.Error, OSError):
                _flush(stream, connection)
    seen.chain = tuple(connection.get_peer_cert_chain(as_cryptography=True) or seen.chain)
    return seen


def speaks_http(target: Target) -> bool:
    """Whether the port answers plain HTTP: some servers of it wait for the rest of what TLS has sent."""
    with (
        suppress(OSError),
        socket.create_connection((target.host, target.port), target.seconds) as stream,
    ):
        stream.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
        return stream.recv(1 << 10).startswith(b"HTTP/")
    return False


def _connection(target: Target, seen: Attempt, oldest: str, newest: str, ciphers: str) -> SSL.Connection:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(ciphers.encode())
    context.set_min_proto_version(VERSIONS[oldest])
    context.set_max_proto_version(VERSIONS[newest])
    if target.authority is not None:
        load(context.load_verify_locations, target.authority)
    else:
        context.set_default_verify_paths()
    if target.certificate is not None and target.key is not None:
        present(context, target.certificate, target.key)
    context.set_info_callback(lambda one, _where, _result: _notice(one, seen))
    context.set_verify(SSL.VERIFY_PEER, _watcher(target.host, seen))
    connection = SSL.Connection(context, None)
    if address(target.host) is None:
        connection.set_tlsext_host_name(target.host.encode("idna"))
    connection.set_connect_state()
    return connection


def _notice(connection: SSL.Connection, seen: Attempt) -> None:
    seen.asks = seen.asks or _ASKS in connection.get_state_string()


def _watcher(host: str, seen: Attempt) -> Verify:
    """Notes what is wrong with each certificate, and lets it pass."""

    def watch(_one: SSL.Connection, certificate: crypto.X509, code: int, depth: int, good: int) -> bool:
        """OpenSSL: one certificate of the chain, the peer's own at depth 0; true lets it pass."""
        plain = certificate.to_cryptography()
        if not good:
            seen.problems[certificate_trouble(code, plain)] = code
        if depth == 0:
            seen.name = name_trouble(certificate, host)
            seen.chain = seen.chain or (plain,)
        return True

    return watch


def _handshake(stream: socket.socket, connection: SSL.Connection) -> None:
    while True:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            _flush(stream, connection)
            _fill(stream, connection)
        else:
            _flush(stream, connection)
            return


def _ask(stream: socket.socket, connection: SSL.Connection, target: Target) -> None:
    """In TLS 1.3 a server refuses a client only after the hand-shake: wait for what it says to ours.

    Most accept with a ticket, at once. To those that do not a request without consequence is sent; sent
    sooner, it could make TCP lose the alert of a refusal.
    """
    stream.settimeout(_SOON)
    if not _hears(stream, connection):
        stream.settimeout(target.seconds)
        request = f"HEAD {target.path} HTTP/1.1\r\nHost: {target.host}\r\nConnection: close\r\n\r\n"
        connection.send(request.encode())
        _flush(stream, connection)
        _hears(stream, connection)


def _hears(stream: socket.socket, connection: SSL.Connection) -> bool:
    """Whether the peer says anything; raises SSL.Error for an alert."""
    try:
        _fill(stream, connection)
        connection.recv(1)
    except TimeoutError:
        return False
    except (SSL.WantReadError, SSL.ZeroReturnError):  # a ticket, a farewell
        return True
    return True


def _flush(stream: socket.socket, connection: SSL.Connection) -> None:
    with suppress(SSL.WantReadError):
        while True:
            stream.sendall(connection.bio_read(1 << 16))


def _fill(stream: socket.socket, connection: SSL.Connection) -> None:
    data = stream.recv(1 << 16)
    if not data:
        raise ConnectionAbortedError("the peer closed it")
    connection.bio_write(data)
