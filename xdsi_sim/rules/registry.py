"""Rules by id, and the way from a broken rule to what the peer is told.

A rule is a function from one subject to every `Violation` in it. Ids are those of the catalogue: a
letter for the group, two digits; never reused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.vocab import SEVERITY_ERROR, SEVERITY_WARNING

__all__ = [
    "AS_WRITTEN",
    "META",
    "REGISTRY_METADATA_ERROR",
    "REPOSITORY_METADATA_ERROR",
    "RULES",
    "Ground",
    "Place",
    "Profile",
    "Rule",
    "Verdict",
    "Violation",
    "judge",
    "rule",
    "rules",
    "unreadable",
]

META: Final = "META"
"""Stands for the metadata error of whoever finds it (ITI TF-3: Table 4.2.4.1-2)."""
REGISTRY_METADATA_ERROR: Final = "XDSRegistryMetadataError"
REPOSITORY_METADATA_ERROR: Final = "XDSRepositoryMetadataError"

Ground = Literal["std", "profile", "choice"]
"""The text says so; a national or project profile says so; left open by the text and chosen here."""

_SEVERITY: Final = {Severity.ERROR: SEVERITY_ERROR, Severity.WARNING: SEVERITY_WARNING}
_LONGEST_VALUE: Final = 256  # so that a codeContext keeps its end, the rule's id, within 1 KiB


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a subject breaks a rule."""

    text: str
    """What was found and what was expected; names the attribute, leaves out its value."""
    location: str | None = None
    """Id of the object; None stands for the subject's own."""
    attribute: str | None = None
    value: str | None = None
    code: str | None = None
    """Another errorCode than the rule's, where the catalogue names two; `""`: the peer is told nothing."""
    severity: Severity | None = None
    """Another severity than the rule's, where the catalogue names two."""

    @classmethod
    def of(cls, object: Any, attribute: str, text: str, code: str | None = None) -> Violation:
        """One by an attribute of a metadata object."""
        value = getattr(object, attribute)
        return cls(text, location=object.entryUUID, attribute=attribute, value=value, code=code)


Check = Callable[[Any], Iterator[Violation]]
_C = TypeVar("_C", bound=Check)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the catalogue."""

    id: str
    check: Check
    text: str
    """What must hold, in words."""
    cites: str | None
    """Sections that decide, parted by `; `; None where no text does."""
    code: str | None
    """errorCode, `META`, or None where the peer is told nothing."""
    severity: Severity
    ground: Ground
    adjustable: bool
    """The catalogue lets a profile give it another severity, or take it away."""
    also: tuple[str, ...] = ()
    """Other errorCodes that a violation may bring instead."""
    of_extras: bool = False
    """Looks at nothing but what became no attribute, in the object and in its authors."""


RULES: Final[dict[str, Rule]] = {}
"""Every rule by id, filled as the modules of this package are imported."""


def rule(
    id: str,
    *,
    cites: str | None = None,
    code: str | None = META,
    severity: Severity = Severity.ERROR,
    ground: Ground = "std",
    also: tuple[str, ...] = (),
    adjustable: bool = False,
    of_extras: bool = False,
) -> Callable[[_C], _C]:
    """Register the decorated function as the rule `id`; its docstring says what must hold.

    A warning is adjustable in any case. With `of_extras` it is held against those objects alone that have
    something which became no attribute: most have nothing.
    """

    def register(check: _C) -> _C:
        """Enter the function in the table; raises ValueError for a taken id, and for a note with a code."""
        if id in RULES:
            raise ValueError(f"rule {id} is there twice")
        if severity is Severity.INFO and code is not None:
            raise ValueError(f"rule {id} is a note: no peer is told of it")
        text = " ".join((check.__doc__ or "").split())
        RULES[id] = Rule(
            id=id,
            check=check,
            text=text,
            cites=cites,
            code=code,
            severity=severity,
            ground=ground,
            also=also,
            adjustable=adjustable or severity is Severity.WARNING,
            of_extras=of_extras,
        )
        return check

    return register


def unreadable(attribute: str, texts: Iterable[str], parse: Callable[[str], object]) -> Iterator[Violation]:
    """A violation for each text that `parse` refuses; an empty one is left to C21."""
    for text in texts:
        if text:
            try:
                parse(text)
            except ValueError as error:
                yield Violation(f"{attribute} is wrong, {error}", attribute=attribute, value=text)


def rules(*ids: str) -> tuple[Rule, ...]:
    """The rules of these ids, in this order; raises KeyError for an unknown one."""
    return tuple(RULES[id] for id in ids)


# --- judging ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a message a finding is, as far as its rule says so."""

    object: str | None
    """Id of the object."""
    attribute: str | None
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All that was found in one message: for the log, and as the peer is told."""

    findings: tuple[Finding, ...] = ()
    places: tuple[Place, ...] = ()
    """One for each finding."""
    errors: tuple[RegistryError, ...] = ()
    """What has an errorCode, errors and warnings."""

    @property
    def accepted(self) -> bool:
        """Nothing weighs more than a warning."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def __add__(self, other: Verdict) -> Verdict:
        """What was found by both."""
        return Verdict(
            findings=self.findings + other.findings,
            errors=self.errors + other.errors,
            places=self.places + other.places,
        )


_NOTHING_FOUND: Final = Verdict()
_THE_RULE_SAYS: Final[Mapping[str, str]] = {}


Profile = Mapping[str, Severity | None]
"""By the id of a rule the severity that it has instead of its own; None: it does not hold."""
AS_WRITTEN: Final[Profile] = {}
"""The profile that changes nothing."""


def judge(
    pairs: Iterable[tuple[object, tuple[Rule, ...]]],
    metadata_error: str = REGISTRY_METADATA_ERROR,
    codes: Mapping[str, str] = _THE_RULE_SAYS,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """Hold each subject against its rules.

    `metadata_error` is what `META` stands for here; `codes` are errorCodes that stand here, by id of the
    rule, for what the rule says. A profile is asked about what was found alone, so it costs a sound
    message nothing.
    """
    found = [
        (subject, one, violation)
        for subject, its_rules in pairs
        for one in its_rules
        for violation in one.check(subject)
    ]
    if not found:
        return _NOTHING_FOUND
    breaches = [
        _Breach.of(*parts, metadata_error, codes, profile)
        for parts in found
        if profile.get(parts[1].id, parts[1].severity) is not None
    ]
    return Verdict(
        findings=tuple(breach.finding() for breach in breaches),
        places=tuple(breach.place() for breach in breaches),
        errors=tuple(breach.registry_error(breach.code) for breach in breaches if breach.code is not None),
    )


@dataclass(frozen=True, slots=True)
class _Breach:
    """A violation with what its rule says about it."""

    rule: Rule
    violation: Violation
    code: str | None
    severity: Severity
    location: str | None

    @classmethod
    def of(
        cls,
        subject: object,
        rule: Rule,
        violation: Violation,
        metadata_error: str,
        codes: Mapping[str, str],
        profile: Profile,
    ) -> _Breach:
        """The violation with the code and weight that rule, violation and profile give it together."""
        code = codes.get(rule.id, rule.code) if violation.code is None else violation.code or None
        asked = profile.get(rule.id)
        severity = asked or violation.severity or rule.severity
        if code is None and asked is Severity.ERROR:
            code = META  # who is refused is told why
        location = violation.location or getattr(subject, "entryUUID", None) or None
        return cls(rule, violation, metadata_error if code == META else code, severity, location)

    def finding(self) -> Finding:
        """For reports and the log."""
        value = self.violation.value
        return Finding(
            rule=self.rule.id,
            severity=self.severity,
            text=self.violation.text if value is None else f"{self.violation.text}: {_short(value)!r}",
            location=self.location or self.violation.attribute,
            cites=self.rule.cites,
        )

    def place(self) -> Place:
        """Where it is, for who points at it."""
        return Place(self.location, self.violation.attribute, self.violation.value)

    def registry_error(self, code: str) -> RegistryError:
        """For the peer, in a RegistryResponse (ITI TF-3: 4.2.4.1)."""
        violation = self.violation
        facts = (
            ("object", self.location),
            ("attribute", violation.attribute),
            ("value", None if violation.value is None else _short(violation.value)),
            ("rule", self.rule.id),
        )
        given = (f"{name}={text}" for name, text in facts if text is not None)
        return RegistryError(
            errorCode=code,
            codeContext="; ".join((violation.text, *given)),
            severity=_SEVERITY[self.severity],
            location=self.location or violation.attribute,
        )


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
