"""From the files of an affinity domain to its code sets: the form by suffix, schemes as OIDs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from xdsi_sim.errors import Severity, UsageError
from xdsi_sim.resources import scenarios
from xdsi_sim.rules.code_sets import PLAIN, AllowedCode, CodeSets, coding_scheme
from xdsi_sim.topology.checked import did_you_mean
from xdsi_sim.topology.codes.fhir import code_systems_in, read_fhir_codes
from xdsi_sim.topology.codes.ihe import read_ihe_codes
from xdsi_sim.topology.codes.settings import CodeSettings
from xdsi_sim.topology.codes.table import read_code_table
from xdsi_sim.topology.yaml import Document, Place
from xdsi_sim.vocab import FHIR_SYSTEMS

__all__ = ["XML", "YAML", "check_files", "code_sets", "file_name"]

XML: Final = "codes.xml"
YAML: Final = "codes.yaml"

_FORMS: Final[Mapping[str, Callable[[Path], Iterator[AllowedCode]]]] = {
    ".yaml": read_code_table,
    ".yml": read_code_table,
    ".xml": read_ihe_codes,
}
_FHIR: Final = ".json"
_OF_FHIR: Final = (
    "A resource of FHIR needs its attribute: valueSets: {{formatCode: {0}}}, "
    "or, on the command line, --codes formatCode={0}."
)
_WEIGHTS: Final = {"strict": Severity.ERROR, "warn": Severity.WARNING}


def file_name(text: str) -> str:
    """What a code table is to be called of which there is the text alone: the name tells its form."""
    return XML if text.lstrip().startswith("<") else YAML


def code_sets(settings: CodeSettings | None) -> CodeSets | None:
    """The sets of an affinity domain; None where it takes any code.

    Raises UsageError with the place of what is wrong in a file.
    """
    if settings is None or settings.check == "off":
        return None
    codes = (code for _, path, attribute in settings.paths() for code in _codes(settings, path, attribute))
    return CodeSets.of(codes, _WEIGHTS[settings.check])


def check_files(settings: CodeSettings, document: Document, place: Place) -> None:
    """Look at the files; raises UsageError where one is not there or something in it is wrong."""
    for at, path, attribute in settings.paths():
        try:
            for _ in _codes(settings, path, attribute):
                pass
        except UsageError as error:
            if error.line is not None:
                raise
            raise document.error((*place, *at), f"{path}: {error.message}", hint=error.hint) from None


def _codes(settings: CodeSettings, path: Path, attribute: str | None) -> Iterator[AllowedCode]:
    """What one of the files holds, with coding schemes in the form in which they are compared."""
    systems = {**FHIR_SYSTEMS, **settings.systems}
    if attribute is None:
        codes = _read(path)
    else:
        beside = code_systems_in(settings.valueSets[attribute])
        codes = read_fhir_codes(path, attribute, systems, beside)
    for code in codes:
        plain = code.attribute in PLAIN
        yield code if plain else replace(code, codingScheme=coding_scheme(code.codingScheme, systems))


def _read(path: Path) -> Iterator[AllowedCode]:
    found = path if path.suffix else _shipped(path.name)
    form = _FORMS.get(found.suffix.lower())
    if form is not None:
        return form(found)
    raise UsageError(
        f"'{found.suffix}' is no form of code tables: {', '.join(_FORMS)}.",
        file=str(path),
        hint=_OF_FHIR.format(path.name) if found.suffix.lower() == _FHIR else None,
    )


def _shipped(name: str) -> Path:
    shipped = {file.stem: file for file in sorted((scenarios() / "codes").glob("*.yaml"))}
    if name not in shipped:
        raise UsageError(f"no code table '{name}' ships with xdsi-sim.", hint=did_you_mean(name, shipped))
    return shipped[name]
