"""Requests to an archive behind a source: each gets a good answer, or raises BackendFailed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from xdsi_sim.actors.ports import BackendFailed
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.dicomweb import DicomWebClient, HttpReply
from xdsi_sim.content import head_of, read_all
from xdsi_sim.dicom.attributes import DicomJson
from xdsi_sim.dicomweb.backend import data_sets

__all__ = ["JSON", "ArchiveRequests"]

JSON: Final = "application/dicom+json"
_LARGEST: Final = 256_000_000
"""Octets of metadata in one answer: more than any study has, and less than would do harm."""
_ABSENT: Final = (204, 404, 410)
_SHOWN: Final = 200
"""Octets of an unfit answer that are told."""


class ArchiveRequests:
    """Asks one DICOMweb service, from any thread but the reactor's; paths are below its address."""

    def __init__(
        self,
        url: str,
        client: DicomWebClient,
        wait: Callable[..., HttpReply],
        *,
        sender: str,
        authorization: str | None = None,
    ) -> None:
        """`wait` calls something of the reactor and waits for it; `sender` is who asks.

        `authorization` is the value of the header of that name, which nobody finds in the log.
        """
        self._url = url.rstrip("/")
        self._client = client
        self._wait = wait
        self._sender = sender
        self._secret = authorization

    def get(self, path: str, accept: str, transaction: str) -> HttpReply | None:
        """A good answer; None where there is nothing. Raises BackendFailed."""
        reply = self.ask("GET", path, accept=accept, transaction=transaction)
        if reply.status in _ABSENT:
            return None
        if reply.status != 200:
            raise self.unfit(path, reply)
        return reply

    def ask(self, method: str, path: str, **request: Any) -> HttpReply:
        """An answer of any status; raises BackendFailed where none comes, or a broken one."""
        url = f"{self._url}{path}"
        trace = Trace.current(self._sender)
        send = partial(self._client.request, method, url, trace=trace, authorization=self._secret, **request)
        reply = self._wait(send)
        if not reply.status and not reply.late:
            # archives close kept connections after a second, some of them just as one is used again; all
            # that is asked here may be asked twice
            reply = self._wait(send)
        if reply.trouble is not None:
            told = reply.trouble if reply.trouble.startswith(url) else f"{url}: {reply.trouble}"
            raise BackendFailed(told, late=reply.late)
        return reply

    def unfit(self, path: str, reply: HttpReply) -> BackendFailed:
        """That an answer is not what was asked for, with its status and its first line."""
        said = "".join(head_of(part.content, _SHOWN).decode("utf-8", "replace") for part in reply.parts[:1])
        first = said.strip().partition("\n")[0]
        return BackendFailed(f"{self._url}{path}: HTTP {reply.status}{f', {first}' if first else ''}")

    def data_sets(self, path: str, transaction: str) -> tuple[list[DicomJson], HttpReply | None]:
        """What an answer in DICOM JSON holds, and the answer; nothing where there is nothing."""
        reply = self.get(path, JSON, transaction)
        if reply is None or not reply.parts:
            return [], reply
        content = reply.parts[0].content
        if content.size > _LARGEST:
            raise BackendFailed(f"{self._url}{path}: {content.size} octets of metadata are too many")
        return data_sets(read_all(content)), reply
