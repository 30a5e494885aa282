"""What came of a message, and what to make of an answer that is no SOAP, or is a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.actors.flow import Answer, NoAnswer
from xdsi_sim.client.http import Head
from xdsi_sim.errors import Finding
from xdsi_sim.rules.protocol import finding
from xdsi_sim.soap.faults import Fault
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE, PackageReader

__all__ = ["Reply", "SoapFault", "no_soap", "old_soap", "refuse_head", "ruled", "take_while_soap"]

_SHOWN: Final = 200  # characters of what is no SOAP
_READ: Final = 64 * 1024  # octets that are read of it, since its HTTP answer might be told whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of one message."""

    answer: Answer
    """The response value of the transaction, or why there is none."""
    exchange: str
    """Id of the exchange in the log."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with the answer as a message."""


class SoapFault(NoAnswer):
    """The peer answered with a SOAP fault; its parts are as in `soap.faults.Fault`."""

    def __init__(self, fault: Fault) -> None:
        subcode = f"/{fault.subcode}" if fault.subcode else ""
        super().__init__(f"SOAP fault {fault.code}{subcode}: {fault.reason}")
        self.code = fault.code
        self.subcode = fault.subcode
        self.reason = fault.reason
        self.detail = fault.detail
        self.node = fault.node
        self.role = fault.role


def refuse_head(head: Head) -> None:
    """Raises NoAnswer for a redirect, which is told and not followed, and for a coded body."""
    if 300 <= head.status < 400:
        target = head.header("location")
        raise NoAnswer(f"HTTP {head.status}, a redirect to {target}; redirects are not followed")
    coding = head.header("content-encoding") or "identity"
    if coding.strip().lower() != "identity":
        raise NoAnswer(
            f"HTTP {head.status}, and the answer has Content-Encoding {coding}, which was not asked"
        )


def no_soap(head: Head, reader: PackageReader, problem: Exception | None) -> NoAnswer:
    """Why what came is no SOAP answer: the status, the problem and how the body begins."""
    text = " ".join(bytes(reader.beginning[: 4 * _SHOWN]).decode("utf-8", "replace").split())
    shown = "".join(character for character in text if character.isprintable())[:_SHOWN]
    begins = f"; it begins: {shown}" if shown else ""
    return NoAnswer(f"HTTP {head.status} {head.phrase}, and no SOAP answer: {ruled(problem)}{begins}")


def ruled(problem: Exception | None) -> str:
    """A problem in words, with the rule that it breaks."""
    rule = getattr(problem, "rule", None)
    return f"{problem} [{rule}]" if rule else str(problem)


class take_while_soap:  # noqa: N801  called like a function
    """Feeds a reader until it can become no SOAP any more: an endless page is not read to its end."""

    def __init__(self, head: Head, reader: PackageReader) -> None:
        self._head = head
        self._reader = reader

    def __call__(self, data: bytes) -> None:
        """Take the next piece; raises NoAnswer where nothing that follows could matter."""
        reader = self._reader
        reader.feed(data)
        if reader.problem is not None and len(reader.beginning) >= _READ:
            refuse_head(self._head)
            raise no_soap(self._head, reader, reader.problem)


def old_soap(url: str) -> Finding:
    """That the answer is of another SOAP."""
    text = f"the answer is SOAP 1.1, SOAP 1.2 ({SOAP_MEDIA_TYPE}) is expected"
    return finding("A04", text, url)
