"""ITI-44 on the wire: the feed and its acknowledgement in HL7 v3 (ITI TF-2: 3.44).

What a message has beside identities is read past; what it lacks is judged by `rules.patient_feed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from xdsi_sim.ebrim.xml import Element, escape, local_name
from xdsi_sim.messages.patient_feed import Acknowledgement, Event, Ii, PatientFeed, PersonName, Wrapper
from xdsi_sim.vocab import NS

__all__ = ["INTERACTIONS", "in_v3", "read_mcci", "read_prpa", "write_mcci", "write_prpa"]

INTERACTIONS: Final = {
    Event.ADD: ("PRPA_IN201301UV02", "PRPA_TE201301UV02"),
    Event.REVISE: ("PRPA_IN201302UV02", "PRPA_TE201302UV02"),
    Event.MERGE: ("PRPA_IN201304UV02", "PRPA_TE201304UV02"),
}
"""Interaction, which is also the name of the root, and trigger of each event."""

_EVENTS: Final = {interaction: event for event, (interaction, _) in INTERACTIONS.items()}
_INTERACTION_IDS: Final = "2.16.840.1.113883.1.6"
"""OID under which HL7 keeps the ids of its interactions."""
_ACKNOWLEDGEMENT: Final = "MCCI_IN000002UV01"


def in_v3(feed: PatientFeed) -> PatientFeed:
    """The same message with what HL7 v3 says around it."""
    interaction, trigger = INTERACTIONS[feed.event]
    return replace(feed, wrapper=Wrapper(interactionId=interaction, trigger=trigger))


# --- reading ---------------------------------------------------------------------------------


def _path(*names: str) -> str:
    return "/".join(f"{{{NS.HL7}}}{name}" for name in names)


_REGISTRATION: Final = _path("controlActProcess", "subject", "registrationEvent")
_PATIENT: Final = f"{_REGISTRATION}/{_path('subject1', 'patient')}"
_NAME: Final = f"{_PATIENT}/{_path('patientPerson', 'name')}"
_PRIOR: Final = (
    f"{_REGISTRATION}/{_path('replacementOf', 'priorRegistration', 'subject1', 'priorRegisteredRole')}"
)


def read_prpa(element: Element) -> PatientFeed:
    """From one of the roots of `INTERACTIONS`; what is not there is empty."""
    return PatientFeed(
        event=_EVENTS[local_name(element)],
        id=next(_ids(element, _path("id")), Ii("")),
        patientIds=tuple(_ids(element, f"{_PATIENT}/{_path('id')}")),
        subsumedIds=tuple(_ids(element, f"{_PRIOR}/{_path('id')}")),
        name=_name(element),
        wrapper=Wrapper(
            interactionId=_attribute(element, _path("interactionId"), "extension"),
            trigger=_attribute(element, _path("controlActProcess", "code"), "code"),
            processingCode=_attribute(element, _path("processingCode"), "code"),
            processingModeCode=_attribute(element, _path("processingModeCode"), "code"),
            acceptAckCode=_attribute(element, _path("acceptAckCode"), "code"),
            receivers=len(element.findall(_path("receiver"))),
            registrations=len(element.findall(_REGISTRATION)),
        ),
        **_envelope(element),
    )


def read_mcci(element: Element) -> Acknowledgement:
    """From `hl7:MCCI_IN000002UV01`."""
    details = _path("acknowledgement", "acknowledgementDetail", "text")
    return Acknowledgement(
        code=_attribute(element, _path("acknowledgement", "typeCode"), "code"),
        target=next(_ids(element, _path("acknowledgement", "targetMessage", "id")), Ii("")),
        texts=tuple(text for item in element.iterfind(details) if (text := _text(item))),
        id=next(_ids(element, _path("id")), Ii("")),
        **_envelope(element),
    )


def _envelope(element: Element) -> dict[str, str]:
    """What both messages begin with."""
    return {
        "time": _attribute(element, _path("creationTime"), "value"),
        "sender": _attribute(element, _path("sender", "device", "id"), "root"),
        "receiver": _attribute(element, _path("receiver", "device", "id"), "root"),
    }


def _attribute(element: Element, path: str, name: str) -> str:
    found = element.find(path)
    return "" if found is None else found.get(name, "").strip()


def _ids(element: Element, path: str) -> Iterator[Ii]:
    for item in element.iterfind(path):
        id = Ii(item.get("root", "").strip(), item.get("extension", "").strip())
        if id.root or id.extension:
            yield id


def _name(element: Element) -> PersonName | None:
    found = element.find(_NAME)
    if found is None:
        return None
    family, given = (" ".join(map(_text, found.iterfind(_path(part)))) for part in ("family", "given"))
    return PersonName(family, given) if family or given else None


def _text(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


# --- writing ---------------------------------------------------------------------------------


def write_prpa(feed: PatientFeed) -> bytes:
    """The message of a feed that is in HL7 v3 (see `in_v3`)."""
    wrapper = feed.wrapper
    if wrapper is None:
        raise ValueError("the message has no wrapper of HL7 v3")
    root = INTERACTIONS[feed.event][0]
    return (
        f'<{root} xmlns="{NS.HL7}" ITSVersion="XML_1.0">'
        f"{_write_id('id', feed.id)}{_coded('creationTime', 'value', feed.time)}"
        f'<interactionId root="{_INTERACTION_IDS}" extension="{escape(wrapper.interactionId)}"/>'
        f"{_coded('processingCode', 'code', wrapper.processingCode)}"
        f"{_coded('processingModeCode', 'code', wrapper.processingModeCode)}"
        f"{_coded('acceptAckCode', 'code', wrapper.acceptAckCode)}"
        f"{_device('receiver', 'RCV', feed.receiver) * wrapper.receivers}"
        f"{_device('sender', 'SND', feed.sender)}"
        '<controlActProcess classCode="CACT" moodCode="EVN">'
        f"{_coded('code', 'code', wrapper.trigger)}"
        f"{_write_registration(feed) * wrapper.registrations}</controlActProcess></{root}>"
    ).encode()


def _write_registration(feed: PatientFeed) -> str:
    authority = next((id.root for id in feed.patientIds), "")
    return (
        '<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN">'
        '<statusCode code="active"/><subject1 typeCode="SBJ"><patient classCode="PAT">'
        f'{_write_ids(feed.patientIds)}<statusCode code="active"/>'
        f'<patientPerson classCode="PSN" determinerCode="INSTANCE">{_write_name(feed.name)}</patientPerson>'
        f'<providerOrganization classCode="ORG" determinerCode="INSTANCE"><id root="{escape(authority)}"/>'
        '<contactParty classCode="CON"/></providerOrganization></patient></subject1>'
        f"{''.join(map(_write_prior, feed.subsumedIds))}</registrationEvent></subject>"
    )


def _write_prior(id: Ii) -> str:
    return (
        '<replacementOf typeCode="RPLC"><priorRegistration classCode="REG" moodCode="EVN">'
        '<statusCode code="obsolete"/><subject1 typeCode="SBJ"><priorRegisteredRole classCode="PAT">'
        f"{_write_id('id', id)}</priorRegisteredRole></subject1></priorRegistration></replacementOf>"
    )


def _write_name(name: PersonName | None) -> str:
    if name is None:
        return '<name nullFlavor="UNK"/>'
    parts = (("family", name.family), ("given", name.given))
    return f"<name>{''.join(f'<{tag}>{escape(text)}</{tag}>' for tag, text in parts if text)}</name>"


def write_mcci(acknowledgement: Acknowledgement) -> bytes:
    """`hl7:MCCI_IN000002UV01` (ITI TF-2: 3.44)."""
    return (
        f'<{_ACKNOWLEDGEMENT} xmlns="{NS.HL7}" ITSVersion="XML_1.0">'
        f"{_write_id('id', acknowledgement.id)}{_coded('creationTime', 'value', acknowledgement.time)}"
        f'<interactionId root="{_INTERACTION_IDS}" extension="{_ACKNOWLEDGEMENT}"/>'
        '<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="NE"/>'
        f"{_device('receiver', 'RCV', acknowledgement.receiver)}"
        f"{_device('sender', 'SND', acknowledgement.sender)}"
        f"<acknowledgement>{_coded('typeCode', 'code', acknowledgement.code)}"
        f"<targetMessage>{_write_id('id', acknowledgement.target)}</targetMessage>"
        f"{''.join(map(_write_detail, acknowledgement.texts))}</acknowledgement></{_ACKNOWLEDGEMENT}>"
    ).encode()


def _write_detail(text: str) -> str:
    one_line = escape(" ".join(text.split()))
    return f'<acknowledgementDetail typeCode="E"><text>{one_line}</text></acknowledgementDetail>'


def _coded(tag: str, attribute: str, value: str) -> str:
    return f'<{tag} {attribute}="{escape(value)}"/>'


def _write_ids(ids: Iterable[Ii]) -> str:
    return "".join(_write_id("id", id) for id in ids)


def _write_id(tag: str, id: Ii) -> str:
    extension = f' extension="{escape(id.extension)}"' if id.extension else ""
    return f'<{tag} root="{escape(id.root)}"{extension}/>'


def _device(tag: str, type_code: str, oid: str) -> str:
    return (
        f'<{tag} typeCode="{type_code}"><device classCode="DEV" determinerCode="INSTANCE">'
        f'<id root="{escape(oid)}"/></device></{tag}>'
    )
