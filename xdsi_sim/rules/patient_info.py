"""What a DocumentEntry says of its patient beside patientId (ITI TF-3: 4.2.3.2.22, 4.2.3.2.23)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import PidField
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule, unreadable

__all__: list[str] = []

_SINGLE_FIELDS: Final = ("PID-7|", "PID-8|")
_UNWANTED: Final = ("PID-2|", "PID-4|", "PID-12|", "PID-19|")
_WANTED: Final = ("PID-3", "PID-5", "PID-7", "PID-8")


@rule("D16", cites="ITI TF-3: 4.2.3.2.22", code=None, severity=Severity.INFO)
def source_patient_is_of_another_domain(entry: DocumentEntry) -> Iterator[Violation]:
    """A sourcePatientId is mostly of the source's own authority, not of the affinity domain's."""
    source, patient = entry.sourcePatientId, entry.patientId
    if source and patient and source.partition("^")[2] == patient.partition("^")[2] != "":
        text = "sourcePatientId has the assigning authority of patientId"
        yield Violation(text, attribute="sourcePatientId", value=source)


@rule("D31", cites="ITI TF-3: 4.2.3.2.23")
def source_patient_info_is_fields_of_pid(entry: DocumentEntry) -> Iterator[Violation]:
    """Each sourcePatientInfo is PID-n|value with a field n of PID; birth date and sex are given once."""
    yield from unreadable("sourcePatientInfo", entry.sourcePatientInfo, PidField.parse)
    for field in _SINGLE_FIELDS:
        given = [text for text in entry.sourcePatientInfo if text.startswith(field)]
        if len(given) > 1 or (given and "~" in given[0]):
            yield _patient_info(f"sourcePatientInfo holds {field[:-1]} more than once", ", ".join(given))


@rule("D32", cites="ITI TF-3: 4.2.3.2.23", code=None, severity=Severity.WARNING)
def source_patient_info_leaves_out_old_fields(entry: DocumentEntry) -> Iterator[Violation]:
    """A sourcePatientInfo should not hold PID-2, PID-4, PID-12 or PID-19."""
    for text in entry.sourcePatientInfo:
        if text.startswith(_UNWANTED):
            yield _patient_info(f"sourcePatientInfo holds {text.partition('|')[0]}", text)


@rule("D33", cites="ITI TF-3: 4.2.3.2.23", code=None, severity=Severity.INFO)
def source_patient_info_tells_who_it_is(entry: DocumentEntry) -> Iterator[Violation]:
    """A sourcePatientInfo should hold PID-3, PID-5, PID-7 and PID-8: id, name, birth date and sex."""
    given = entry.sourcePatientInfo
    told = {text.partition("|")[0] for text in given if "|" in text}
    lacking = [field for field in _WANTED if field not in told]
    if given and lacking:
        yield _patient_info(f"sourcePatientInfo lacks {', '.join(lacking)}", ", ".join(given))


def _patient_info(text: str, value: str) -> Violation:
    return Violation(text, attribute="sourcePatientInfo", value=value)
