"""What `find` looks for: its options, and how they are read (levels 1 and 2 of the filtering)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.checklist.two_level import Criteria

__all__ = [
    "AccessionOption",
    "ModalityOption",
    "OrderOption",
    "PatientOption",
    "ProcedureOption",
    "RegionOption",
    "SettingOption",
    "SinceOption",
    "StudyOption",
    "UntilOption",
    "criteria_of",
]


def _option(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text)


PatientOption = Annotated[str, _option("--patient", "CX", "Whose studies: P1^^^&OID&ISO.")]
ModalityOption = Annotated[
    list[str] | None, _option("--modality", "CODE", "Level 1: CT, MR, ...; may be repeated.")
]
RegionOption = Annotated[
    list[str] | None, _option("--region", "NAME", "Level 1: HEAD, Knee, or a code; may be repeated.")
]
SettingOption = Annotated[
    list[str] | None, _option("--setting", "CODE^^SCHEME", "Level 1: practiceSettingCode.")
]
SinceOption = Annotated[str | None, _option("--from", "DATE", "Level 1: made on that day or later.")]
UntilOption = Annotated[str | None, _option("--until", "DATE", "Level 1: made before that day.")]
StudyOption = Annotated[list[str] | None, _option("--study", "UID", "Level 2: Study Instance UID.")]
AccessionOption = Annotated[
    list[str] | None, _option("--accession", "NUMBER", "Level 2: bare, or CX with its issuer.")
]
OrderOption = Annotated[
    list[str] | None, _option("--order", "NUMBER", "Level 2: placer order number, likewise.")
]
ProcedureOption = Annotated[
    list[str] | None, _option("--procedure", "CODE", "Level 2: typeCode, with ^^SCHEME or without.")
]


def criteria_of(
    patient: str,
    modality: Sequence[str] | None,
    region: Sequence[str] | None,
    setting: Sequence[str] | None,
    since: str | None,
    until: str | None,
    study: Sequence[str] | None,
    accession: Sequence[str] | None,
    order: Sequence[str] | None,
    procedure: Sequence[str] | None,
) -> Criteria:
    """What is looked for; raises UsageError that names the option in which something is wrong."""
    from xdsi_sim.checklist.two_level import Criteria, coded, modality_of, region_of
    from xdsi_sim.ebrim.datatypes import Cx

    return Criteria(
        patientId=_read("--patient", lambda text: str(Cx.parse(text)), patient),
        modalities=_each("--modality", modality_of, modality),
        regions=_each("--region", region_of, region),
        settings=_each("--setting", coded, setting),
        since=None if since is None else _read("--from", _dtm, since),
        until=None if until is None else _read("--until", _dtm, until),
        studies=_each("--study", _uid, study),
        accessions=_each("--accession", _number, accession),
        orders=_each("--order", _number, order),
        procedures=_each("--procedure", lambda text: coded(text) if "^^" in text else text, procedure),
    )


def _each(option: str, read: Callable[[str], str], texts: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(_read(option, read, text) for text in texts or ())


def _read(option: str, read: Callable[[str], str], text: str) -> str:
    """What an option says; raises UsageError that names it."""
    try:
        return read(text)
    except UsageError as error:
        raise UsageError(f"{option}: {error.message}", hint=error.hint) from None
    except ValueError as error:
        raise UsageError(f"{option}: '{text}' is {error}.") from None


def _dtm(text: str) -> str:
    from xdsi_sim.ebrim.datatypes import check_dtm

    digits = text.replace("-", "")
    check_dtm(digits)
    return digits


def _uid(text: str) -> str:
    from xdsi_sim.dicom.attributes import is_uid

    if not is_uid(text):
        raise ValueError("no UID")
    return text


def _number(text: str) -> str:
    from xdsi_sim.ebrim.datatypes import Cx

    return str(Cx.parse(text)) if "^" in text else text
