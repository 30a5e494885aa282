"""Codes of metadata as Coding and CodeableConcept, and the names of their systems (ITI TF-3: 4.2.3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xdsi_sim.ebrim.datatypes import OID
from xdsi_sim.ebrim.model import Code, InternationalString
from xdsi_sim.fhir.values import Resource, without_empty
from xdsi_sim.vocab import FHIR_SYSTEMS

__all__ = ["Systems", "Token"]

_OID: Final = "urn:oid:"


@dataclass(frozen=True, slots=True)
class Systems:
    """Which URI FHIR has for which coding scheme; an OID that is not known is `urn:oid:…`."""

    more: Mapping[str, str] = field(default_factory=dict)
    """OIDs by URI, beside those that everybody knows."""

    def scheme(self, system: str) -> str:
        """The coding scheme that a URI names."""
        known = self.more.get(system) or FHIR_SYSTEMS.get(system)
        return known or system.removeprefix(_OID)

    def uri(self, scheme: str) -> str:
        """The URI of a coding scheme; what is no OID is its own name."""
        for table in (self.more, FHIR_SYSTEMS):
            for uri, oid in table.items():
                if oid == scheme:
                    return uri
        return f"{_OID}{scheme}" if OID.fullmatch(scheme) else scheme

    # --- values

    def coding(self, code: Code) -> Resource:
        """A code as Coding."""
        display = str(code.displayName) if code.displayName else None
        return without_empty({"system": self.uri(code.codingScheme), "code": code.code, "display": display})

    def concept(self, code: Code) -> Resource:
        """A code as CodeableConcept."""
        return {"coding": [self.coding(code)]}

    def code(self, coding: Mapping[str, Any], text: str | None = None) -> Code | None:
        """A Coding as code; None where it has none. `text` says what it means where its display does not."""
        value = coding.get("code")
        if not value:
            return None
        display = coding.get("display") or text
        return Code(
            value,
            self.scheme(coding.get("system") or ""),
            InternationalString.of(display) if display else None,
        )

    def code_in(self, concept: Mapping[str, Any]) -> Code | None:
        """The first code of a CodeableConcept."""
        text = concept.get("text")
        codes = (self.code(coding, text) for coding in concept.get("coding") or ())
        return next((code for code in codes if code is not None), None)


@dataclass(frozen=True, slots=True)
class Token:
    """What a search asks of a coded value: `system|code`, `|code`, `system|` or `code`."""

    code: str
    """Empty is any of the system."""
    system: str | None
    """None is any, empty is none."""

    @classmethod
    def parse(cls, text: str) -> Token:
        """Read `text`; raises ValueError where nothing stands there."""
        system, bar, code = text.rpartition("|")
        if not (system or code):
            raise ValueError(f"'{text}' is no token, such as http://loinc.org|18748-4")
        return cls(code, system if bar else None)

    def fits(self, code: Code, systems: Systems) -> bool:
        """Whether the code is one of those that are asked for."""
        scheme = None if self.system is None else systems.scheme(self.system)
        return self.code in ("", code.code) and scheme in (None, code.codingScheme)

    def written(self, systems: Systems) -> str | None:
        """As a stored query has it: `code^^scheme`; None where it is not one code of one scheme."""
        if not (self.code and self.system) or "^" in self.code:
            return None
        return f"{self.code}^^{systems.scheme(self.system)}"
