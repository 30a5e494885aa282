"""Patient and study level of a manifest: what the images say, and what a profile wants beyond that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.study import Request, Study, StudyHeader
from xdsi_sim.dicom.titles import ManifestProfile

__all__ = ["NOBODY", "Custodian", "manifest_header"]

_LONGEST_NUMBER: Final = 16  # of an accession number, VR SH (PS3.5: Table 6.2-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Custodian:
    """Who answers for a manifest, and what they know where the images do not tell it."""

    institution: str | None = None
    patients: str | None = None
    """OID of the issuer of patient ids."""
    accessions: str | None = None
    """The same for accession numbers."""
    orders: str | None = None
    """The same for placer order numbers."""
    regions: tuple[CodedEntry, ...] = ()
    """Target regions of the study, in place of those of the images."""


NOBODY: Final = Custodian()
"""Leaves all as the study says it."""


def manifest_header(
    study: Study, custodian: Custodian, *, profile: ManifestProfile, location: str, written: datetime
) -> StudyHeader:
    """The header of a manifest of `study`, whose dates are in the zone of `written`.

    MADO wants an accession number always (RAD MADO): where there is no order the number follows from the
    Study Instance UID, so that it stays when the manifest is replaced; `location`, the OID of the source,
    is then its issuer unless the custodian has another.
    """
    header = _issued(study.header, custodian)
    header = replace(
        header,
        timezone_offset=header.timezone_offset or f"{written:%z}"[:5],
        institution=_institution(header.institution, custodian.institution),
    )
    if profile == "mado":
        header = _described(header, study, custodian.accessions or location)
    accessions = {request.accession for request in header.requests if request.accession}
    # several requests answered by one study: no single number may stand for it
    return header if len(accessions) < 2 else replace(header, accession=None)


def _institution(told: str | None, custodian: str | None) -> str | None:
    """As the images tell it; a custodian of the same name, who has an id in the form XON, adds the id."""
    if told is None or custodian is None:
        return told or custodian
    return custodian if custodian.partition("^")[0] == told else told


def _issued(header: StudyHeader, custodian: Custodian) -> StudyHeader:
    ids = tuple(_of(identifier, custodian.patients) for identifier in header.patient.ids)
    return replace(
        header,
        patient=replace(header.patient, ids=tuple(one for one in ids if one)),
        accession=_of(header.accession, custodian.accessions),
        requests=tuple(_request(request, custodian) for request in header.requests),
    )


def _request(request: Request, custodian: Custodian) -> Request:
    return replace(
        request,
        accession=_of(request.accession, custodian.accessions),
        placer_order=_of(request.placer_order, custodian.orders),
    )


def _of(identifier: Identifier | None, authority: str | None) -> Identifier | None:
    """The identifier with this authority as its issuer, where it names none."""
    if identifier is None or identifier.issuer or authority is None:
        return identifier
    return replace(identifier, issuer=HierarchicDesignator.of(authority))


# --- what MADO wants -------------------------------------------------------------------------


def _described(header: StudyHeader, study: Study, accessions: str) -> StudyHeader:
    number = header.accession or _own_number(study, accessions)
    requests = header.requests or (Request(accession=number, procedure_codes=header.procedure_codes),)
    if not any(request.accession for request in requests):
        requests = tuple(replace(request, accession=number) for request in requests)
    starts = sorted((series.date, series.time or "") for series in study.series if series.date)
    date, time = starts[0] if starts else (None, None)
    return replace(
        header,
        patient=replace(header.patient, ids=tuple(map(_named, header.patient.ids))),
        date=header.date or date,
        time=header.time or time or None,
        accession=header.accession or requests[0].accession,
        requests=requests,
    )


def _own_number(study: Study, issuer: str) -> Identifier:
    digest = hashlib.sha256(study.header.study_instance_uid.encode()).hexdigest()
    return Identifier(digest[:_LONGEST_NUMBER].upper(), HierarchicDesignator.of(issuer))


def _named(identifier: Identifier) -> Identifier:
    """Issuer of Patient ID is text; an issuer that has no name is called by its OID."""
    issuer = identifier.issuer
    if issuer is None or issuer.namespace_id or not issuer.universal_id:
        return identifier
    return replace(identifier, issuer=replace(issuer, namespace_id=issuer.universal_id))
