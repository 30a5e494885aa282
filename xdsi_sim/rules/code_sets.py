"""The codes that an affinity domain takes, attribute by attribute (ITI TF-2: 3.42.4.1.3.3.3).

Where the codes come from is none of this module's business: `topology.codes` reads the files. A coding
scheme is compared in one form, the bare OID (`coding_scheme`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from xdsi_sim.ebrim.tables import KINDS, Form
from xdsi_sim.errors import Severity
from xdsi_sim.vocab import FHIR_SYSTEMS

__all__ = [
    "CODED",
    "PLAIN",
    "SCHEMES",
    "AllowedCode",
    "CodeSets",
    "CodesNow",
    "Coding",
    "any_code",
    "coding_scheme",
]

SCHEMES: Final = {
    attr.key: attr.name for kind in KINDS.values() for attr in kind.attrs if attr.form is Form.CODE
}
"""The coded attributes by the scheme of their Classification."""
CODED: Final = tuple(SCHEMES.values())
"""The attributes that are codes, of all kinds of objects; `documentation` is that of an Association."""
PLAIN: Final = ("mimeType", "languageCode")
"""Attributes that have a list of their own too, but no coding scheme; capitals do not matter in them."""

Coding = tuple[str, str]
"""Code and coding scheme; the scheme of what is `PLAIN` is empty."""

_OID: Final = "urn:oid:"
_NEAR: Final = 0.8  # by less, any two codes of SNOMED CT are near each other
_COMPARED: Final = 2_000  # so many texts are compared in some 10 ms
_FEW: Final = 6


def coding_scheme(text: str, systems: Mapping[str, str] = FHIR_SYSTEMS) -> str:
    """The form in which coding schemes are compared: the bare OID.

    `urn:oid:` is taken off, a URI of `systems` becomes its OID, and all else stays as it is.
    """
    return systems.get(text, text).removeprefix(_OID)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedCode:
    """One code that is allowed in one attribute."""

    attribute: str
    code: str
    codingScheme: str = ""
    """Its OID, or as the source has it where there is none."""
    display: str | None = None
    """What the affinity domain calls it: for people, never compared."""

    @property
    def coding(self) -> Coding:
        """What the values of messages are looked up by."""
        if self.attribute in PLAIN:
            return self.code.lower(), ""
        return self.code, self.codingScheme

    def __str__(self) -> str:
        return f"{self.code}^^{self.codingScheme}" if self.codingScheme else self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSets:
    """The codes of an affinity domain; an attribute without a set takes any code."""

    by_attribute: Mapping[str, Mapping[Coding, AllowedCode]] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    """What a code outside of its set weighs."""

    @classmethod
    def of(cls, codes: Iterable[AllowedCode], severity: Severity = Severity.ERROR) -> CodeSets:
        """The sets of these codes; of a code that is there twice the first is taken."""
        sets: dict[str, dict[Coding, AllowedCode]] = {}
        for code in codes:
            sets.setdefault(code.attribute, {}).setdefault(code.coding, code)
        return cls(by_attribute=sets, severity=severity)

    def codes(self, attribute: str | None = None) -> tuple[AllowedCode, ...]:
        """The codes of one attribute or of all, in the order in which they came."""
        names = self.by_attribute if attribute is None else (attribute,)
        return tuple(code for name in names for code in self.by_attribute.get(name, {}).values())

    def hint(self, attribute: str, code: str, display: str = "") -> str:
        """Which codes of the set may have been meant by one that is not in it, in words."""
        allowed = self.codes(attribute)
        for words, found in (
            ("the set has it with another codingScheme", [one for one in allowed if one.code == code]),
            ("the set has", _near(code, allowed)),
            (f"what the set calls {display!r} is", _called(display, allowed)),
            ("the set is", allowed if len(allowed) <= _FEW else ()),
        ):
            if found:
                return f"{words}: {', '.join(map(str, found[:_FEW]))}"
        return f"the set has {len(allowed)} codes"


CodesNow = Callable[[], CodeSets | None]
"""Gives the sets of an affinity domain as they are now, None where any code will do; a message asks once."""


def any_code() -> None:
    """The sets of a domain that has none."""


def _near(code: str, allowed: Iterable[AllowedCode]) -> list[AllowedCode]:
    by_text: dict[str, list[AllowedCode]] = {}
    for one in allowed:
        by_text.setdefault(one.code.casefold(), []).append(one)
    wanted = code.strip().casefold()
    compared = by_text if len(by_text) <= _COMPARED else ()
    near = [wanted] if wanted in by_text else get_close_matches(wanted, compared, n=1, cutoff=_NEAR)
    return by_text[near[0]] if near else []


def _called(display: str, allowed: Iterable[AllowedCode]) -> list[AllowedCode]:
    wanted = display.strip().casefold()
    return [one for one in allowed if wanted and (one.display or "").casefold() == wanted]
