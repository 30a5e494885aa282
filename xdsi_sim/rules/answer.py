"""What must hold of the status and the errors of any answer (ITI TF-3: 4.2.4).

The subject is an answer that was received, so no peer is told of what is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.xml import Element, child_of
from xdsi_sim.errors import Severity
from xdsi_sim.messages.response import ReportedError, StatusReport, read_status_report, status_name
from xdsi_sim.rules.error_codes import ERROR_CODES
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.vocab import FAILURE, NS, PARTIAL_SUCCESS, SEVERITY_ERROR, SEVERITY_WARNING, SUCCESS

__all__ = ["ReceivedAnswer"]

_LIST: Final = f"{{{NS.RIM}}}RegistryObjectList"
_STATUS: Final = (SUCCESS, FAILURE, PARTIAL_SUCCESS)
_SEVERITIES: Final = {SEVERITY_ERROR: Severity.ERROR, SEVERITY_WARNING: Severity.WARNING}
_WHOLE: Final = ("ITI-41", "RAD-68", "ITI-80", "ITI-42", "ITI-57", "ITI-61", "ITI-62", "ITI-92")
"""Transactions that are done as a whole or not at all."""


@dataclass(frozen=True, kw_only=True)
class ReceivedAnswer:
    """The answer to one request, as element and as value."""

    transaction: str
    element: Element
    """The child of the Body."""
    value: Any
    """The response value of the transaction."""
    request: Any = None
    """The request value; None where it is not known, and nothing is held against it."""
    report: StatusReport = field(default=StatusReport())

    @classmethod
    def of(cls, transaction: str, element: Element, value: Any, request: Any = None) -> ReceivedAnswer:
        """The answer with its status report read."""
        return cls(
            transaction=transaction,
            element=element,
            value=value,
            request=request,
            report=read_status_report(element),
        )

    @cached_property
    def objects(self) -> RegistryObjectList:
        """The metadata in the answer to a query."""
        objects = child_of(self.element, _LIST)
        return RegistryObjectList() if objects is None else read_object_list(objects)

    @property
    def failed(self) -> bool:
        """Whether any of its errors weighs as one."""
        return any(error.is_error for error in self.report.errors)


def _named(number: int, error: ReportedError, text: str) -> str:
    return f"RegistryError {number} ({error.errorCode or 'without errorCode'}) {text}"


@rule("J01", cites="ITI TF-3: 4.2.4", code=None)
def status_is_one_of_three(answer: ReceivedAnswer) -> Iterator[Violation]:
    """The status is Success, Failure or PartialSuccess, each by its whole URI."""
    status = answer.report.status
    if status is None:
        yield Violation("the answer has no status", attribute="status")
    elif status not in _STATUS:
        yield Violation(f"the status is none of {', '.join(_STATUS)}", attribute="status", value=status)


@rule("J02", cites="ITI TF-3: Table 4.2.4.2-1, Table 4.2.4.2-2", code=None)
def submissions_succeed_or_fail(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A submission is taken or refused as a whole: its answer is never PartialSuccess."""
    if answer.report.status == PARTIAL_SUCCESS and answer.transaction in _WHOLE:
        text = f"{answer.transaction} is answered by Success or Failure"
        yield Violation(text, attribute="status", value=answer.report.status)


@rule("J03", cites="ITI TF-3: 4.2.4.2", code=None)
def status_fits_the_errors(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A Failure has at least one error, a Success none; warnings may be in both."""
    status = answer.report.status
    if status == FAILURE and not answer.failed:
        yield Violation("the status is Failure, and no error says why", attribute="status")
    for error in answer.report.errors:
        if status == SUCCESS and error.is_error:
            text = "the status is Success, and there is an error"
            yield Violation(text, attribute="errorCode", value=error.errorCode)


@rule("J04", cites="ITI TF-3: 4.2.4.1", code=None)
def errors_are_complete(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A RegistryError has errorCode, codeContext and severity, none of them empty, and no content."""
    for number, error in enumerate(answer.report.errors, 1):
        for name in ("errorCode", "codeContext", "severity"):
            given = getattr(error, name)
            if not (given or "").strip():
                what = "has no" if given is None else "has an empty"
                yield Violation(_named(number, error, f"{what} {name}"), attribute=name)
        if error.content:
            text = _named(number, error, "has content, it is to be empty")
            yield Violation(text, attribute="RegistryError", value=error.content)


@rule("J05", cites="ITI TF-3: Table 4.2.4.1-1", code=None)
def severity_is_one_of_two(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A severity is that of an error or a warning, by its whole URI."""
    given = [("severity", error.severity) for error in answer.report.errors]
    for attribute, severity in (*given, ("highestSeverity", answer.report.highestSeverity)):
        if severity and severity not in _SEVERITIES:
            text = f"{attribute} is neither {SEVERITY_ERROR} nor {SEVERITY_WARNING}"
            yield Violation(text, attribute=attribute, value=severity)


@rule("J06", cites="ITI TF-3: 4.2.4", code=None)
def highest_severity_is_the_highest(answer: ReceivedAnswer) -> Iterator[Violation]:
    """The highestSeverity, where it is given, is that of the worst entry."""
    report = answer.report
    worst = SEVERITY_ERROR if answer.failed else SEVERITY_WARNING
    if report.errors and report.highestSeverity in _SEVERITIES and report.highestSeverity != worst:
        text = f"the worst entry is {status_name(worst)}"
        yield Violation(text, attribute="highestSeverity", value=report.highestSeverity)


@rule("J07", cites="ITI TF-3: Table 4.2.4.1-2", code=None, severity=Severity.WARNING)
def error_code_is_one_of_the_transaction(answer: ReceivedAnswer) -> Iterator[Violation]:
    """An errorCode is one of the table, of this transaction, and as heavy as the table says."""
    for number, error in enumerate(answer.report.errors, 1):
        if not error.errorCode:
            continue
        known = ERROR_CODES.get(error.errorCode)
        if known is None:
            wrong = "is no code of the framework"
        elif answer.transaction not in known.transactions:
            wrong = f"is no code of {answer.transaction}"
        elif _SEVERITIES.get(error.severity or "", known.severities[0]) not in known.severities:
            wrong = f"weighs as {known.severities[0].value} only"
        else:
            continue
        yield Violation(_named(number, error, wrong), attribute="errorCode", value=error.errorCode)


@rule("J08", cites="ITI TF-3: Table 4.2.4.1-2", code=None, severity=Severity.WARNING)
def error_code_is_not_of_the_past(answer: ReceivedAnswer) -> Iterator[Violation]:
    """An errorCode is not one of old editions or implementations."""
    for number, error in enumerate(answer.report.errors, 1):
        known = ERROR_CODES.get(error.errorCode or "")
        if known is not None and known.instead is not None:
            text = _named(number, error, f"is of the past; today it is {known.instead}")
            yield Violation(text, attribute="errorCode", value=error.errorCode)


@rule("J09", cites="ITI TF-3: Table 4.2.4.1-2", code=None, severity=Severity.WARNING)
def code_context_holds_the_facts(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A codeContext holds what its code asks for: the uniqueId, the patient id, the parameter."""
    for number, error in enumerate(answer.report.errors, 1):
        known = ERROR_CODES.get(error.errorCode or "")
        text = error.codeContext or ""
        if known is not None and text.strip() and not known.context.pattern.search(text):
            wrong = _named(number, error, f"does not say {known.context.words}")
            yield Violation(wrong, attribute="codeContext", value=text)
