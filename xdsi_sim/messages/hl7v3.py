"""HL7 v3 as far as all its messages share it: identifiers, codes, names, and what a message begins with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.ebrim.xml import Element, escape
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.vocab import NS

__all__ = [
    "INTERACTION_IDS",
    "attribute_of",
    "coded",
    "envelope_of",
    "ids_of",
    "name_of",
    "path",
    "person_of",
    "text_of",
    "write_detail",
    "write_device",
    "write_id",
    "write_ids",
    "write_name",
    "write_person",
]

INTERACTION_IDS: Final = "2.16.840.1.113883.1.6"
"""OID under which HL7 keeps the ids of its interactions."""

_MOTHER: Final = "MTH"
_ROLE_CODES: Final = "2.16.840.1.113883.5.111"


def path(*names: str) -> str:
    """A path for `find` through elements of HL7 v3."""
    return "/".join(f"{{{NS.HL7}}}{name}" for name in names)


# --- reading ---------------------------------------------------------------------------------


def attribute_of(element: Element, where: str, name: str) -> str:
    """An attribute of the first element at a path; empty where there is none."""
    found = element.find(where)
    return "" if found is None else found.get(name, "").strip()


def ids_of(element: Element, where: str) -> Iterator[Ii]:
    """The identifiers at a path; those that hold nothing are passed over."""
    for item in element.iterfind(where):
        id = Ii(item.get("root", "").strip(), item.get("extension", "").strip())
        if id.root or id.extension:
            yield id


def name_of(element: Element | None) -> PersonName | None:
    """From an element of the type PN; None where it is absent or says nothing."""
    if element is None:
        return None
    family, given = (" ".join(map(text_of, element.iterfind(path(part)))) for part in ("family", "given"))
    return PersonName(family, given) if family or given else None


def text_of(element: Element) -> str:
    """All text in an element, on one line."""
    return " ".join("".join(map(str, element.itertext())).split())


def person_of(element: Element | None) -> Person:
    """From a patientPerson."""
    if element is None:
        return Person()
    return Person(
        name=name_of(element.find(path("name"))),
        birthTime=attribute_of(element, path("birthTime"), "value"),
        gender=attribute_of(element, path("administrativeGenderCode"), "code"),
        mothersMaidenName=_mothers_maiden_name(element),
    )


def _mothers_maiden_name(person: Element) -> str:
    for related in person.iterfind(path("personalRelationship")):
        if attribute_of(related, path("code"), "code") == _MOTHER:
            family = related.find(path("relationshipHolder1", "name", "family"))
            return "" if family is None else text_of(family)
    return ""


def envelope_of(element: Element) -> dict[str, str]:
    """What every message begins with: when it was made, and the devices of both sides."""
    return {
        "time": attribute_of(element, path("creationTime"), "value"),
        "sender": attribute_of(element, path("sender", "device", "id"), "root"),
        "receiver": attribute_of(element, path("receiver", "device", "id"), "root"),
    }


# --- writing ---------------------------------------------------------------------------------


def coded(tag: str, attribute: str, value: str) -> str:
    """An element with one attribute."""
    return f'<{tag} {attribute}="{escape(value)}"/>'


def write_ids(ids: Iterable[Ii]) -> str:
    """Elements `id`."""
    return "".join(write_id("id", id) for id in ids)


def write_id(tag: str, id: Ii) -> str:
    """An identifier."""
    extension = f' extension="{escape(id.extension)}"' if id.extension else ""
    return f'<{tag} root="{escape(id.root)}"{extension}/>'


def write_name(name: PersonName | None, tag: str = "name") -> str:
    """A name; where it is not known the message says so."""
    if name is None:
        return f'<{tag} nullFlavor="UNK"/>'
    parts = (("family", name.family), ("given", name.given))
    return f"<{tag}>{''.join(f'<{part}>{escape(text)}</{part}>' for part, text in parts if text)}</{tag}>"


def write_person(person: Person, others: Iterable[Ii] = ()) -> str:
    """A patientPerson with its ids in other domains."""
    return (
        f'<patientPerson classCode="PSN" determinerCode="INSTANCE">{write_name(person.name)}'
        f"{coded('administrativeGenderCode', 'code', person.gender) if person.gender else ''}"
        f"{coded('birthTime', 'value', person.birthTime) if person.birthTime else ''}"
        f"{''.join(map(_write_other, others))}{_write_mother(person.mothersMaidenName)}</patientPerson>"
    )


def _write_other(id: Ii) -> str:
    return (
        f'<asOtherIDs classCode="PAT">{write_id("id", id)}'
        f'<scopingOrganization classCode="ORG" determinerCode="INSTANCE">{write_id("id", Ii(id.root))}'
        "</scopingOrganization></asOtherIDs>"
    )


def _write_mother(maiden_name: str) -> str:
    if not maiden_name:
        return ""
    return (
        f'<personalRelationship classCode="PRS"><code code="{_MOTHER}" codeSystem="{_ROLE_CODES}"/>'
        '<relationshipHolder1 classCode="PSN" determinerCode="INSTANCE">'
        f"<name><family>{escape(maiden_name)}</family></name></relationshipHolder1></personalRelationship>"
    )


def write_device(tag: str, type_code: str, oid: str, organization: str = "") -> str:
    """A sender or receiver; `organization` is the OID of the community that it speaks for."""
    agent = (
        '<asAgent classCode="AGNT"><representedOrganization classCode="ORG" determinerCode="INSTANCE">'
        f'<id root="{escape(organization)}"/></representedOrganization></asAgent>'
        if organization
        else ""
    )
    return (
        f'<{tag} typeCode="{type_code}"><device classCode="DEV" determinerCode="INSTANCE">'
        f'<id root="{escape(oid)}"/>{agent}</device></{tag}>'
    )


def write_detail(text: str) -> str:
    """One thing that is wrong with a message, in a line."""
    one_line = escape(" ".join(text.split()))
    return f'<acknowledgementDetail typeCode="E"><text>{one_line}</text></acknowledgementDetail>'
