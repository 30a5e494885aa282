"""Deviations of the status of an answer, and of the errors that explain it (ITI TF-3: 4.2.4)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from xdsi_sim.deviations.deviation import (
    QUERIES,
    RETRIEVES,
    STATUS,
    SUBMISSIONS,
    Case,
    Family,
    Level,
    Message,
    Parameter,
    deviation,
)
from xdsi_sim.deviations.octets import edited
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.vocab import FAILURE, PARTIAL_SUCCESS, SEVERITY_WARNING, SUCCESS

__all__ = ["an_error", "asked", "failing"]

_value = partial(deviation, family=Family.STATUS, level=Level.ANSWER, fits=STATUS)
_text = partial(deviation, family=Family.STATUS, level=Level.MESSAGE, fits=STATUS)
_ERRORS: Final = "ITI TF-3: 4.2.4.1"
_STATUS: Final = "ITI TF-3: 4.2.4.2"


def an_error(case: Case, answer: Any = None, code: str = "", context: str = "") -> RegistryError:
    """An error that keeps all rules but for what is given; its location is what its transaction asks for."""
    registry = case.transaction in (*QUERIES, *SUBMISSIONS, "ITI-62") and case.transaction != "ITI-41"
    return RegistryError(
        errorCode=code or ("XDSRegistryError" if registry else "XDSRepositoryError"),
        codeContext=context or "this error was asked for by a test",
        location=_location(case, answer),
    )


def _location(case: Case, answer: Any) -> str | None:
    if case.transaction == "ITI-38":
        return getattr(case.request, "home", None) or "urn:oid:2.999.1"
    if case.transaction in RETRIEVES:
        return next(iter(asked(case.request)), None)
    return None if answer is None else next((error.location for error in answer.errors), None)


def asked(request: Any) -> list[str]:
    """The DocumentUniqueIds of a retrieve."""
    items = [getattr(item, "document", item) for item in getattr(request, "requests", ())]
    return [item.documentUniqueId for item in items]


def failing(case: Case, *errors: RegistryError) -> Any:
    """The Failure of the transaction with these errors and nothing else."""
    failure = CODECS[case.transaction].failure
    if failure is None:
        raise ValueError(f"the answer to {case.transaction} has no status")
    return replace(failure(an_error(case)), errors=errors)


def _blamed(case: Case, **changes: Any) -> Any:
    """A Failure whose errors keep all rules but for the changes; in a retrieve, one for each document."""
    error = replace(an_error(case), **changes)
    ids = asked(case.request) if case.transaction in RETRIEVES and "location" not in changes else None
    errors = (error,) if not ids else tuple(replace(error, location=id) for id in ids)
    return failing(case, *errors)


# --- the status ------------------------------------------------------------------------------


@_value("success-with-error", cites=_STATUS, finds="J03", comes="Success")
def success_with_error(answer: Any, case: Case) -> Any:
    """A Success brings an error that weighs as one."""
    return replace(answer, status=SUCCESS, errors=(an_error(case, answer),))


@_value("failure-without-error", cites=_STATUS, finds="J03", comes="Failure", instead=True)
def failure_without_error(_answer: Any, case: Case) -> Any:
    """A Failure has no error that says why."""
    return failing(case)


@_value("partial-submission", fits=SUBMISSIONS, cites=_STATUS, finds="J02", comes="PartialSuccess")
def partial_submission(answer: Any, case: Case) -> Any:
    """A submission is a PartialSuccess, though it is taken or refused as a whole."""
    return replace(answer, status=PARTIAL_SUCCESS, errors=(an_error(case, answer),))


@_value("partial-without-error", fits=RETRIEVES, cites=_STATUS, finds="H09", comes="PartialSuccess")
def partial_without_error(answer: Any, _case: Case) -> Any:
    """A PartialSuccess delivers everything and has no error."""
    return replace(answer, status=PARTIAL_SUCCESS, errors=())


@_value("failure-with-documents", fits=RETRIEVES, cites=_STATUS, finds="H10", comes="Failure")
def failure_with_documents(answer: Any, case: Case) -> Any:
    """A Failure delivers documents."""
    return replace(answer, status=FAILURE, errors=(an_error(case, answer),))


@_value("failure-with-objects", fits=QUERIES, cites=_STATUS, finds="I26", comes="Failure")
def failure_with_objects(answer: Any, case: Case) -> Any:
    """A Failure gives the objects that were asked for."""
    return replace(answer, status=FAILURE, errors=(an_error(case, answer),))


@_value("status-unknown", cites="ITI TF-3: 4.2.4", finds="J01")
def status_unknown(answer: Any, _case: Case) -> Any:
    """The status is none of the three."""
    return replace(answer, status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Unavailable")


@_value("status-short", cites="ITI TF-3: 4.2.4", finds="J01", comes="Success")
def status_short(answer: Any, _case: Case) -> Any:
    """The status is the word Success, not its URN."""
    return replace(answer, status="Success")


@_text("status-missing", cites="ITI TF-3: 4.2.4", finds="J01")
def status_missing(message: Message, _case: Case) -> Message:
    """The answer has no status."""
    return edited(message, rb' status="urn:[^"]*"', b"")


# --- the errors ------------------------------------------------------------------------------


@_value("error-without-context", cites=_ERRORS, finds="J04", comes="Failure", instead=True)
def error_without_context(_answer: Any, case: Case) -> Any:
    """A RegistryError has an empty codeContext."""
    return _blamed(case, codeContext="")


@_value("error-without-code", cites=_ERRORS, finds="J04", comes="Failure", instead=True)
def error_without_code(_answer: Any, case: Case) -> Any:
    """A RegistryError has an empty errorCode."""
    return _blamed(case, errorCode="")


@_value("error-without-severity", cites=_ERRORS, finds="J04 J06", comes="Failure", instead=True)
def error_without_severity(_answer: Any, case: Case) -> Any:
    """A RegistryError has an empty severity."""
    return _blamed(case, severity="")


@_value("severity-unknown", cites="ITI TF-3: Table 4.2.4.1-1", finds="J05 J06", comes="Failure", instead=True)
def severity_unknown(_answer: Any, case: Case) -> Any:
    """The severity of a RegistryError is the word Error, not its URN."""
    return _blamed(case, severity="Error")


@_value(
    "error-code-unknown",
    cites="ITI TF-3: Table 4.2.4.1-2",
    parameters=(Parameter(name="code", default="VendorError42", text="the errorCode"),),
    finds="J07",
    comes="Failure",
    instead=True,
)
def error_code_unknown(_answer: Any, case: Case) -> Any:
    """The errorCode is one that the framework does not know."""
    return _blamed(case, errorCode=case.parameters["code"])


@_value("error-code-foreign", cites="ITI TF-3: Table 4.2.4.1-2", finds="J07", comes="Failure", instead=True)
def error_code_foreign(_answer: Any, case: Case) -> Any:
    """The errorCode is one of other transactions."""
    code = "XDSStoredQueryMissingParam" if case.transaction not in QUERIES else "XDSMissingDocument"
    context = "$XDSDocumentEntryPatientId" if case.transaction not in QUERIES else "a document is missing"
    return _blamed(case, errorCode=code, codeContext=context)


@_value(
    "error-context-vague",
    fits=("ITI-18", "ITI-51", "ITI-38", "ITI-41", "ITI-42"),
    cites="ITI TF-3: Table 4.2.4.1-2",
    finds="J09",
    comes="Failure",
    instead=True,
)
def error_context_vague(_answer: Any, case: Case) -> Any:
    """The codeContext does not hold what the errorCode asks for: XDSUnknownPatientId without a patient id."""
    return _blamed(case, errorCode="XDSUnknownPatientId", codeContext="something is wrong")


@_value(
    "error-without-location",
    fits=RETRIEVES,
    cites="ITI TF-2: 3.43.5",
    finds="H08",
    comes="Failure",
    instead=True,
)
def error_without_location(_answer: Any, case: Case) -> Any:
    """The RegistryError of a retrieve does not say of which document it is."""
    return _blamed(case, location=None)


@_value(
    "error-location-foreign",
    fits=("ITI-38",),
    cites="ITI TF-2: 3.38.4.1.3",
    finds="I30",
    comes="Failure",
    instead=True,
)
def error_location_foreign(_answer: Any, case: Case) -> Any:
    """The location of a Responding Gateway's error is no homeCommunityId."""
    return _blamed(case, location="gateway.example")


@_text("highest-severity-wrong", cites="ITI TF-3: 4.2.4", finds="J03 J06", comes="Success")
def highest_severity_wrong(message: Message, case: Case) -> Message:
    """The highestSeverity is a warning, and the only entry an error, in a Success."""
    return _with_errors(message, case, highest=SEVERITY_WARNING)


@_text("error-with-content", cites=_ERRORS, finds="J03 J04", comes="Success")
def error_with_content(message: Message, case: Case) -> Message:
    """A RegistryError in a Success has text inside, where it is to be empty."""
    return _with_errors(message, case, content="something is wrong")


def _with_errors(message: Message, case: Case, *, highest: str = "", content: str = "") -> Message:
    """An error written by hand into the answer: the values have no place for what is wrong with it."""
    error = an_error(case)
    location = "" if error.location is None else f' location="{error.location}"'
    told = f' highestSeverity="{highest}"' if highest else ""
    text = (
        f"<rs:RegistryErrorList{told}>"
        f'<rs:RegistryError errorCode="{error.errorCode}" codeContext="{error.codeContext}" '
        f'severity="{error.severity}"{location}>{content}</rs:RegistryError></rs:RegistryErrorList>'
    )
    return edited(message, rb'( status="[^"]*">)', rb"\1" + text.encode())


@_text("object-list-missing", fits=QUERIES, cites="ebRS 3.0", finds="J10")
def object_list_missing(message: Message, _case: Case) -> Message:
    """The answer to a query has no RegistryObjectList."""
    return edited(message, rb"<rim:RegistryObjectList.*</rim:RegistryObjectList>", b"")
