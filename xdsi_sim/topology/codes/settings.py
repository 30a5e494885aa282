"""The setting `codes` of a community: which codes its affinity domain takes, and what strays weigh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema, model_validator

from xdsi_sim.ebrim.datatypes import OID
from xdsi_sim.rules.code_sets import CODED, PLAIN
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.yaml import Place

__all__ = ["CodeSettings"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | Path) else value


_ONE_OR_MORE: Final = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Files = Annotated[tuple[Path, ...], BeforeValidator(_as_list), WithJsonSchema(_ONE_OR_MORE)]


def _for_attributes(value: dict[str, Any]) -> dict[str, Any]:
    known = (*CODED, *PLAIN)
    for name in value:
        if name not in known:
            hint = did_you_mean(name, known)
            raise wrong(f"unknown attribute '{name}'", hint=hint, at=(name,), at_key=True)
    return value


def _of_oids(value: dict[str, str]) -> dict[str, str]:
    for uri, oid in value.items():
        if not OID.fullmatch(oid):
            raise wrong(f"'{oid}' is not an OID, such as 2.999.1.10", at=(uri,))
    return value


class CodeSettings(Checked):
    """Where the codes of an affinity domain are, and what is done about others."""

    check: Literal["strict", "warn", "off"] = "strict"
    """`strict` refuses what has another code, `warn` takes it with a warning, `off` does not look."""
    files: Files = ()
    """Tables of codes for all attributes: YAML, or XML in the form of IHE."""
    valueSets: Annotated[dict[str, Files], AfterValidator(_for_attributes)] = {}
    """ValueSets and CodeSystems of FHIR, as JSON, by the attribute that they are for."""
    systems: Annotated[dict[str, str], AfterValidator(_of_oids)] = {}
    """OIDs of coding schemes by the URI that the files have for them, beside those that are known."""

    @model_validator(mode="after")
    def _have_a_file(self) -> CodeSettings:
        if self.check != "off" and not self.files and not self.valueSets:
            raise wrong(
                "codes without a file to take them from.", hint="Name some under 'files' or 'valueSets'."
            )
        return self

    def paths(self) -> Iterator[tuple[Place, Path, str | None]]:
        """Each file with its place among the settings, and the attribute that it is for if it is of FHIR."""
        for index, path in enumerate(self.files):
            yield ("files", index), path, None
        for attribute, paths in self.valueSets.items():
            for index, path in enumerate(paths):
                yield ("valueSets", attribute, index), path, attribute

    def looked_at(self) -> CodeSettings:
        """The same for somebody who wants to know the codes of a domain that is `off`."""
        return self.model_copy(update={"check": "strict"}) if self.check == "off" else self

    def beside(self, folder: Path) -> CodeSettings:
        """The same with relative paths taken from `folder`, where the topology's file is."""
        files = tuple(folder / path if _is_path(path) else path for path in self.files)
        sets = {name: tuple(folder / path for path in paths) for name, paths in self.valueSets.items()}
        return self.model_copy(update={"files": files, "valueSets": sets})


def _is_path(path: Path) -> bool:
    """Not the bare name of a table that ships."""
    return bool(path.suffix) or len(path.parts) != 1
