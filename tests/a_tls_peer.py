"""Certificates of every kind, and peers over the TLS of the standard library, as a test wants them."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from xdsi_sim.tls.authority import Pair, issue, make_authority
from xdsi_sim.tls.files import PairFiles
from xdsi_sim.tls.settings import Tls

NOW = datetime.now(UTC)
LOCAL = ("127.0.0.1", "localhost")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Workshop:
    """An authority, and files of what it issues."""

    folder: Path
    authority: Pair

    @property
    def trust(self) -> Path:
        return self.folder / "authority.pem"

    def issue(self, name: str = "peer", hosts: tuple[str, ...] = LOCAL, *, days: float = 0) -> PairFiles:
        """Issued `days` from now, so that it may be expired or not valid yet."""
        return self.keep(name, issue(self.authority, name, hosts, NOW + timedelta(days=days)))

    def for_clients(self) -> PairFiles:
        """One that no server may use."""
        sound = issue(self.authority, "client only", LOCAL, NOW)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self.keep("client-only", self._with_usage(sound, usage))

    def for_servers(self) -> PairFiles:
        """One that no client may use."""
        sound = issue(self.authority, "server only", LOCAL, NOW)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        return self.keep("server-only", self._with_usage(sound, usage))

    def _with_usage(self, pair: Pair, usage: x509.ExtendedKeyUsage) -> Pair:
        old = pair.certificate
        builder = x509.CertificateBuilder(
            old.issuer, old.subject, pair.key.public_key(), x509.random_serial_number()
        )
        builder = builder.not_valid_before(old.not_valid_before_utc).not_valid_after(old.not_valid_after_utc)
        for extension in old.extensions:
            if not isinstance(extension.value, x509.ExtendedKeyUsage):
                builder = builder.add_extension(extension.value, extension.critical)
        return Pair(builder.add_extension(usage, critical=False).sign(self.authority.key, SHA256()), pair.key)

    def keep(self, name: str, pair: Pair) -> PairFiles:
        files = PairFiles.named(self.folder, name)
        files.write(pair)
        return files

    def tls(self, **settings: object) -> Tls:
        """Settings of ours that trust this authority."""
        own = self.issue("ours")
        return Tls(
            **{"certificate": own.certificate, "key": own.key, "authorities": (self.trust,), **settings}
        )


def workshop(folder: Path) -> Workshop:
    """With an authority of its own, whom nobody else knows."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Workshop(folder, make_authority(NOW))
    made.keep("authority", made.authority)
    return made


def serving(files: PairFiles, *, trust: Path | None = None) -> ssl.SSLContext:
    """A server's context; with `trust` it requires a certificate of whoever calls."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    if trust is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(trust)
    return context


def calling(trust: Path, files: PairFiles | None = None) -> ssl.SSLContext:
    """A client's context that verifies, and presents `files`."""
    context = ssl.create_default_context(cafile=str(trust))
    if files is not None:
        context.load_cert_chain(files.certificate, files.key)
    return context


def only(context: ssl.SSLContext, version: str) -> ssl.SSLContext:
    """Let it speak one version alone, such as `TLSv1_1`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of versions that nobody should use
        wanted = ssl.TLSVersion[version]
        context.minimum_version = wanted
        context.maximum_version = wanted
    return context


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port that gives each connection to `serve`, whose OSErrors are its own affair."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_accept, args=(server, serve), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _accept(server: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, serve), daemon=True).start()


def _serve(connection: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    with connection, suppress(OSError):
        connection.settimeout(10)
        serve(connection)


def has_request(connection: socket.socket) -> bool:
    """Take one request whole; False where the client has left."""
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            return False
        data += received
    head, _, body = data.lower().partition(b"\r\n\r\n")
    missing = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0) - len(body)
    while missing > 0:
        missing -= len(connection.recv(missing))
    return True


@contextmanager
def tls_peer(context: ssl.SSLContext, answer: bytes = OK) -> Iterator[int]:
    """A peer that answers each request of a connection; gives its port."""

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            while has_request(secured):
                secured.sendall(answer)

    with listening(serve) as port:
        yield port
