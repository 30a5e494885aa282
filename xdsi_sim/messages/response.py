"""`rs:RegistryResponse` and its errors: the status part of every answer (ITI TF-3: 4.2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.ebrim.xml import Element, child_of, escape
from xdsi_sim.errors import Finding, Severity, XdsError
from xdsi_sim.vocab import FAILURE, NS, PARTIAL_SUCCESS, SEVERITY_ERROR, SEVERITY_WARNING, SUCCESS

__all__ = [
    "RegistryError",
    "RegistryResponse",
    "ReportedError",
    "StatusReport",
    "read_registry_response",
    "read_status_report",
    "retrieve_status",
    "status_name",
    "write_errors",
    "write_registry_response",
]

_RS: Final = f"{{{NS.RS}}}"
_SEVERITY: Final = {Severity.ERROR: SEVERITY_ERROR, Severity.WARNING: SEVERITY_WARNING}
_MAX_CONTEXT: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryError:
    """One problem, told in the profile's terms (ITI TF-3: 4.2.4.1)."""

    errorCode: str
    codeContext: str
    severity: str = SEVERITY_ERROR
    location: str | None = None

    @classmethod
    def of(cls, error: XdsError) -> RegistryError:
        """What a peer is told of `error`."""
        return cls(
            errorCode=error.code,
            codeContext=error.codeContext,
            severity=_SEVERITY[error.severity],
            location=error.location,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryResponse:
    """Status and errors; the whole answer to a submission."""

    status: str = SUCCESS
    errors: tuple[RegistryError, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    """For the log alone: what the actor found in the request, whether it is told or not."""


def status_name(status: str) -> str:
    """The last part of a status URI: Success, PartialSuccess, Failure."""
    return status.rpartition(":")[2]


def retrieve_status(delivered: int, errors: Iterable[RegistryError]) -> str:
    """The three-way rule over one retrieve: all, some or none delivered (ITI TF-3: 4.2.4.2)."""
    failed = any(error.severity == SEVERITY_ERROR for error in errors)
    if not failed:
        return SUCCESS
    return PARTIAL_SUCCESS if delivered else FAILURE


def read_registry_response(element: Element) -> RegistryResponse:
    """From `rs:RegistryResponse`, or any element that carries @status and the error list as it does."""
    return RegistryResponse(
        status=element.get("status", ""),
        errors=tuple(
            RegistryError(
                errorCode=error.get("errorCode", ""),
                codeContext=error.get("codeContext", ""),
                severity=error.get("severity", SEVERITY_ERROR),
                location=error.get("location"),
            )
            for errors in element.iterchildren(f"{_RS}RegistryErrorList")
            for error in errors.iterchildren(f"{_RS}RegistryError")
        ),
    )


# --- as it stands in an answer that is judged ------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedError:
    """A `rs:RegistryError` as received: absent is None, nothing is filled in."""

    errorCode: str | None
    codeContext: str | None
    severity: str | None
    location: str | None
    content: str = ""
    """What stands inside the element; it should be nothing."""

    @property
    def is_error(self) -> bool:
        """Whether it weighs as an error: an absent severity does, by the schema's default."""
        return self.severity != SEVERITY_WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """Status and errors as received, where `RegistryResponse` has what they mean."""

    status: str | None = None
    highestSeverity: str | None = None
    errors: tuple[ReportedError, ...] = ()


def read_status_report(element: Element) -> StatusReport:
    """From the element of any answer that carries a status, or holds the `rs:RegistryResponse` that does."""
    found = child_of(element, f"{_RS}RegistryResponse")
    holder = element if found is None else found
    errors = child_of(holder, f"{_RS}RegistryErrorList")
    return StatusReport(
        status=holder.get("status"),
        highestSeverity=None if errors is None else errors.get("highestSeverity"),
        errors=() if errors is None else tuple(map(_reported, errors.iterchildren(f"{_RS}RegistryError"))),
    )


def _reported(error: Element) -> ReportedError:
    return ReportedError(
        errorCode=error.get("errorCode"),
        codeContext=error.get("codeContext"),
        severity=error.get("severity"),
        location=error.get("location"),
        content="".join(map(str, error.itertext())).strip() or ("an element" if len(error) else ""),
    )


# --- writing ---------------------------------------------------------------------------------


def write_registry_response(response: RegistryResponse) -> bytes:
    """`rs:RegistryResponse`, complete in its namespace."""
    return (
        f'<rs:RegistryResponse xmlns:rs="{NS.RS}" status="{escape(response.status)}">'
        f"{write_errors(response.errors)}</rs:RegistryResponse>"
    ).encode()


def write_errors(errors: tuple[RegistryError, ...]) -> str:
    """`rs:RegistryErrorList`, or nothing where there are none; the caller declares the prefix."""
    if not errors:
        return ""
    worst = SEVERITY_ERROR if any(error.severity == SEVERITY_ERROR for error in errors) else SEVERITY_WARNING
    entries = "".join(map(_write_error, errors))
    return f'<rs:RegistryErrorList highestSeverity="{worst}">{entries}</rs:RegistryErrorList>'


def _write_error(error: RegistryError) -> str:
    location = "" if error.location is None else f' location="{escape(error.location)}"'
    return (
        f'<rs:RegistryError errorCode="{escape(error.errorCode)}" '
        f'codeContext="{escape(_one_line(error.codeContext))}" '
        f'severity="{escape(error.severity)}"{location}/>'
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_MAX_CONTEXT]
