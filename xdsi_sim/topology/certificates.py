"""From the setting `tls` to files: what is not given is made in the data folder."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.authority import address, check_host
from xdsi_sim.tls.files import AuthorityFolder, read_certificates, read_key
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.tls import TlsSettings
from xdsi_sim.topology.yaml import Document, Place

__all__ = ["LOCAL", "check_files", "hosts_of", "kept", "settle"]

LOCAL: Final = ("localhost", "127.0.0.1", "::1")


def check_files(settings: TlsSettings, document: Document, at: Place) -> None:
    """Look at what the keys of the setting at `at` name; raises UsageError with the place of a wrong one."""
    for place, reader, value in _named(settings):
        try:
            reader(value)
        except UsageError as error:
            text = f"{error.file}: {error.message}" if error.file else error.message
            raise document.error((*at, *place), text, hint=error.hint) from None


def _named(settings: TlsSettings) -> Iterator[tuple[Place, Callable[[Any], object], Any]]:
    """Place below `tls`, what reads the value, and the value."""
    for number, path in enumerate(settings.authority):
        yield ("authority", number), read_certificates, path
    if settings.certificate is not None:
        yield ("certificate",), read_certificates, settings.certificate
    if settings.key is not None:
        yield ("key",), read_key, settings.key
    for number, name in enumerate(settings.names):
        yield ("names", number), check_host, name


def settle(settings: TlsSettings, data: Path, *hosts: str) -> Tls:
    """Certificates and trust of a topology that listens on `hosts`.

    Without a certificate of its own it gets one from the authority of the folder, which is made where it
    is missing. Raises UsageError where a file cannot be used.
    """
    for path in settings.authority:
        read_certificates(path)  # in words, before anything listens
    own: tuple[Path, ...] = ()
    certificate, key = settings.certificate, settings.key
    if certificate is None or key is None:
        folder = AuthorityFolder(data)
        names = (name for host in hosts for name in hosts_of(host))
        node = folder.make_node((*names, *settings.names), datetime.now(UTC))
        certificate, key, own = node.certificate, node.key, (folder.authority.certificate,)
    return Tls(
        certificate=certificate,
        key=key,
        authorities=(*own, *settings.authority),
        minimum=settings.minimum,
        clients=settings.clients,
        handshake=settings.handshake,
    )


def kept(data: Path) -> Tls | None:
    """What was made in the data folder of a topology, for a client beside it; None where nothing was."""
    folder = AuthorityFolder(data)
    node, authority = folder.node, folder.authority.certificate
    if not all(path.is_file() for path in (node.certificate, node.key, authority)):
        return None
    return Tls(certificate=node.certificate, key=node.key, authorities=(authority,))


def hosts_of(host: str) -> tuple[str, ...]:
    """Names and addresses at which peers reach what listens on `host`, for a certificate."""
    return tuple(dict.fromkeys((host, *LOCAL, *_of_machine(host))))


def _of_machine(host: str) -> Iterator[str]:
    """Of all interfaces, where that is what `host` stands for."""
    number = address(host)
    if number is None or not number.is_unspecified:
        return
    name = socket.gethostname()
    yield name
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:  # a machine that does not know its own name is reached by address
        return
    yield from (str(entry[4][0]).partition("%")[0] for entry in found)
