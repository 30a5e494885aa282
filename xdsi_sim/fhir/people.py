"""Authors and signatories as Practitioner, PractitionerRole and Organization (ITI TF-3: 4.2.3.1.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xdsi_sim.ebrim.datatypes import OID, Xon, Xtn
from xdsi_sim.ebrim.model import Author
from xdsi_sim.fhir.values import EXTENSION, Resource, as_list, without_empty

__all__ = [
    "AUTHOR_ORG",
    "Contained",
    "Resolve",
    "author",
    "author_reference",
    "escaped",
    "human_name",
    "organisation",
    "organization_reference",
    "person",
    "person_reference",
    "unescaped",
    "xpn_of",
]

_OID: Final = "urn:oid:"
AUTHOR_ORG: Final = f"{EXTENSION}ihe-authorOrg"
_ESCAPES: Final = (("\\F\\", "|"), ("\\S\\", "^"), ("\\T\\", "&"), ("\\R\\", "~"), ("\\E\\", "\\"))
_XPN: Final = 5
"""Components of a name that FHIR has a place for."""

Resolve = Callable[[Mapping[str, Any]], Resource | None]
"""The resource that a Reference leads to; None where nobody here knows it."""


@dataclass(slots=True)
class Contained:
    """What a resource contains; equal ones once."""

    resources: list[Resource] = field(default_factory=list)

    def add(self, kind: str, element: Mapping[str, Any]) -> Resource:
        """Take a resource in; gives the Reference to it."""
        body = without_empty(element)
        for known in self.resources:
            if known["resourceType"] == kind and {**known, "id": None} == {
                "resourceType": kind,
                "id": None,
                **body,
            }:
                return {"reference": f"#{known['id']}"}
        id = f"{kind.lower()}-{len(self.resources) + 1}"
        self.resources.append({"resourceType": kind, "id": id, **body})
        return {"reference": f"#{id}"}


def unescaped(text: str) -> str:
    """Text of HL7 v2 as it is meant."""
    for escape, sign in _ESCAPES:
        text = text.replace(escape, sign)
    return text


def escaped(text: str) -> str:
    """Text as it stands in a component of HL7 v2."""
    signs = {sign: escape for escape, sign in _ESCAPES}
    return "".join(signs.get(sign, sign) for sign in text)


# --- names and persons -----------------------------------------------------------------------


def human_name(xpn: str) -> Resource:
    """`family^given^second^suffix^prefix` as HumanName."""
    parts = [unescaped(part) for part in xpn.split("^")] + [""] * _XPN
    family, given, second, suffix, prefix = parts[:_XPN]
    return without_empty(
        {
            "family": family.partition("&")[0],
            "given": [name for name in (given, *second.split(" ")) if name],
            "suffix": [suffix] if suffix else [],
            "prefix": [prefix] if prefix else [],
        }
    )


def xpn_of(name: Mapping[str, Any]) -> str:
    """A HumanName in the order of HL7 v2; of one that is only text, that is the family name."""
    given = as_list(name.get("given"))
    parts = (
        name.get("family") or ("" if given else name.get("text") or ""),
        given[0] if given else "",
        " ".join(given[1:]),
        " ".join(as_list(name.get("suffix"))),
        " ".join(as_list(name.get("prefix"))),
    )
    return "^".join(escaped(part) for part in parts).rstrip("^")


def _practitioner(xcn: str) -> Resource:
    id, _, rest = xcn.partition("^")
    components = rest.split("^")
    name = human_name("^".join(components[:_XPN]))
    authority = components[7] if len(components) > 7 else ""  # XCN.9
    oid = authority.split("&")[1] if authority.count("&") == 2 else ""
    identifier = without_empty({"system": f"{_OID}{oid}" if oid else None, "value": unescaped(id)})
    return without_empty({"identifier": [identifier] if id else [], "name": [name] if name else []})


def person_reference(xcn: str, contained: Contained, telecom: str = "") -> Resource:
    """A person (XCN) as Reference to a contained Practitioner, perhaps with an address (XTN)."""
    return contained.add("Practitioner", {**_practitioner(xcn), "telecom": _contacts(telecom)})


def person(reference: Mapping[str, Any], resolve: Resolve) -> str | None:
    """The person (XCN) that a Reference leads to, or else names; None where it does neither."""
    resource = resolve(reference)
    if resource is not None and resource.get("resourceType") == "PractitionerRole":
        return person(resource.get("practitioner") or {}, resolve)
    if resource is None:
        return _xcn(reference.get("identifier"), {"text": reference.get("display")})
    if resource.get("resourceType") == "Organization":
        return None
    names = as_list(resource.get("name") or resource.get("deviceName"))
    name = names[0] if names and isinstance(names[0], dict) else {}
    identifiers = as_list(resource.get("identifier"))
    return _xcn(identifiers[0] if identifiers else None, name)


def _xcn(identifier: Mapping[str, Any] | None, name: Mapping[str, Any]) -> str | None:
    id = (identifier or {}).get("value") or ""
    oid = ((identifier or {}).get("system") or "").removeprefix(_OID)
    text = f"{escaped(id)}^{xpn_of(name)}"
    if id and OID.fullmatch(oid):
        parts = text.split("^")
        text = "^".join([*parts, *[""] * (8 - len(parts)), f"&{oid}&ISO"])
    return text.rstrip("^") or None


# --- organisations and addresses -------------------------------------------------------------


def _organization(xon: str) -> Resource:
    try:
        parsed = Xon.parse(xon)
    except ValueError:
        return {"name": unescaped(xon.split("^", maxsplit=1)[0]) or xon}
    found: dict[str, Any] = {"name": unescaped(parsed.name)}
    if parsed.id:
        system = f"{_OID}{parsed.authority}" if parsed.authority else "urn:ietf:rfc:3986"
        value = parsed.id if parsed.authority else f"{_OID}{parsed.id}"
        found["identifier"] = [{"system": system, "value": value}]
    return found


def organization_reference(xon: str, contained: Contained, telecom: str = "") -> Resource:
    """An organisation (XON) as Reference to a contained Organization, perhaps with an address (XTN)."""
    return contained.add("Organization", {**_organization(xon), "telecom": _contacts(telecom)})


def organisation(reference: Mapping[str, Any], resolve: Resolve) -> str | None:
    """The organisation (XON) that a Reference leads to; None where it leads to none."""
    resource = resolve(reference) or {}
    if resource.get("resourceType") == "PractitionerRole":
        return organisation(resource.get("organization") or {}, resolve)
    return _xon(resource) if resource.get("resourceType") == "Organization" else None


def _xon(resource: Mapping[str, Any]) -> str | None:
    name = escaped(resource.get("name") or "")
    identifiers = as_list(resource.get("identifier"))
    if not identifiers or not name:
        return name or None
    system, value = identifiers[0].get("system") or "", identifiers[0].get("value") or ""
    if OID.fullmatch(value.removeprefix(_OID)) and not system.startswith(_OID):
        return f"{name}^^^^^^^^^{value.removeprefix(_OID)}"
    oid = system.removeprefix(_OID)
    return f"{name}^^^^^&{oid}&ISO^^^^{escaped(value)}" if value and OID.fullmatch(oid) else name


def _contacts(xtn: str) -> list[Resource]:
    return [_contact(xtn)] if xtn else []


def _contact(xtn: str) -> Resource:
    try:
        parsed = Xtn.parse(xtn)
    except ValueError:
        return {"value": xtn}
    return {"system": "email" if parsed.equipment == "Internet" else "phone", "value": parsed.address}


def _xtn(point: Mapping[str, Any]) -> str | None:
    value = escaped(point.get("value") or "")
    if not value:
        return None
    return f"^NET^Internet^{value}" if point.get("system") == "email" else f"^^PH^^^^{value}"


# --- authors ---------------------------------------------------------------------------------


def author_reference(author: Author, contained: Contained) -> Resource:
    """An author as Reference to what says all of it."""
    houses = [contained.add("Organization", _organization(xon)) for xon in author.authorInstitution]
    contacts = [_contact(xtn) for xtn in author.authorTelecommunication]
    if author.authorPerson is None and len(houses) == 1 and not (author.authorRole or author.authorSpecialty):
        return houses[0]
    who = None if author.authorPerson is None else _practitioner(author.authorPerson)
    if who is not None and not (houses or author.authorRole or author.authorSpecialty):
        return contained.add("Practitioner", {**who, "telecom": contacts})
    role = {
        "practitioner": None if who is None else contained.add("Practitioner", who),
        "organization": houses[0] if houses else None,
        "code": [{"text": unescaped(role)} for role in author.authorRole],
        "specialty": [{"text": unescaped(specialty)} for specialty in author.authorSpecialty],
        "telecom": contacts,
        "extension": [{"url": AUTHOR_ORG, "valueReference": house} for house in houses[1:]],
    }
    return contained.add("PractitionerRole", role)


def author(reference: Mapping[str, Any], resolve: Resolve) -> Author | None:
    """The author that a Reference leads to, or else names; None where it does neither."""
    resource = resolve(reference) or {}
    kind = resource.get("resourceType")
    if kind == "Organization":
        house = _xon(resource)
        return Author(authorInstitution=(house,)) if house else None
    who = person(reference, resolve)
    if kind != "PractitionerRole":
        telecom = _telecoms(resource)
        return Author(authorPerson=who, authorTelecommunication=telecom) if who else None
    return Author(
        authorPerson=who,
        authorInstitution=tuple(_houses(resource, resolve)),
        authorRole=tuple(_texts(resource.get("code"))),
        authorSpecialty=tuple(_texts(resource.get("specialty"))),
        authorTelecommunication=_telecoms(resource),
    )


def _houses(role: Mapping[str, Any], resolve: Resolve) -> Iterator[str]:
    more = (
        each.get("valueReference") for each in as_list(role.get("extension")) if each["url"] == AUTHOR_ORG
    )
    for reference in (role.get("organization"), *more):
        if reference:
            found = resolve(reference) or {"name": reference.get("display")}
            if xon := _xon(found):
                yield xon


def _telecoms(resource: Mapping[str, Any]) -> tuple[str, ...]:
    points = (_xtn(point) for point in as_list(resource.get("telecom")))
    return tuple(xtn for xtn in points if xtn)


def _texts(concepts: Any) -> Iterator[str]:
    for concept in as_list(concepts):
        codings = as_list(concept.get("coding"))
        coding = codings[0] if codings else {}
        text = concept.get("text") or coding.get("display") or coding.get("code")
        if text:
            yield escaped(text)
