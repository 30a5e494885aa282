"""The error tree: branches by who reads of it and how, and the finding that a rule yields.

`XdsError` is told to a peer as a RegistryError, `StoreTrouble` as that of the actor whose store it is,
`ProtocolViolation` as a SOAP fault, `UsageError` to the person at the keyboard. Anything else that is
raised is a defect of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from errno import EDQUOT, EFBIG, ENOSPC
from typing import ClassVar, Final

__all__ = [
    "NO_SPACE",
    "ActionMismatch",
    "ActionMissing",
    "ActionNotSupported",
    "AddressingHeaderRequired",
    "CannotRun",
    "DocumentNotFound",
    "Finding",
    "InvalidAddressingHeader",
    "LimitExceeded",
    "LoopDetected",
    "NotUnderstood",
    "OnlyAnonymousAddressSupported",
    "ProtocolViolation",
    "RegistryNotAvailable",
    "Severity",
    "StoreBusy",
    "StoreFull",
    "StoreTrouble",
    "UnknownRepositoryId",
    "UnsupportedMediaType",
    "UsageError",
    "VersionMismatch",
    "XdsError",
    "XdsiSimError",
]


class Severity(StrEnum):
    """How much a finding weighs; error and warning are also the severities of a RegistryError."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a rule found in one message."""

    rule: str
    """Id of the rule, for example `D01`."""
    severity: Severity
    text: str
    """What was found and what was expected, in words."""
    location: str | None = None
    """Where: id of the object, line, header or part."""
    cites: str | None = None
    """The decisive section, for example `ITI TF-3: 4.2.3.2.12`."""


class XdsiSimError(Exception):
    """Root of all errors that this package raises on purpose."""


# --- told to a peer as RegistryError ---------------------------------------------------------


class XdsError(XdsiSimError):
    """Something the peer is told as one `rs:RegistryError` (ITI TF-3: 4.2.4.1).

    Attributes: `code` is the errorCode, `codeContext` the facts, `location` as the transaction
    asks (the DocumentUniqueId in retrieves), `severity` error or warning.
    """

    code: ClassVar[str] = "XDSRepositoryError"
    severity: ClassVar[Severity] = Severity.ERROR

    def __init__(self, codeContext: str, *, location: str | None = None) -> None:
        super().__init__(codeContext)
        self.codeContext = codeContext
        self.location = location


class DocumentNotFound(XdsError):
    """No document of that id is here, or none that may be shown."""

    code = "XDSDocumentUniqueIdError"


class UnknownRepositoryId(XdsError):
    """The request names a repository (or imaging source) that this actor is not."""

    code = "XDSUnknownRepositoryId"


class RegistryNotAvailable(XdsError):
    """The repository could not reach its registry."""

    code = "XDSRegistryNotAvailable"


# --- told to a peer as RegistryError of the actor that it has asked -----------------------------


NO_SPACE: Final = frozenset((ENOSPC, EDQUOT, EFBIG))
"""Errors of the system that say that there is no space left."""


class StoreTrouble(XdsiSimError):
    """A store could not do what was asked of it, and is as it was before.

    `kind` is the end of the errorCode, which begins with the actor (ITI TF-3: Table 4.2.4.1-2).
    """

    kind: ClassVar[str] = "Error"


class StoreFull(StoreTrouble):
    """There is no space left."""

    kind = "OutOfResources"


class StoreBusy(StoreTrouble):
    """Somebody else holds the store, for longer than is waited."""

    kind = "Busy"


# --- told to a peer as SOAP fault ------------------------------------------------------------


class ProtocolViolation(XdsiSimError):
    """The message itself is wrong: HTTP, MIME, SOAP or WS-Addressing; answered with a SOAP fault.

    `code` is the local name of the SOAP 1.2 fault code, `subcode` a `wsa` local name or none,
    `http` the status of the answer, `rule` the id in the rule catalogue.
    """

    code: ClassVar[str] = "Sender"
    subcode: ClassVar[str | None] = None
    http: ClassVar[int] = 400

    def __init__(self, reason: str, *, rule: str | None = None, detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = rule
        self.detail = detail
        """A header's QName, an action or a namespace: what the fault names beside its reason."""


class VersionMismatch(ProtocolViolation):
    """The envelope is not SOAP 1.2; `detail` is the namespace that it is in."""

    code = "VersionMismatch"
    http = 500


class NotUnderstood(ProtocolViolation):
    """A header that must be understood is not."""

    code = "MustUnderstand"
    http = 500


class AddressingHeaderRequired(ProtocolViolation):
    """A WS-Addressing header is missing (WS-Addressing 1.0 SOAP Binding: 6.4.1.3)."""

    subcode = "MessageAddressingHeaderRequired"


class ActionMissing(AddressingHeaderRequired):
    """No wsa:Action."""


class ActionNotSupported(ProtocolViolation):
    """wsa:Action names nothing that this endpoint serves (WS-Addressing 1.0 SOAP Binding: 6.4.1.4)."""

    subcode = "ActionNotSupported"


class ActionMismatch(ProtocolViolation):
    """wsa:Action and the child of the Body name different transactions."""


class InvalidAddressingHeader(ProtocolViolation):
    """A WS-Addressing header is there twice or malformed (WS-Addressing 1.0 SOAP Binding: 6.4.1.1)."""

    subcode = "InvalidAddressingHeader"


class OnlyAnonymousAddressSupported(ProtocolViolation):
    """ReplyTo is an address of its own, asynchronous exchange is off.

    Source: WS-Addressing 1.0 SOAP Binding: 6.4.1.7.
    """

    subcode = "OnlyAnonymousAddressSupported"


class UnsupportedMediaType(ProtocolViolation):
    """The Content-Type is none that SOAP travels in."""

    http = 415


class LimitExceeded(ProtocolViolation):
    """The message is larger than a limit allows; the reason names limit, value and setting."""

    http = 413


class LoopDetected(ProtocolViolation):
    """A message has come back to an endpoint that waits for its answer."""

    code = "Receiver"
    http = 500


# --- told to the person at the keyboard ------------------------------------------------------


class UsageError(XdsiSimError):
    """A scenario, a topology or an option is wrong; `str()` gives file, line, column, text and hint."""

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place + ': ' if place else ''}{self.message}{' ' + self.hint if self.hint else ''}"


class CannotRun(UsageError):
    """What was asked for is right, but something here stands against it: a port or a folder that is taken."""
