"""ITI-55 on the wire: PRPA_IN201305UV02 and PRPA_IN201306UV02 of HL7 v3 (ITI TF-2: 3.55).

What a query or a patient has beside what is named here is read past; the header CorrelationTimeToLive is
part of both messages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeVar

from xdsi_sim.ebrim.xml import Element, child_of, escape, local_name, serialise
from xdsi_sim.messages.discovery import (
    DiscoveryRequest,
    DiscoveryResponse,
    Match,
    QueryWrapper,
    home_of,
    oid_of,
)
from xdsi_sim.messages.hl7v3 import (
    INTERACTION_IDS,
    attribute_of,
    coded,
    envelope_of,
    ids_of,
    name_of,
    path,
    person_of,
    text_of,
    write_detail,
    write_device,
    write_id,
    write_name,
    write_person,
)
from xdsi_sim.messages.patient_feed import Ii
from xdsi_sim.vocab import NS

__all__ = [
    "TIME_TO_LIVE",
    "header_of_discovery",
    "read_discovery_request",
    "read_discovery_response",
    "with_header",
    "write_discovery_request",
    "write_discovery_response",
]

TIME_TO_LIVE: Final = f"{{{NS.XCPD}}}CorrelationTimeToLive"
"""The header by which either side says how long a correlation may be kept (ITI TF-2: 3.55.4.2.3.1)."""

_REQUEST: Final = "PRPA_IN201305UV02"
_RESPONSE: Final = "PRPA_IN201306UV02"
_TRIGGER: Final = "PRPA_TE201306UV02"
_MORE: Final = "1.3.6.1.4.1.19376.1.2.27.1"
_LOCATOR: Final = "1.3.6.1.4.1.19376.1.2.27.2"
_ISSUE: Final = "1.3.6.1.4.1.19376.1.2.27.3"
_ACT: Final = "2.16.840.1.113883.5.4"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

Message = TypeVar("Message", DiscoveryRequest, DiscoveryResponse)


# --- the header ------------------------------------------------------------------------------


def header_of_discovery(message: DiscoveryRequest | DiscoveryResponse) -> str:
    """The header blocks of a message, beside those of WS-Addressing."""
    if message.timeToLive is None:
        return ""
    text = escape(message.timeToLive)
    return f'<xcpd:CorrelationTimeToLive xmlns:xcpd="{NS.XCPD}">{text}</xcpd:CorrelationTimeToLive>'


def with_header(message: Message, header: Element | None) -> Message:
    """The message with what `soap:Header` says of it."""
    found = None if header is None else child_of(header, TIME_TO_LIVE)
    return message if found is None else replace(message, timeToLive=text_of(found))


# --- the request -----------------------------------------------------------------------------

_QUERY: Final = path("controlActProcess", "queryByParameter")
_VALUE: Final = path("value")


def read_discovery_request(element: Element) -> DiscoveryRequest:
    """From `hl7:PRPA_IN201305UV02`; what is not there is empty."""
    query = element.find(_QUERY)
    parameters = [] if query is None else [*query.iterfind(path("parameterList", "*"))]
    values = [(local_name(one), value) for one in parameters for value in one.iterfind(_VALUE)]
    return DiscoveryRequest(
        id=next(ids_of(element, path("id")), Ii("")),
        queryId=next(ids_of(element, f"{_QUERY}/{path('queryId')}"), Ii("")),
        ids=tuple(id for one in parameters for id in ids_of(one, _VALUE) if _is(one, "livingSubjectId")),
        names=tuple(
            name for kind, value in values if kind == "livingSubjectName" and (name := name_of(value))
        ),
        birthTime=_first(values, "livingSubjectBirthTime", "value"),
        gender=_first(values, "livingSubjectAdministrativeGender", "code"),
        mothersMaidenName=next((_maiden(value) for kind, value in values if kind == "mothersMaidenName"), ""),
        parameters=frozenset(kind for kind, _ in values),
        least=_number(attribute_of(element, f"{_QUERY}/{_DEGREE}", "value")),
        wrapper=_wrapper(element),
        community=attribute_of(
            element, path("sender", "device", "asAgent", "representedOrganization", "id"), "root"
        ),
        echo=b"" if query is None else serialise(query),
        **envelope_of(element),
    )


_DEGREE: Final = path("matchCriterionList", "minimumDegreeMatch", "value")


def _wrapper(element: Element) -> QueryWrapper:
    return QueryWrapper(
        interactionId=attribute_of(element, path("interactionId"), "extension"),
        trigger=attribute_of(element, path("controlActProcess", "code"), "code"),
        processingModeCode=attribute_of(element, path("processingModeCode"), "code"),
        receivers=len(element.findall(path("receiver"))),
        statusCode=attribute_of(element, f"{_QUERY}/{path('statusCode')}", "code"),
        responseModalityCode=attribute_of(element, f"{_QUERY}/{path('responseModalityCode')}", "code"),
        responsePriorityCode=attribute_of(element, f"{_QUERY}/{path('responsePriorityCode')}", "code"),
    )


def _is(element: Element, name: str) -> bool:
    return local_name(element) == name


def _first(values: list[tuple[str, Element]], name: str, attribute: str) -> str:
    return next((value.get(attribute, "").strip() for kind, value in values if kind == name), "")


def _maiden(value: Element) -> str:
    name = name_of(value)
    return name.family if name is not None else text_of(value)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 else None


def write_discovery_request(message: DiscoveryRequest) -> bytes:
    """`hl7:PRPA_IN201305UV02`."""
    wrapper = message.wrapper
    receiver = write_device("receiver", "RCV", message.receiver)
    return (
        f'<{_REQUEST} xmlns="{NS.HL7}" ITSVersion="XML_1.0">'
        f"{write_id('id', message.id)}{coded('creationTime', 'value', message.time)}"
        f'<interactionId root="{INTERACTION_IDS}" extension="{escape(wrapper.interactionId)}"/>'
        f'<processingCode code="P"/>{coded("processingModeCode", "code", wrapper.processingModeCode)}'
        f'<acceptAckCode code="NE"/>{receiver * wrapper.receivers}'
        f"{write_device('sender', 'SND', message.sender, message.community)}"
        '<controlActProcess classCode="CACT" moodCode="EVN">'
        f'<code code="{escape(wrapper.trigger)}" codeSystem="{INTERACTION_IDS}"/>'
        f"{_write_query(message)}</controlActProcess></{_REQUEST}>"
    ).encode()


def _write_query(message: DiscoveryRequest) -> str:
    wrapper = message.wrapper
    return (
        f"<queryByParameter>{write_id('queryId', message.queryId)}"
        f"{coded('statusCode', 'code', wrapper.statusCode)}"
        f"{coded('responseModalityCode', 'code', wrapper.responseModalityCode)}"
        f"{coded('responsePriorityCode', 'code', wrapper.responsePriorityCode)}"
        f"{_write_least(message.least)}<parameterList>{''.join(_parameters(message))}</parameterList>"
        "</queryByParameter>"
    )


def _write_least(least: int | None) -> str:
    if least is None:
        return ""
    value = f'<value xmlns:xsi="{_XSI}" xsi:type="INT" value="{least}"/>'
    text = "<semanticsText>Degree of match requested</semanticsText>"
    return f"<matchCriterionList><minimumDegreeMatch>{value}{text}</minimumDegreeMatch></matchCriterionList>"


def _parameters(message: DiscoveryRequest) -> list[str]:
    """In the order that HL7 v3 has for them."""
    told = []
    if message.gender:
        gender = coded("value", "code", message.gender)
        told.append(_parameter("livingSubjectAdministrativeGender", gender, "administrativeGender"))
    if message.birthTime:
        time = coded("value", "value", message.birthTime)
        told.append(_parameter("livingSubjectBirthTime", time, "birthTime"))
    told += [_parameter("livingSubjectId", write_id("value", id), "id") for id in message.ids]
    told += [_parameter("livingSubjectName", write_name(name, "value"), "name") for name in message.names]
    if message.mothersMaidenName:
        value = f"<value><family>{escape(message.mothersMaidenName)}</family></value>"
        text = "<semanticsText>Person.MothersMaidenName</semanticsText>"
        told.append(f"<mothersMaidenName>{value}{text}</mothersMaidenName>")
    return told


def _parameter(name: str, value: str, semantics: str) -> str:
    return f"<{name}>{value}<semanticsText>LivingSubject.{semantics}</semanticsText></{name}>"


# --- the response ----------------------------------------------------------------------------

_EVENT: Final = path("controlActProcess", "subject", "registrationEvent")
_PATIENT: Final = path("subject1", "patient")
_CERTAINTY: Final = f"{_PATIENT}/{path('subjectOf1', 'queryMatchObservation', 'value')}"
_DETECTED: Final = path("controlActProcess", "reasonOf", "detectedIssueEvent")
_ORDERED: Final = f"{_DETECTED}/{path('triggerFor', 'actOrderRequired', 'code')}"
_MANAGED: Final = f"{_DETECTED}/{path('mitigatedBy', 'detectedIssueManagement', 'code')}"


def read_discovery_response(element: Element) -> DiscoveryResponse:
    """From `hl7:PRPA_IN201306UV02`; what is not there is empty."""
    details = path("acknowledgement", "acknowledgementDetail", "text")
    ack, envelope = path("controlActProcess", "queryAck"), envelope_of(element)
    return DiscoveryResponse(
        acknowledgement=attribute_of(element, path("acknowledgement", "typeCode"), "code"),
        queryResponseCode=attribute_of(element, f"{ack}/{path('queryResponseCode')}", "code"),
        target=next(ids_of(element, path("acknowledgement", "targetMessage", "id")), Ii("")),
        queryId=next(ids_of(element, f"{ack}/{path('queryId')}"), Ii("")),
        matches=tuple(map(_match, element.iterfind(_EVENT))),
        requested=tuple(code.get("code", "").strip() for code in element.iterfind(_ORDERED)),
        issues=tuple(code.get("code", "").strip() for code in element.iterfind(_MANAGED)),
        texts=tuple(text for item in element.iterfind(details) if (text := text_of(item))),
        interactionId=attribute_of(element, path("interactionId"), "extension"),
        id=next(ids_of(element, path("id")), Ii("")),
        time=envelope["time"],
        sender=envelope["sender"],
        receiver=envelope["receiver"],
    )


def _match(event: Element) -> Match:
    ids = [*ids_of(event, f"{_PATIENT}/{path('id')}")]
    custodian = attribute_of(event, path("custodian", "assignedEntity", "id"), "root")
    person = event.find(f"{_PATIENT}/{path('patientPerson')}")
    degree = attribute_of(event, _CERTAINTY, "value")
    return Match(
        patientId=ids[0] if ids else Ii(""),
        homeCommunityId=home_of(custodian) if custodian else "",
        person=person_of(person),
        otherIds=(*ids[1:], *(() if person is None else ids_of(person, path("asOtherIDs", "id")))),
        degree=_number(degree),
    )


def write_discovery_response(message: DiscoveryResponse) -> bytes:
    """`hl7:PRPA_IN201306UV02`."""
    head = (
        f'<{_RESPONSE} xmlns="{NS.HL7}" ITSVersion="XML_1.0">'
        f"{write_id('id', message.id)}{coded('creationTime', 'value', message.time)}"
        f'<interactionId root="{INTERACTION_IDS}" extension="{escape(message.interactionId)}"/>'
        '<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="NE"/>'
        f"{write_device('receiver', 'RCV', message.receiver)}"
        f"{write_device('sender', 'SND', message.sender)}"
        f"<acknowledgement>{coded('typeCode', 'code', message.acknowledgement)}"
        f"<targetMessage>{write_id('id', message.target)}</targetMessage>"
        f"{''.join(map(write_detail, message.texts))}</acknowledgement>"
        '<controlActProcess classCode="CACT" moodCode="EVN">'
        f'<code code="{_TRIGGER}" codeSystem="{INTERACTION_IDS}"/>'
        f"{''.join(map(_write_match, message.matches))}{_write_issues(message)}"
        f"<queryAck>{write_id('queryId', message.queryId)}"
        f'<statusCode code="deliveredResponse"/>'
        f"{coded('queryResponseCode', 'code', message.queryResponseCode)}</queryAck>"
    )
    return head.encode() + message.echo + f"</controlActProcess></{_RESPONSE}>".encode()


def _write_match(match: Match) -> str:
    return (
        '<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN"><id nullFlavor="NA"/>'
        '<statusCode code="active"/><subject1 typeCode="SBJ"><patient classCode="PAT">'
        f'{write_id("id", match.patientId)}<statusCode code="active"/>'
        f"{write_person(match.person, match.otherIds)}{_write_degree(match.degree)}</patient></subject1>"
        '<custodian typeCode="CST"><assignedEntity classCode="ASSIGNED">'
        f'<id root="{escape(oid_of(match.homeCommunityId))}"/>'
        f'<code code="NotHealthDataLocator" codeSystem="{_LOCATOR}"/></assignedEntity></custodian>'
        "</registrationEvent></subject>"
    )


def _write_degree(degree: int | None) -> str:
    if degree is None:
        return ""
    return (
        '<subjectOf1 typeCode="SBJ"><queryMatchObservation classCode="OBS" moodCode="EVN">'
        f'<code code="IHE_PDQ"/><value xmlns:xsi="{_XSI}" xsi:type="INT" value="{degree}"/>'
        "</queryMatchObservation></subjectOf1>"
    )


def _write_issues(message: DiscoveryResponse) -> str:
    if not message.requested and not message.issues:
        return ""
    wanted = "".join(
        '<triggerFor typeCode="TRIG"><actOrderRequired classCode="ACT" moodCode="RQO">'
        f'<code code="{escape(code)}" codeSystem="{_MORE}"/></actOrderRequired></triggerFor>'
        for code in message.requested
    )
    managed = "".join(
        '<mitigatedBy typeCode="MITGT"><detectedIssueManagement classCode="ACT" moodCode="EVN">'
        f'<code code="{escape(code)}" codeSystem="{_ISSUE}"/></detectedIssueManagement></mitigatedBy>'
        for code in message.issues
    )
    return (
        '<reasonOf typeCode="RSON"><detectedIssueEvent classCode="ALRT" moodCode="EVN">'
        f'<code code="_ActAdministrativeDetectedIssueManagementCode" codeSystem="{_ACT}"/>'
        f"{wanted}{managed}</detectedIssueEvent></reasonOf>"
    )
