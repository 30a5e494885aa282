"""ValueSet and CodeSystem of FHIR R4, as JSON.

Only codes that stand in the files are taken: what a terminology server would have to find out (a filter,
another ValueSet, a code system whose file is not there) is refused. Abstract concepts group others and are no
codes to be used.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

from xdsi_sim.errors import UsageError
from xdsi_sim.rules.code_sets import PLAIN, AllowedCode
from xdsi_sim.topology.checked import check, did_you_mean, wrong
from xdsi_sim.topology.yaml import Document, parse_yaml

__all__ = ["code_systems_in", "read_fhir_codes"]

_OID: Final = "urn:oid:"
_EXPANDED: Final = "a ValueSet with an expansion ($expand of a terminology server)"
_BESIDE: Final = "beside"


def read_fhir_codes(
    path: Path, attribute: str, systems: Mapping[str, str], beside: Collection[str] = ()
) -> Iterator[AllowedCode]:
    """The codes of a resource for an attribute; raises UsageError with the place of what is wrong.

    A CodeSystem whose url is none of `systems` may name its OID itself. `beside` are the urls of the
    CodeSystems that are read for the attribute too: a ValueSet may include all of them.
    """
    resource = _resource(path, beside)
    for system, concept in resource.codes(systems):
        yield AllowedCode(
            attribute=attribute,
            code=concept.code,
            codingScheme="" if attribute in PLAIN else system,
            display=concept.display,
        )


def code_systems_in(paths: Iterable[Path]) -> frozenset[str]:
    """The urls of the CodeSystems among the files; what is wrong with a file is told where it is read."""
    urls = set()
    for path in paths:
        with suppress(UsageError):
            _, value = _json(path)
            if isinstance(value, dict) and value.get("resourceType") == "CodeSystem":
                urls.add(str(value.get("url")))
    return frozenset(urls)


# --- what is read of the resources -----------------------------------------------------------


class _Part(BaseModel):
    """FHIR allows much more than concerns us."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Property(_Part):
    code: str
    valueBoolean: bool | None = None


class _Concept(_Part):
    code: str
    display: str | None = None
    property: tuple[_Property, ...] = ()
    concept: tuple[_Concept, ...] = ()

    def codes(self) -> Iterator[_Concept]:
        """Itself, unless it is abstract, and all below."""
        if not any(one.code == "notSelectable" and one.valueBoolean for one in self.property):
            yield self
        for child in self.concept:
            yield from child.codes()


class _Include(_Part):
    system: str = ""
    concept: tuple[_Concept, ...] = ()
    filter: tuple[Any, ...] = ()
    valueSet: tuple[Any, ...] = ()

    @model_validator(mode="after")
    def _stands_in_the_files(self, info: ValidationInfo) -> _Include:
        for key in ("filter", "valueSet"):
            if getattr(self, key):
                hint = f"Name {_EXPANDED}."
                raise wrong(f"codes by '{key}' are not in the file.", hint=hint, at=(key,), at_key=True)
        if not self.system:
            raise wrong("codes without their system")
        if not self.concept and self.system not in (info.context or {}).get(_BESIDE, ()):
            hint = f"Name its CodeSystem beside the ValueSet, or {_EXPANDED}."
            raise wrong(f"all of {self.system} is included, and not in the file.", hint=hint)
        return self

    def codes(self) -> Iterator[tuple[str, _Concept]]:
        """Each concept with its system."""
        return ((self.system, concept) for concept in self.concept)


class _Compose(_Part):
    include: tuple[_Include, ...]
    exclude: tuple[_Include, ...] = ()

    @model_validator(mode="after")
    def _nothing_of_a_whole_is_excluded(self) -> _Compose:
        whole = {part.system for part in self.include if not part.concept}
        for index, part in enumerate(self.exclude):
            if part.system in whole or not part.concept:
                hint = f"Name {_EXPANDED}."
                raise wrong(
                    "what is left of a whole system is not in the file.", hint=hint, at=("exclude", index)
                )
        return self

    def codes(self) -> Iterator[tuple[str, _Concept]]:
        """What is listed; a CodeSystem that is included as a whole tells its codes itself."""
        excluded = {(system, one.code) for part in self.exclude for system, one in part.codes()}
        for part in self.include:
            for system, concept in part.codes():
                if (system, concept.code) not in excluded:
                    yield system, concept


class _Contains(_Part):
    system: str = ""
    code: str = ""
    display: str | None = None
    abstract: bool = False
    contains: tuple[_Contains, ...] = ()

    @model_validator(mode="after")
    def _has_a_system(self) -> _Contains:
        if self.code and not self.system:
            raise wrong("a code without its system")
        return self

    def all(self) -> Iterator[_Contains]:
        """Itself and all below."""
        yield self
        for child in self.contains:
            yield from child.all()


class _Expansion(_Part):
    total: int = 0
    contains: tuple[_Contains, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> _Expansion:
        found = sum(1 for _ in self.all())
        if self.total > found:
            raise wrong(f"the expansion holds {found} of {self.total} codes", at=("total",))
        return self

    def all(self) -> Iterator[_Contains]:
        """The concepts at all depths, each before those that it contains."""
        return (one for top in self.contains for one in top.all())

    def codes(self) -> Iterator[tuple[str, _Concept]]:
        """Those that may be used as codes, each with its system."""
        for one in self.all():
            if one.code and not one.abstract:
                yield one.system, _Concept(code=one.code, display=one.display)


class _Resource(_Part, ABC):
    @abstractmethod
    def codes(self, systems: Mapping[str, str]) -> Iterator[tuple[str, _Concept]]:
        """Code system and concept of each code."""


class _ValueSet(_Resource):
    compose: _Compose | None = None
    expansion: _Expansion | None = None

    @model_validator(mode="before")
    @classmethod
    def _expansion_counts(cls, value: Any) -> Any:
        """What stands in an expansion need not be worked out."""
        expansion = value.get("expansion") if isinstance(value, dict) else None
        expanded = isinstance(expansion, dict) and expansion.get("contains")
        return {**value, "compose": None} if expanded else value

    @model_validator(mode="after")
    def _has_a_part(self) -> _ValueSet:
        if self.compose is None and (self.expansion is None or not self.expansion.contains):
            raise wrong("no code is in the file")
        return self

    def codes(self, systems: Mapping[str, str]) -> Iterator[tuple[str, _Concept]]:  # noqa: ARG002
        """Those of the expansion, or of what it is composed of."""
        parts = self.compose or self.expansion
        return iter(()) if parts is None else parts.codes()


class _Identifier(_Part):
    value: str = ""


class _CodeSystem(_Resource):
    url: str
    identifier: tuple[_Identifier, ...] = ()
    concept: tuple[_Concept, ...] = ()

    @model_validator(mode="after")
    def _has_a_concept(self) -> _CodeSystem:
        if not self.concept:
            raise wrong("no code is in the file")
        return self

    def codes(self, systems: Mapping[str, str]) -> Iterator[tuple[str, _Concept]]:
        """All at all depths; of the system that `systems` know, else of its OID, if it has one."""
        oids = [one.value for one in self.identifier if one.value.startswith(_OID)]
        system = oids[0] if oids and self.url not in systems else self.url
        return ((system, concept) for top in self.concept for concept in top.codes())


# --- from file to resource -------------------------------------------------------------------

_RESOURCES: Final[Mapping[str, type[_Resource]]] = {"ValueSet": _ValueSet, "CodeSystem": _CodeSystem}


class _Named(_Part):
    """What any resource says of itself."""

    resourceType: str

    @model_validator(mode="after")
    def _is_known(self) -> _Named:
        if self.resourceType not in _RESOURCES:
            hint = did_you_mean(self.resourceType, _RESOURCES)
            raise wrong(f"unknown resourceType '{self.resourceType}'.", hint=hint, at=("resourceType",))
        return self


def _resource(path: Path, beside: Collection[str]) -> _Resource:
    text, value = _json(path)
    try:
        return _checked(Document(str(path), value, {}, {}), beside)
    except UsageError as error:
        raise _placed(text, beside, error) from None


def _checked(document: Document, beside: Collection[str]) -> _Resource:
    kind = _RESOURCES[check(_Named, document).resourceType]
    return check(kind, document, {_BESIDE: beside})


def _json(path: Path) -> tuple[str, Any]:
    file = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return text, json.loads(text)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=file) from error
    except UnicodeDecodeError as error:
        raise UsageError("the file is not UTF-8", file=file) from error
    except json.JSONDecodeError as error:
        raise UsageError(f"no JSON: {error.msg}", file=file, line=error.lineno, column=error.colno) from error
    except RecursionError:
        raise UsageError("values are nested too deep", file=file) from None


def _placed(text: str, beside: Collection[str], error: UsageError) -> UsageError:
    """The complaint again, with its place: JSON is YAML, whose reader is slow but keeps positions."""
    file = error.file or ""
    try:
        document = parse_yaml(text, file)
    except UsageError:  # too large for it
        return UsageError(error.message, file=file, hint=error.hint)
    try:
        _checked(document, beside)
    except UsageError as placed:
        return placed
    return error
