"""The small structures that every module of DICOM reuses: coded entry, designator, identifier.

Values and their reading from the JSON model; writing them is `modules`.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsi_sim.dicom.attributes import DicomJson, items, text

__all__ = ["CodedEntry", "HierarchicDesignator", "Identifier", "coded_entries", "coded_entry", "designator"]


@dataclass(frozen=True, slots=True)
class CodedEntry:
    """A coded concept (PS3.3: 8.8); the scheme is DICOM's designator, such as `SCT` or `99LOCAL`."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchicDesignator:
    """Who issued an identifier (PS3.3: 10.14): a local name, a universal id, or both."""

    namespace_id: str | None = None
    universal_id: str | None = None
    universal_id_type: str | None = None
    """`ISO` where universal_id is an OID."""

    @classmethod
    def of(cls, oid: str, namespace_id: str | None = None) -> HierarchicDesignator:
        """An issuer known by its OID."""
        return cls(namespace_id=namespace_id, universal_id=oid, universal_id_type="ISO")

    @property
    def oid(self) -> str | None:
        """The universal id, where it is an OID."""
        return self.universal_id if self.universal_id_type == "ISO" else None


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and, where known, its issuer."""

    value: str
    issuer: HierarchicDesignator | None = None

    @property
    def oid(self) -> str | None:
        """OID of the issuer, where there is one."""
        return self.issuer.oid if self.issuer else None


def coded_entry(item: DicomJson) -> CodedEntry | None:
    """A coded entry from a sequence item; None where it has no code value in any of the three forms."""
    values = (text(item, keyword) for keyword in ("CodeValue", "LongCodeValue", "URNCodeValue"))
    value = next((value for value in values if value), None)
    if value is None:
        return None
    return CodedEntry(value, text(item, "CodingSchemeDesignator") or "", text(item, "CodeMeaning") or "")


def coded_entries(item: DicomJson, keyword: str) -> tuple[CodedEntry, ...]:
    """The coded entries of a sequence."""
    entries = (coded_entry(member) for member in items(item, keyword))
    return tuple(entry for entry in entries if entry)


def designator(sequence: tuple[DicomJson, ...]) -> HierarchicDesignator | None:
    """The designator in the first item of a sequence; None where there is no item or nothing in it."""
    for item in sequence[:1]:
        found = HierarchicDesignator(
            namespace_id=text(item, "LocalNamespaceEntityID"),
            universal_id=text(item, "UniversalEntityID"),
            universal_id_type=text(item, "UniversalEntityIDType"),
        )
        return found if found != HierarchicDesignator() else None
    return None
