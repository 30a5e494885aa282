"""Filtering by two levels: a first query, and a choice among what it has found.

Region, modality, time and specialty go into the query. Study, accession number, order and procedure choose;
those that are given with their issuer are asked by reference id, since a registry compares such ids whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, BODY_PARTS, CODING_SCHEMES, REGIONS
from xdsi_sim.ebrim.datatypes import Cxi
from xdsi_sim.ebrim.model import Code, DocumentEntry, Slot
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, FIND_DOCUMENTS_BY_REFERENCE_ID, encode
from xdsi_sim.topology.checked import did_you_mean
from xdsi_sim.vocab import APPROVED, CodingScheme, ReferenceIdType

__all__ = [
    "KEY_OBJECT_SELECTION",
    "Criteria",
    "FoundStudy",
    "chosen",
    "coded",
    "is_manifest",
    "modality_of",
    "query_of",
    "references",
    "region_of",
    "studies_of",
]

KEY_OBJECT_SELECTION: Final = "1.2.840.10008.5.1.4.1.1.88.59"
_PREFIX: Final = "$XDSDocumentEntry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is looked for; codes are `CODE^^SCHEME`."""

    patientId: str
    modalities: tuple[str, ...] = ()
    """Any of these."""
    regions: tuple[str, ...] = ()
    """Any of these, and a modality if one is given."""
    settings: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    """DTM, not included."""
    studies: tuple[str, ...] = ()
    accessions: tuple[str, ...] = ()
    """A number, or CX with its issuer."""
    orders: tuple[str, ...] = ()
    """The same."""
    procedures: tuple[str, ...] = ()
    """Code, or code with its scheme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStudy:
    """A study as the registry knows it."""

    studyInstanceUID: str
    manifests: tuple[DocumentEntry, ...] = ()
    reports: tuple[DocumentEntry, ...] = ()

    @property
    def entries(self) -> tuple[DocumentEntry, ...]:
        """All of them."""
        return (*self.manifests, *self.reports)

    def ids(self, kind: str) -> tuple[str, ...]:
        """Accession or order numbers, each as `id` or `id of OID`."""
        return _once(
            f"{each.id} of {each.authority}" if each.authority else each.id
            for entry in self.manifests or self.reports
            for each in references(entry, kind)
        )

    def events(self, *schemes: str) -> tuple[Code, ...]:
        """The codes of eventCodeList of one of these schemes, each once."""
        codes = (code for entry in self.entries for code in entry.eventCodeList)
        return tuple({code.code: code for code in codes if code.codingScheme in schemes}.values())

    @property
    def modalities(self) -> tuple[str, ...]:
        """Codes of modalities."""
        return tuple(code.code for code in self.events(CodingScheme.DCM))


def references(entry: DocumentEntry, kind: str) -> Iterator[Cxi]:
    """Its reference ids of a kind; what is none is passed over."""
    for text in entry.referenceIdList:
        try:
            reference = Cxi.parse(text)
        except ValueError:
            continue
        if reference.type == kind:
            yield reference


def is_manifest(entry: DocumentEntry) -> bool:
    """Whether the metadata call it an imaging manifest (RAD TF: 4.68)."""
    return entry.formatCode is not None and entry.formatCode.code == KEY_OBJECT_SELECTION


# --- what people write -----------------------------------------------------------------------


def coded(text: str) -> str:
    """`CODE^^SCHEME` with DICOM's designator made an OID; raises UsageError without a scheme."""
    code, separator, scheme = text.partition("^^")
    if not (code and separator and scheme):
        raise UsageError(f"'{text}' is no CODE^^SCHEME.", hint="The scheme is an OID, DCM, SCT or LN.")
    return f"{code}^^{CODING_SCHEMES.get(scheme, scheme)}"


def modality_of(text: str) -> str:
    """The code of a modality as metadata have it; raises UsageError for one that acquires nothing."""
    if "^^" in text:
        return coded(text)
    if text.upper() not in ACQUISITION_MODALITIES:
        hint = did_you_mean(text.upper(), ACQUISITION_MODALITIES)
        raise UsageError(f"'{text}' is no modality.", hint=hint)
    return f"{text.upper()}^^{CodingScheme.DCM}"


_REGION_NAMES: Final[Mapping[str, str]] = {
    **{part.lower(): code for part, code in BODY_PARTS.items()},
    **{region.entry.meaning.lower(): code for code, region in REGIONS.items()},
}


def region_of(text: str) -> str:
    """The code of a region by code, name or Body Part Examined; raises UsageError for one nobody knows."""
    if "^^" in text:
        return coded(text)
    code = text if text.isdigit() else _REGION_NAMES.get(text.lower())
    if code is None:
        raise UsageError(f"'{text}' is no region.", hint=did_you_mean(text.lower(), _REGION_NAMES))
    return f"{code}^^{CodingScheme.SNOMED_CT}"


# --- level 1 ---------------------------------------------------------------------------------


def query_of(criteria: Criteria) -> AdhocQueryRequest:
    """The query: by reference ids where those are given whole, else by what the first level has."""
    by_reference = list(_reference_slots(criteria))
    query = FIND_DOCUMENTS_BY_REFERENCE_ID if by_reference else FIND_DOCUMENTS
    named: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("PatientId", (criteria.patientId,)),
        ("Status", (APPROVED,)),
        ("EventCodeList", criteria.modalities),
        ("EventCodeList", criteria.regions),  # a Slot of its own: both must match
        ("PracticeSettingCode", criteria.settings),
        ("ServiceStartTimeFrom", (criteria.since,) if criteria.since else ()),
        ("ServiceStartTimeTo", (criteria.until,) if criteria.until else ()),
        *(("ReferenceIdList", values) for values in by_reference),
    )
    slots = (_slot(query.by_name[_PREFIX + name], values) for name, values in named if values)
    return AdhocQueryRequest(id=query.id, parameters=tuple(slots))


def _slot(param: object, values: tuple[str, ...]) -> Slot:
    return encode(param, *values)  # type: ignore[arg-type]  # a row of the query's table


def _reference_slots(criteria: Criteria) -> Iterator[tuple[str, ...]]:
    """One Slot for each kind; a kind of which one is without its issuer is left to the second level."""
    if criteria.studies:
        yield tuple(str(Cxi(uid, ReferenceIdType.STUDY_INSTANCE_UID)) for uid in criteria.studies)
    for kind, texts in (
        (ReferenceIdType.ACCESSION, criteria.accessions),
        (ReferenceIdType.ORDER, criteria.orders),
    ):
        if texts and all("^^^" in text for text in texts):
            yield tuple(f"{text}^{kind}" for text in texts)


# --- level 2 ---------------------------------------------------------------------------------


def studies_of(entries: Iterable[DocumentEntry]) -> tuple[FoundStudy, ...]:
    """The entries by the studies that they name, in their order; what names none is passed over."""
    found: dict[str, tuple[list[DocumentEntry], list[DocumentEntry]]] = {}
    for entry in entries:
        for study in references(entry, ReferenceIdType.STUDY_INSTANCE_UID):
            manifests, reports = found.setdefault(study.id, ([], []))
            (manifests if is_manifest(entry) else reports).append(entry)
    return tuple(
        FoundStudy(studyInstanceUID=uid, manifests=tuple(manifests), reports=tuple(reports))
        for uid, (manifests, reports) in found.items()
    )


def chosen(studies: Iterable[FoundStudy], criteria: Criteria) -> tuple[FoundStudy, ...]:
    """Those that have all that the second level asks for."""
    return tuple(study for study in studies if all(_has(study, criteria)))


def _has(study: FoundStudy, criteria: Criteria) -> Iterator[bool]:
    if criteria.studies:
        yield study.studyInstanceUID in criteria.studies
    if criteria.accessions:
        yield _named(study, ReferenceIdType.ACCESSION, criteria.accessions)
    if criteria.orders:
        yield _named(study, ReferenceIdType.ORDER, criteria.orders)
    if criteria.procedures:
        yield any(_is(entry.typeCode, text) for entry in study.entries for text in criteria.procedures)


def _named(study: FoundStudy, kind: str, texts: tuple[str, ...]) -> bool:
    known = [each for entry in study.entries for each in references(entry, kind)]
    return any(text in (each.id, str(each).removesuffix(f"^{kind}")) for each in known for text in texts)


def _is(code: Code | None, text: str) -> bool:
    if code is None:
        return False
    return text == code.code if "^^" not in text else coded(text) == f"{code.code}^^{code.codingScheme}"


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
