"""The header of a report in CDA: the ids that link it, written for a survey and read of anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.content import Content, read_all
from xdsi_sim.dicom.coded import Identifier
from xdsi_sim.dicom.imaging_metadata import xpn
from xdsi_sim.dicom.study import StudyHeader
from xdsi_sim.ebrim.xml import Element, escape, parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.ids import new_uid

__all__ = ["header_ids", "write_report"]

_HL7: Final = "urn:hl7-org:v3"
_LINKS: Final = (
    f"{{{_HL7}}}inFulfillmentOf/{{{_HL7}}}order/{{{_HL7}}}id",
    f"{{{_HL7}}}documentationOf/{{{_HL7}}}serviceEvent/{{{_HL7}}}id",
)
"""Where a header names orders, requests and studies."""
_LARGEST: Final = 4_000_000
"""Octets of a report that is looked into."""


def write_report(header: StudyHeader, *, title: str, text: str, time: str) -> str:
    """A small report on a study, its header complete in what links it."""
    numbers = [number for each in header.requests for number in (each.accession, each.placer_order) if number]
    orders = "".join(f"<inFulfillmentOf><order>{_id(each)}</order></inFulfillmentOf>" for each in numbers)
    patient = "".join(map(_id, header.patient.ids))
    family, _, given = xpn(header.patient.name or "").partition("^")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="{_HL7}">'
        '<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
        f'<id root="{new_uid()}"/>'
        '<code code="18748-4" codeSystem="2.16.840.1.113883.6.1" displayName="Diagnostic imaging study"/>'
        f'<title>{escape(title)}</title><effectiveTime value="{time}"/>'
        '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="en"/>'
        f"<recordTarget><patientRole>{patient}<patient><name><given>{escape(given.partition('^')[0])}</given>"
        f"<family>{escape(family)}</family></name></patient></patientRole></recordTarget>{orders}"
        f'<documentationOf><serviceEvent classCode="ACT"><id root="{header.study_instance_uid}"/>'
        "</serviceEvent></documentationOf>"
        f"<component><nonXMLBody><text>{escape(text)}</text></nonXMLBody></component></ClinicalDocument>\n"
    )


def _id(identifier: Identifier) -> str:
    return f'<id root="{escape(identifier.oid or "")}" extension="{escape(identifier.value)}"/>'


def header_ids(content: Content) -> frozenset[str] | None:
    """Ids of orders, requests and studies, `id of OID` or a bare UID; None for what is no CDA document."""
    if content.size > _LARGEST:
        return None
    try:
        root = parse(read_all(content))
    except ProtocolViolation:
        return None
    return frozenset(_ids(root)) if root.tag == f"{{{_HL7}}}ClinicalDocument" else None


def _ids(root: Element) -> Iterator[str]:
    for path in _LINKS:
        for element in root.iterfind(path):
            root_, extension = element.get("root") or "", element.get("extension")
            yield f"{extension} of {root_}" if extension else root_
