"""Metadata as a scenario writes it: attributes by the names of the profile, on objects that break no rule.

A text stands for itself, `null` takes an attribute away. A code is `code^display name^scheme`, an author is a
mapping of its slots, and `slots` are those that the framework does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

from xdsi_sim.clock import dtm_of
from xdsi_sim.dicom.publisher import REPORT_FORMATS, Publisher
from xdsi_sim.ebrim.model import (
    Author,
    Code,
    DocumentEntry,
    Folder,
    InternationalString,
    MetadataObject,
    Slot,
    SubmissionSet,
)
from xdsi_sim.ebrim.tables import AUTHOR_SLOTS, KINDS, Attr, Form
from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.variables import as_text
from xdsi_sim.topology.checked import did_you_mean, wrong
from xdsi_sim.topology.model import Topology
from xdsi_sim.vocab import STABLE

__all__ = [
    "SENDER_OID",
    "V",
    "check_attributes",
    "own_codes",
    "sound_entry",
    "sound_folder",
    "sound_set",
    "with_attributes",
]

SENDER_OID: Final = "2.999.0.1"
"""sourceId of what a scenario submits by itself."""
_LOCAL_ID: Final = f"L1^^^&{SENDER_OID}.1&ISO"
"""Of the patient in the house of the sender, which is another domain (rule D16)."""
_SLOTS: Final = "slots"

V = TypeVar("V", bound=MetadataObject)


def with_attributes(value: V, given: Mapping[str, Any]) -> V:
    """The object with these attributes in place of its own.

    Raises UsageError for one that there is not, or that cannot be read.
    """
    kind = KINDS[type(value)]
    try:
        check_attributes(type(value), given)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    changes = {name: _read(kind.by_name[name], text) for name, text in given.items() if name != _SLOTS}
    if _SLOTS in given:
        changes["extra"] = (*value.extra, *_extra(given[_SLOTS]))
    return replace(value, **changes)


def check_attributes(type_: type[MetadataObject], given: Mapping[str, Any]) -> None:
    """Raises `wrong` where an object of this kind has no such attribute, or a value cannot be one."""
    known = {*KINDS[type_].by_name, _SLOTS}
    for name, value in given.items():
        if name not in known:
            text = f"{KINDS[type_].name} has no attribute '{name}'"
            raise wrong(text, hint=did_you_mean(name, known), at=(name,), at_key=True)
        if name != _SLOTS and not _refers(value):
            try:
                _read(KINDS[type_].by_name[name], value)
            except ValueError as error:
                raise wrong(str(error), at=(name,)) from None


def _refers(value: Any) -> bool:
    """Whether it is known only when the step is played."""
    return "${" in str(value)


def _read(attr: Attr, given: Any) -> Any:
    if given is None:
        return () if attr.many else _ABSENT.get(attr.form)
    one: Callable[[Any], Any] = _FORMS.get(attr.form, as_text)
    if not attr.many:
        return one(given)
    several = given if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
    return tuple(one(item) for item in several)


def _code(given: Any) -> Code:
    if isinstance(given, Code):
        return given
    code, *rest = as_text(given).split("^")
    if len(rest) != 2:
        raise ValueError(f"'{given}' is no code: code^display name^scheme is expected")
    display, scheme = rest
    return Code.of(code, scheme, display) if display else Code(code, scheme)


def _text(given: Any) -> InternationalString:
    return given if isinstance(given, InternationalString) else InternationalString.of(as_text(given))


def _author(given: Any) -> Author:
    if isinstance(given, Author):
        return given
    known = {attr.name: attr for attr in AUTHOR_SLOTS}
    if not isinstance(given, Mapping) or (unknown := set(given) - set(known)):
        told = ", ".join(map(str, unknown)) if isinstance(given, Mapping) else given
        raise ValueError(f"'{told}' is nothing of an author, who has {', '.join(known)}")
    return Author(**{name: _read(known[name], value) for name, value in given.items()})


_ABSENT: Final = {Form.LABEL: False}
"""What stands for an absent value where that is not None."""
_FORMS: Final[Mapping[Form, Callable[[Any], Any]]] = {
    Form.CODE: _code,
    Form.NAME: _text,
    Form.DESCRIPTION: _text,
    Form.AUTHOR: _author,
    Form.LABEL: bool,
}


def _extra(given: Mapping[str, Any]) -> tuple[Slot, ...]:
    return tuple(
        Slot(name, tuple(map(as_text, values if isinstance(values, list | tuple) else (values,))))
        for name, values in given.items()
    )


# --- where nothing else is said --------------------------------------------------------------


def sound_entry(*, entryUUID: str, uniqueId: str, patientId: str, now: datetime) -> DocumentEntry:
    """The DocumentEntry of a report in plain text, which breaks no rule."""
    codes = Publisher(sourceId=SENDER_OID, patient_authority="")
    form = REPORT_FORMATS["plain"]
    return DocumentEntry(
        entryUUID=entryUUID,
        uniqueId=uniqueId,
        patientId=patientId,
        sourcePatientId=_LOCAL_ID,
        objectType=STABLE,
        mimeType=form.mimeType,
        formatCode=form.formatCode,
        classCode=codes.reportClass,
        typeCode=codes.reportType,
        confidentialityCode=(codes.confidentialityCode,),
        healthcareFacilityTypeCode=codes.healthcareFacilityTypeCode,
        practiceSettingCode=codes.practiceSettingCode,
        languageCode=codes.languageCode,
        creationTime=dtm_of(now),
        title=InternationalString.of("Report"),
    )


def sound_set(*, entryUUID: str, uniqueId: str, patientId: str, now: datetime) -> SubmissionSet:
    """A SubmissionSet that breaks no rule."""
    return SubmissionSet(
        entryUUID=entryUUID,
        uniqueId=uniqueId,
        patientId=patientId,
        sourceId=SENDER_OID,
        submissionTime=dtm_of(now),
        contentTypeCode=Publisher(sourceId=SENDER_OID, patient_authority="").reportType,
    )


def sound_folder(*, entryUUID: str, uniqueId: str, patientId: str) -> Folder:
    """A Folder that breaks no rule."""
    return Folder(
        entryUUID=entryUUID,
        uniqueId=uniqueId,
        patientId=patientId,
        codeList=(Publisher(sourceId=SENDER_OID, patient_authority="").reportType,),
        title=InternationalString.of("Folder"),
    )


def own_codes(value: V, topology: Topology) -> V:
    """The object with the codes that a foreign system of the topology takes, where a peer names them."""
    codes = next((peer.codes.given for peer in topology.peers if peer.codes is not None), {})
    known = KINDS[type(value)].by_name
    return with_attributes(value, {name: code for name, code in codes.items() if name in known})
