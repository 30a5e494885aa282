"""Attributes that only a DocumentEntry has (ITI TF-3: 4.2.3.2). The subject is one entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import HASH, LANGUAGE_CODE, URI_REFERENCE, Cxi, check_dtm
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.slot import is_parted
from xdsi_sim.rules.walks import extra_slots
from xdsi_sim.vocab import ON_DEMAND, STABLE, CodingScheme, ReferenceIdType

__all__ = ["HASH_OF_NOTHING"]

HASH_OF_NOTHING: Final = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
"""SHA-1 of no bytes, which with size 0 tells of delayed assembly (ITI TF-2: 3.42.4.1.2.1)."""

_SIZE: Final = re.compile(r"[0-9]+")
_LARGEST_SIZE: Final = 2**63 - 1  # what stores and peers can count
_LONGEST_UNIQUE_ID: Final = 128
_URNS_OF_IDS: Final = ("urn:oid:", "urn:hl7ii:")


@rule("C07", cites="ITI TF-3: 4.2.5.2")
def object_type_is_stable_or_on_demand(entry: DocumentEntry) -> Iterator[Violation]:
    """ExtrinsicObject/@objectType tells a stable or an on-demand DocumentEntry."""
    if entry.objectType is not None and entry.objectType not in (STABLE, ON_DEMAND):
        yield Violation(
            f"objectType is neither stable ({STABLE}) nor on-demand",
            attribute="objectType",
            value=entry.objectType,
        )


@rule("D11", cites="ITI TF-2: 3.42.4.1.3.3.6")
def service_starts_before_it_stops(entry: DocumentEntry) -> Iterator[Violation]:
    """serviceStartTime is not after serviceStopTime, as far as both are given."""
    start, stop = entry.serviceStartTime, entry.serviceStopTime
    if start and stop and _is_dtm(start) and _is_dtm(stop):
        common = min(len(start), len(stop))  # 2024 is not after 20240301
        if start[:common] > stop[:common]:
            yield Violation(
                f"serviceStartTime is after serviceStopTime {stop}", attribute="serviceStartTime", value=start
            )


def _is_dtm(text: str) -> bool:
    try:
        check_dtm(text)
    except ValueError:
        return False
    return True


@rule("D12", cites="ITI TF-3: 4.2.3.2.10")
def hash_is_sha1(entry: DocumentEntry) -> Iterator[Violation]:
    """A hash is a SHA-1 in 40 hex digits."""
    if entry.hash and not HASH.fullmatch(entry.hash):
        yield Violation("hash is not 40 hex digits", attribute="hash", value=entry.hash)


@rule("D13", cites="ITI TF-3: 4.2.3.2.21")
def size_is_a_number_of_octets(entry: DocumentEntry) -> Iterator[Violation]:
    """A size is a whole number of octets, not negative."""
    if entry.size and _octets(entry.size) is None:
        yield Violation("size is not a number of octets", attribute="size", value=entry.size)


def _octets(size: str) -> int | None:
    if len(size) > len(str(_LARGEST_SIZE)) or not _SIZE.fullmatch(size):
        return None
    octets = int(size)
    return octets if octets <= _LARGEST_SIZE else None


@rule("D14", cites="ITI TF-2: 3.42.4.1.2.1")
def size_zero_goes_with_the_hash_of_nothing(entry: DocumentEntry) -> Iterator[Violation]:
    """Size 0 and the hash of no bytes are given together: delayed assembly."""
    if not entry.size or not entry.hash:
        return
    without_size = _octets(entry.size) == 0
    if without_size and entry.hash.lower() != HASH_OF_NOTHING:
        yield Violation("hash is not that of no bytes, but size is 0", attribute="hash", value=entry.hash)
    elif not without_size and entry.hash.lower() == HASH_OF_NOTHING:
        yield Violation("size is not 0, but hash is that of no bytes", attribute="size", value=entry.size)


@rule("D24", cites="ITI TF-3: 4.2.3.2.26")
def unique_id_has_a_length(entry: DocumentEntry) -> Iterator[Violation]:
    """A uniqueId is not empty, and should have at most 128 characters."""
    if entry.uniqueId == "":
        yield Violation("uniqueId is empty", attribute="uniqueId")
    elif entry.uniqueId is not None and len(entry.uniqueId) > _LONGEST_UNIQUE_ID:
        yield Violation(
            f"uniqueId has {len(entry.uniqueId)} characters, at most {_LONGEST_UNIQUE_ID} are advised",
            attribute="uniqueId",
            value=entry.uniqueId,
            severity=Severity.WARNING,
        )


@rule("D25", cites="ITI TF-3: 4.2.3.2.26", code=None, severity=Severity.WARNING)
def unique_id_is_a_bare_oid(entry: DocumentEntry) -> Iterator[Violation]:
    """A uniqueId that is an OID is written bare: other forms of it would count as another document."""
    if entry.uniqueId and entry.uniqueId.startswith(_URNS_OF_IDS):
        scheme = entry.uniqueId[: entry.uniqueId.index(":", 4) + 1]
        yield Violation(f"uniqueId begins with {scheme}", attribute="uniqueId", value=entry.uniqueId)


@rule("D26", cites="ITI TF-3: 4.2.3.2.13; RFC 5646")
def language_code_is_a_tag(entry: DocumentEntry) -> Iterator[Violation]:
    """A languageCode is a language tag such as en or de-CH."""
    if entry.languageCode and not LANGUAGE_CODE.fullmatch(entry.languageCode):
        yield Violation(
            "languageCode is not a language tag", attribute="languageCode", value=entry.languageCode
        )


@rule("D30", cites="ITI TF-3: 4.2.3.2.9", code=None, severity=Severity.WARNING)
def format_code_of_ihe_is_a_urn(entry: DocumentEntry) -> Iterator[Violation]:
    """A formatCode of the coding scheme of IHE is a URN."""
    format_ = entry.formatCode
    if format_ and format_.codingScheme == CodingScheme.IHE_FORMAT and not format_.code.startswith("urn:"):
        yield Violation("formatCode of the IHE scheme is no URN", attribute="formatCode", value=format_.code)


@rule("D37", cites="ITI TF-3: 4.2.3.2.27", adjustable=True)
def uri_is_a_uri(entry: DocumentEntry) -> Iterator[Violation]:
    """A URI is one URI reference; that old editions parted a long one into numbered values is borne with."""
    parts = next((slot.values for slot in extra_slots(entry) if slot.name == "URI"), (entry.URI or "",))
    if is_parted(parts):
        text = "URI is parted into numbered values, as old editions had it; one value is expected"
        yield Violation(text, attribute="URI", value=", ".join(parts), severity=Severity.WARNING)
    elif entry.URI and not URI_REFERENCE.fullmatch(entry.URI):
        yield Violation("URI is not a URI reference", attribute="URI", value=entry.URI)


@rule("E30", cites="ITI TF-2: 3.42.4.1.2")
def entry_is_stable(entry: DocumentEntry) -> Iterator[Violation]:
    """Documents are provided and registered as stable; on-demand entries have a transaction of their own."""
    if entry.objectType == ON_DEMAND:
        yield Violation(
            "objectType is on-demand, stable is expected here", attribute="objectType", value=entry.objectType
        )


# --- referenceIdList -------------------------------------------------------------------------

_AUTHORITY: Final = {
    ReferenceIdType.ORDER: True,
    "urn:ihe:iti:xds:2013:referral": True,
    "urn:ihe:iti:xds:2015:encounterId": True,
    ReferenceIdType.STUDY_INSTANCE_UID: False,
    "urn:ihe:iti:xdw:2013:workflowInstanceId": False,
}
"""Whether a type of reference id has an assigning authority; where it is not listed, either will do."""
_TYPES_OF_REFERENCES: Final = frozenset(
    (*_AUTHORITY, ReferenceIdType.ACCESSION, "urn:ihe:iti:xds:2013:uniqueId")
)


@rule("D34", cites="ITI TF-3: Table 4.2.3.1.7-2", adjustable=True)
def reference_ids_are_cxi(entry: DocumentEntry) -> Iterator[Violation]:
    """A reference id is id^^^&OID&ISO^type, with or without authority as its type asks."""
    for text in entry.referenceIdList:
        wrong = _wrong_with_reference(text) if text else None
        if wrong is not None:
            yield Violation(f"referenceIdList is wrong, {wrong}", attribute="referenceIdList", value=text)


@rule("D35", cites="ITI TF-3: Table 4.2.3.1.7-2", code=None, severity=Severity.INFO)
def reference_ids_are_of_a_known_type(entry: DocumentEntry) -> Iterator[Violation]:
    """The type of a reference id is one that the framework names; a community may have others."""
    for text in entry.referenceIdList:
        type_ = text.rpartition("^")[2]
        if "^" in text and type_ and type_ not in _TYPES_OF_REFERENCES:
            yield Violation(f"{type_} is no type of the framework", attribute="referenceIdList", value=text)


def _wrong_with_reference(text: str) -> str | None:
    try:
        reference = Cxi.parse(text)
    except ValueError as error:
        return str(error)
    expected = _AUTHORITY.get(reference.type)
    if expected is None or expected is (reference.authority is not None):
        return None
    return f"an assigning authority is {'expected' if expected else 'not allowed'} with {reference.type}"
