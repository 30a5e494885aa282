"""The domain of `a_domain` over TLS."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from a_domain import provision, topology
from a_tls_peer import calling
from wire import Answer, read_answer

from xdsi_sim.actors.flow import Call
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.tls.files import AuthorityFolder
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.tls import TlsSettings


def secured(data: Path, **settings: object) -> RunningTopology:
    """Started on a free port, with these settings of `tls`."""
    tls = TlsSettings.model_validate(settings)
    return start(topology(feed={"mllp": 0}).model_copy(update={"tls": tls}), data, Listen("127.0.0.1", 0))


def submitted(running: RunningTopology, number: int) -> str:
    """Provide a document by our own client; gives the status of the answer."""
    call = Call(url=running.url_of("repository"), transaction="ITI-41", message=provision(number))
    answer = running.client.call(call, sender="pacs", conversation="c").answer
    assert isinstance(answer, RegistryResponse), answer
    return status_name(answer.status)


def context_of(data: Path, *, present: bool = True) -> ssl.SSLContext:
    """A client that trusts the domain, and by default presents a certificate of it."""
    folder = AuthorityFolder(data)
    return calling(folder.authority.certificate, folder.node if present else None)


def send_over(context: ssl.SSLContext, url: str, data: bytes) -> Answer:
    """Send raw bytes on a connection of their own."""
    split = urlsplit(url)
    with (
        socket.create_connection((split.hostname, split.port), timeout=10) as stream,
        context.wrap_socket(stream, server_hostname=split.hostname) as connection,
    ):
        connection.sendall(data)
        return read_answer(connection)


def get_over(context: ssl.SSLContext, url: str) -> Answer:
    split = urlsplit(url)
    target = split.path + (f"?{split.query}" if split.query else "")
    return send_over(context, url, f"GET {target} HTTP/1.1\r\nHost: {split.netloc}\r\n\r\n".encode())
