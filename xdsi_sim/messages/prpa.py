"""ITI-44 on the wire: the feed and its acknowledgement in HL7 v3 (ITI TF-2: 3.44).

What a message has beside identities is read past; what it lacks is judged by `rules.patient_feed`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xdsi_sim.ebrim.xml import Element, escape, local_name
from xdsi_sim.messages.hl7v3 import (
    INTERACTION_IDS,
    attribute_of,
    coded,
    envelope_of,
    ids_of,
    path,
    person_of,
    text_of,
    write_detail,
    write_device,
    write_id,
    write_ids,
    write_person,
)
from xdsi_sim.messages.patient_feed import Acknowledgement, Event, Ii, PatientFeed, Wrapper
from xdsi_sim.vocab import NS

__all__ = ["INTERACTIONS", "in_v3", "read_mcci", "read_prpa", "write_mcci", "write_prpa"]

INTERACTIONS: Final = {
    Event.ADD: ("PRPA_IN201301UV02", "PRPA_TE201301UV02"),
    Event.REVISE: ("PRPA_IN201302UV02", "PRPA_TE201302UV02"),
    Event.MERGE: ("PRPA_IN201304UV02", "PRPA_TE201304UV02"),
}
"""Interaction, which is also the name of the root, and trigger of each event."""

_EVENTS: Final = {interaction: event for event, (interaction, _) in INTERACTIONS.items()}
_ACKNOWLEDGEMENT: Final = "MCCI_IN000002UV01"


def in_v3(feed: PatientFeed) -> PatientFeed:
    """The same message with what HL7 v3 says around it."""
    interaction, trigger = INTERACTIONS[feed.event]
    return replace(feed, wrapper=Wrapper(interactionId=interaction, trigger=trigger))


# --- reading ---------------------------------------------------------------------------------


_REGISTRATION: Final = path("controlActProcess", "subject", "registrationEvent")
_PATIENT: Final = f"{_REGISTRATION}/{path('subject1', 'patient')}"
_PERSON: Final = f"{_PATIENT}/{path('patientPerson')}"
_PRIOR: Final = (
    f"{_REGISTRATION}/{path('replacementOf', 'priorRegistration', 'subject1', 'priorRegisteredRole')}"
)


def read_prpa(element: Element) -> PatientFeed:
    """From one of the roots of `INTERACTIONS`; what is not there is empty."""
    return PatientFeed(
        event=_EVENTS[local_name(element)],
        id=next(ids_of(element, path("id")), Ii("")),
        patientIds=tuple(ids_of(element, f"{_PATIENT}/{path('id')}")),
        subsumedIds=tuple(ids_of(element, f"{_PRIOR}/{path('id')}")),
        otherIds=tuple(ids_of(element, f"{_PERSON}/{path('asOtherIDs', 'id')}")),
        person=person_of(element.find(_PERSON)),
        wrapper=Wrapper(
            interactionId=attribute_of(element, path("interactionId"), "extension"),
            trigger=attribute_of(element, path("controlActProcess", "code"), "code"),
            processingCode=attribute_of(element, path("processingCode"), "code"),
            processingModeCode=attribute_of(element, path("processingModeCode"), "code"),
            acceptAckCode=attribute_of(element, path("acceptAckCode"), "code"),
            receivers=len(element.findall(path("receiver"))),
            registrations=len(element.findall(_REGISTRATION)),
        ),
        **envelope_of(element),
    )


def read_mcci(element: Element) -> Acknowledgement:
    """From `hl7:MCCI_IN000002UV01`."""
    details = path("acknowledgement", "acknowledgementDetail", "text")
    return Acknowledgement(
        code=attribute_of(element, path("acknowledgement", "typeCode"), "code"),
        target=next(ids_of(element, path("acknowledgement", "targetMessage", "id")), Ii("")),
        texts=tuple(text for item in element.iterfind(details) if (text := text_of(item))),
        id=next(ids_of(element, path("id")), Ii("")),
        **envelope_of(element),
    )


# --- writing ---------------------------------------------------------------------------------


def write_prpa(feed: PatientFeed) -> bytes:
    """The message of a feed that is in HL7 v3 (see `in_v3`)."""
    wrapper = feed.wrapper
    if wrapper is None:
        raise ValueError("the message has no wrapper of HL7 v3")
    root = INTERACTIONS[feed.event][0]
    return (
        f'<{root} xmlns="{NS.HL7}" ITSVersion="XML_1.0">'
        f"{write_id('id', feed.id)}{coded('creationTime', 'value', feed.time)}"
        f'<interactionId root="{INTERACTION_IDS}" extension="{escape(wrapper.interactionId)}"/>'
        f"{coded('processingCode', 'code', wrapper.processingCode)}"
        f"{coded('processingModeCode', 'code', wrapper.processingModeCode)}"
        f"{coded('acceptAckCode', 'code', wrapper.acceptAckCode)}"
        f"{write_device('receiver', 'RCV', feed.receiver) * wrapper.receivers}"
        f"{write_device('sender', 'SND', feed.sender)}"
        '<controlActProcess classCode="CACT" moodCode="EVN">'
        f"{coded('code', 'code', wrapper.trigger)}"
        f"{_write_registration(feed) * wrapper.registrations}</controlActProcess></{root}>"
    ).encode()


def _write_registration(feed: PatientFeed) -> str:
    authority = next((id.root for id in feed.patientIds), "")
    return (
        '<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN">'
        '<statusCode code="active"/><subject1 typeCode="SBJ"><patient classCode="PAT">'
        f'{write_ids(feed.patientIds)}<statusCode code="active"/>'
        f"{write_person(feed.person, feed.otherIds)}"
        f'<providerOrganization classCode="ORG" determinerCode="INSTANCE"><id root="{escape(authority)}"/>'
        '<contactParty classCode="CON"/></providerOrganization></patient></subject1>'
        f"{''.join(map(_write_prior, feed.subsumedIds))}</registrationEvent></subject>"
    )


def _write_prior(id: Ii) -> str:
    return (
        '<replacementOf typeCode="RPLC"><priorRegistration classCode="REG" moodCode="EVN">'
        '<statusCode code="obsolete"/><subject1 typeCode="SBJ"><priorRegisteredRole classCode="PAT">'
        f"{write_id('id', id)}</priorRegisteredRole></subject1></priorRegistration></replacementOf>"
    )


def write_mcci(acknowledgement: Acknowledgement) -> bytes:
    """`hl7:MCCI_IN000002UV01` (ITI TF-2: 3.44)."""
    return (
        f'<{_ACKNOWLEDGEMENT} xmlns="{NS.HL7}" ITSVersion="XML_1.0">'
        f"{write_id('id', acknowledgement.id)}{coded('creationTime', 'value', acknowledgement.time)}"
        f'<interactionId root="{INTERACTION_IDS}" extension="{_ACKNOWLEDGEMENT}"/>'
        '<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="NE"/>'
        f"{write_device('receiver', 'RCV', acknowledgement.receiver)}"
        f"{write_device('sender', 'SND', acknowledgement.sender)}"
        f"<acknowledgement>{coded('typeCode', 'code', acknowledgement.code)}"
        f"<targetMessage>{write_id('id', acknowledgement.target)}</targetMessage>"
        f"{''.join(map(write_detail, acknowledgement.texts))}</acknowledgement></{_ACKNOWLEDGEMENT}>"
    ).encode()
