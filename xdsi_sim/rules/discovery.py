"""What must hold of a Cross Gateway Patient Discovery: of the query, and of what a community answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import OID
from xdsi_sim.errors import Severity
from xdsi_sim.messages.discovery import (
    FOUND,
    NOBODY,
    UNABLE,
    UNREADABLE,
    DiscoveryRequest,
    DiscoveryResponse,
    read_duration,
)
from xdsi_sim.messages.hl7v3 import attribute_of, ids_of, path
from xdsi_sim.rules.answer import ReceivedAnswer
from xdsi_sim.rules.registry import Verdict, Violation, judge, rule, rules

__all__ = ["DISCOVERY", "check_discovery"]

_ANSWERS: Final = "ITI TF-2: 3.55.4.2.3"


# --- the query -------------------------------------------------------------------------------


@rule("N01", cites="ITI TF-2: 3.55.4.1.2", code=None)
def query_is_wrapped_as_one(query: DiscoveryRequest) -> Iterator[Violation]:
    """interactionId, trigger, processingModeCode, devices and ids of a patient discovery are those of one."""
    wrapper = query.wrapper
    for name, found, expected in (
        ("interactionId", wrapper.interactionId, "PRPA_IN201305UV02"),
        ("the code of controlActProcess", wrapper.trigger, "PRPA_TE201305UV02"),
        ("processingModeCode", wrapper.processingModeCode, "T"),
        ("the number of receivers", str(wrapper.receivers), "1"),
        ("statusCode", wrapper.statusCode, "new"),
        ("responseModalityCode", wrapper.responseModalityCode, "R"),
    ):
        if found != expected:
            yield Violation(f"{name} is {found!r}, not {expected}")
    for name, given in (
        ("the message has no id", query.id.root),
        ("the query has no queryId", query.queryId.root or query.queryId.extension),
        ("the sender has no device id", query.sender),
    ):
        if not given:
            yield Violation(name)


@rule("N02", cites="ITI TF-2: 3.55.4.1.2", code=None)
def query_says_whom_it_is_for(query: DiscoveryRequest) -> Iterator[Violation]:
    """A patient discovery has LivingSubjectName and LivingSubjectBirthTime, or a LivingSubjectId."""
    if not query.ids:
        for name, given in (("LivingSubjectName", query.names), ("LivingSubjectBirthTime", query.birthTime)):
            if not given:
                yield Violation(f"{name} is missing, and there is no LivingSubjectId", attribute=name)


@rule("N03", cites="ITI TF-2: 3.55.4.1.2", code=None)
def query_wants_its_answer_at_once(query: DiscoveryRequest) -> Iterator[Violation]:
    """The responsePriorityCode is I: the Deferred Response Option is not offered here."""
    found = query.wrapper.responsePriorityCode
    if found != "I":
        why = ": deferred answers are not offered" if found == "D" else ""
        yield Violation(f"responsePriorityCode is {found!r}, not I{why}")


@rule("N04", cites="ITI TF-2: 3.55.4.2.3.1", code=None, severity=Severity.WARNING)
def advice_about_keeping_is_a_duration(query: DiscoveryRequest) -> Iterator[Violation]:
    """The header CorrelationTimeToLive, if there is one, is an xs:duration."""
    yield from _advice(query.timeToLive)


def _advice(text: str | None) -> Iterator[Violation]:
    try:
        if text is not None:
            read_duration(text)
    except ValueError:
        yield Violation("CorrelationTimeToLive is no xs:duration", value=text)


DISCOVERY: Final = rules("N01", "N02", "N03", "N04")
"""What a query is held against."""


def check_discovery(query: DiscoveryRequest) -> Verdict:
    """All that is wrong with a query; a community answers it if it is accepted."""
    return judge([(query, DISCOVERY)])


# --- the answer ------------------------------------------------------------------------------


@rule("N05", cites=_ANSWERS, code=None)
def codes_fit_what_is_answered(answer: ReceivedAnswer) -> Iterator[Violation]:
    """OK comes with patients or with wishes for more attributes, NF with neither, AE and QE with AE."""
    response = answer.value
    if not isinstance(response, DiscoveryResponse):
        return
    code, told = response.queryResponseCode, bool(response.matches or response.requested)
    if code not in (FOUND, NOBODY, UNABLE, UNREADABLE):
        yield Violation(f"queryResponseCode is {code!r}, none of OK, NF, AE and QE")
    elif told != (code == FOUND):
        what = "patients or attributes that are asked for" if told else "neither patient nor wish"
        yield Violation(f"queryResponseCode is {code}, and the answer has {what}")
    if response.acknowledgement not in (("AA",) if code in (FOUND, NOBODY) else ("AE", "AR")):
        yield Violation(f"the acknowledgement is {response.acknowledgement!r} beside {code}")


@rule("N06", cites="ITI TF-2: 3.55.4.2.2.4", code=None)
def patients_have_id_and_community(answer: ReceivedAnswer) -> Iterator[Violation]:
    """Each patient of an answer has an id, and the OID of its community as custodian, without urn:oid:."""
    for number, event in enumerate(answer.element.iterfind(_EVENT), 1):
        if not any(id.root and id.extension for id in ids_of(event, _PATIENT_ID)):
            yield Violation(f"patient {number} has no id with root and extension")
        custodian = attribute_of(event, _CUSTODIAN, "root")
        if not OID.fullmatch(custodian):
            yield Violation(f"the custodian of patient {number} is no OID of a community", value=custodian)


_EVENT: Final = path("controlActProcess", "subject", "registrationEvent")
_PATIENT_ID: Final = path("subject1", "patient", "id")
_CUSTODIAN: Final = path("custodian", "assignedEntity", "id")


@rule("N07", cites=_ANSWERS, code=None)
def answer_is_that_of_the_query(answer: ReceivedAnswer) -> Iterator[Violation]:
    """The answer names the query by its queryId, and the message by its id where it names one."""
    response, request = answer.value, answer.request
    if not isinstance(response, DiscoveryResponse) or not isinstance(request, DiscoveryRequest):
        return
    if response.queryId != request.queryId:
        yield Violation("the queryId is not that of the query", value=_shown(response.queryId))
    if (response.target.root or response.target.extension) and response.target != request.id:
        yield Violation("targetMessage is not the message of the query", value=_shown(response.target))


def _shown(id: object) -> str:
    return " ".join(filter(None, (getattr(id, "root", ""), getattr(id, "extension", ""))))


@rule("N08", cites="ITI TF-2: 3.55.4.2.3.1", code=None, severity=Severity.WARNING)
def advice_in_the_answer_is_a_duration(answer: ReceivedAnswer) -> Iterator[Violation]:
    """The header CorrelationTimeToLive of an answer, if there is one, is an xs:duration."""
    yield from _advice(getattr(answer.value, "timeToLive", None))
