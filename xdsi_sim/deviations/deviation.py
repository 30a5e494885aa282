"""What a deviation is: one function that changes an answer, and one row that says all about it.

It changes one of three things: the answer as a value, before it is written; the message, as octets and
headers; or the way in which that is sent. Nothing here opens a socket: the server does as it is told.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Any, Final, TypeVar

from xdsi_sim.content import Segment
from xdsi_sim.vocab import TRANSACTIONS

__all__ = [
    "ALL",
    "DEVIATIONS",
    "FHIR",
    "MTOM",
    "OTHER_NAMES",
    "QUERIES",
    "RETRIEVES",
    "SOAP",
    "STATUS",
    "SUBMISSIONS",
    "TLS",
    "WEB",
    "Case",
    "Deviation",
    "End",
    "Family",
    "Level",
    "Message",
    "Parameter",
    "Presented",
    "Sending",
    "deviation",
    "register",
]

QUERIES: Final = ("ITI-18", "ITI-51", "ITI-38")
RETRIEVES: Final = ("ITI-43", "ITI-39", "RAD-69", "RAD-75")
SUBMISSIONS: Final = ("ITI-41", "ITI-42", "ITI-57", "ITI-61", "ITI-92")
STATUS: Final = (*QUERIES, *RETRIEVES, *SUBMISSIONS, "ITI-62", "ITI-86")
"""Those whose answers have a status and errors (ITI TF-3: 4.2.4)."""
SOAP: Final = tuple(TRANSACTIONS)
MTOM: Final = tuple(name for name, transaction in TRANSACTIONS.items() if transaction.mtom)
TLS: Final = "TLS"
"""Stands for the transaction of a connection that has brought no message yet."""
WEB: Final = ("WADO-RS", "QIDO-RS", "STOW-RS", "RAD-55", "RAD-106", "XC-WADO", "DICOMweb")
FHIR: Final = ("ITI-65", "ITI-66", "ITI-67", "ITI-68", "ITI-105")
OTHER_NAMES: Final = {"RAD-68": "ITI-41"}
"""What a transaction is called where it brings a manifest (RAD TF: 4.68)."""
ALL: Final = (*SOAP, *OTHER_NAMES, *WEB, *FHIR, TLS)


class Family(StrEnum):
    """What kind of wrong it is; the catalogue is told by these."""

    TRANSPORT = "transport"
    HTTP = "http"
    TLS = "tls"
    SOAP = "soap"
    ADDRESSING = "ws-addressing"
    MTOM = "mtom"
    STATUS = "status"
    CODE = "error code"
    QUERY = "query"
    RETRIEVE = "retrieve"
    IMAGE = "image"


class Level(Enum):
    """What a deviation changes."""

    ANSWER = "the answer, before it is written"
    MESSAGE = "the message, as octets and headers"
    SENDING = "the way in which it is sent"
    CONNECTION = "what a connection begins with"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An HTTP answer that is ready to be sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Without Content-Length, which is that of the segments."""
    segments: tuple[Segment, ...]
    outcome: str = ""
    """What the log says of it, where it is none of the actor: `HTTP 503`, `Fault Receiver`."""


class End(Enum):
    """What comes after the last octet."""

    FINISH = "the answer is over"
    CLOSE = "the connection is closed"
    RESET = "the connection is broken off"
    STALL = "nothing, and the connection stays open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a message is sent; as it stands here, in the usual way."""

    delay: float = 0.0
    """Seconds before anything is sent."""
    piece: int | None = None
    """Octets of the body in one write; None: as many as the peer takes."""
    pause: float = 0.0
    """Seconds between two writes."""
    head: bool = True
    """Whether status and headers are sent at all."""
    share: float = 1.0
    """How much of the body is sent before the end."""
    octets: int | None = None
    """The same in octets; None: as `share` says."""
    claims: int = 0
    """Octets that Content-Length says beyond those of the body."""
    end: End = End.FINISH


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """The certificate that a port presents; as it stands here, the right one."""

    shift: timedelta = timedelta()
    """By how much its time of validity is another one."""
    host: str | None = None
    """The host that it is for; None: this one."""
    trusted: bool = True
    """Whether it is signed by the authority of the topology."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The message that is answered, as far as a deviation needs it, and what the deviation was told."""

    transaction: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    request: Any = None
    """The request value of the transaction."""
    message_id: str | None = None
    """wsa:MessageID of the request."""
    addressed: bool = True
    """Whether the request has WS-Addressing."""
    chance: Callable[[], float] = random.random
    """A number from 0 up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What may be set of a deviation."""

    name: str
    default: Any
    """Also says of which type a value is."""
    text: str
    least: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One row of the catalogue."""

    id: str
    family: Family
    text: str
    """What is wrong, in a sentence."""
    level: Level
    change: Callable[[Any, Case], Any]
    """From what would be right to what is wrong; what it cannot change it gives back as it is."""
    transactions: tuple[str, ...] | None = None
    """Whose answers it fits; None: all."""
    instead: bool = False
    """Whether the actor is not asked at all: nothing is stored, nothing looked up."""
    cites: str | None = None
    """What is broken, where a text says so."""
    parameters: tuple[Parameter, ...] = ()
    finds: tuple[str, ...] = ()
    """The rules that our own client finds broken by it."""
    comes: str = ""
    """What an answer is to our own client: a status with its errorCode, or words of why there is none."""

    def fits(self, transaction: str) -> bool:
        """Whether it can change the answer of a transaction."""
        name = OTHER_NAMES.get(transaction, transaction)
        return self.transactions is None or name in self.transactions

    def defaults(self) -> dict[str, Any]:
        """Its parameters as they are where nobody sets them."""
        return {parameter.name: parameter.default for parameter in self.parameters}


DEVIATIONS: Final[dict[str, Deviation]] = {}
"""Every deviation by id, filled as the modules of this package are imported."""

_C = TypeVar("_C", bound=Callable[[Any, Case], Any])


def deviation(
    id: str,
    family: Family,
    level: Level,
    *,
    fits: Collection[str] | None = None,
    instead: bool = False,
    cites: str | None = None,
    parameters: tuple[Parameter, ...] = (),
    finds: str = "",
    comes: str = "",
) -> Callable[[_C], _C]:
    """Register the decorated function as the deviation `id`; its docstring says what is wrong."""

    def decorate(change: _C) -> _C:
        """Enter the function in the catalogue, and give it back."""
        register(
            Deviation(
                id=id,
                family=family,
                text=" ".join((change.__doc__ or "").split()),
                level=level,
                change=change,
                transactions=None if fits is None else tuple(fits),
                instead=instead,
                cites=cites,
                parameters=parameters,
                finds=tuple(finds.split()),
                comes=comes,
            )
        )
        return change

    return decorate


def register(row: Deviation) -> None:
    """Enter a row; for those that are made of a table."""
    if row.id in DEVIATIONS:
        raise ValueError(f"deviation {row.id} is there twice")
    DEVIATIONS[row.id] = row
