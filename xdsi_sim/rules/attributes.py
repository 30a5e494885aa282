"""Data types and lengths of attributes that several kinds of object have (ITI TF-3: 4.2.3.1).

The subject is one object. An empty text is left to C21, a missing one to D01 to D03.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import HOME_COMMUNITY_ID, OID, UUID, Cx, check_dtm, wrong_escape
from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Classification,
    DocumentEntry,
    ExternalIdentifier,
    Folder,
    InternationalString,
    MetadataObject,
    Slot,
    SubmissionSet,
)
from xdsi_sim.ebrim.tables import AUTHOR_SLOTS, KINDS, Form
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule, unreadable
from xdsi_sim.rules.subjects import Carrier
from xdsi_sim.rules.walks import (
    MANY_SLOTS,
    SINGLE_SLOTS,
    Reader,
    codes_of,
    extra_slots,
    fields,
    slot_holders,
    strings_of,
)

__all__: list[str] = []

_TIMES: Final[dict[type, Reader]] = {
    DocumentEntry: fields(("creationTime", "serviceStartTime", "serviceStopTime")),
    SubmissionSet: fields(("submissionTime",)),
    Folder: fields(("lastUpdateTime",)),
}
_PATIENTS: Final[dict[type, Reader]] = {
    DocumentEntry: fields(("patientId", "sourcePatientId")),
    SubmissionSet: fields(("patientId",)),
    Folder: fields(("patientId",)),
}
_FOREIGN_ARC: Final = re.compile(r"(?=.{1,64}\Z)[1-9][0-9]*(\.(0|[1-9][0-9]*))+")
_OIDS: Final[dict[type, Reader]] = {
    DocumentEntry: fields(("repositoryUniqueId",)),
    SubmissionSet: fields(("uniqueId", "sourceId")),
    Folder: fields(("uniqueId",)),
}
_IDS: Final[dict[type, Reader]] = {
    **dict.fromkeys((DocumentEntry, SubmissionSet, Folder), fields(("entryUUID", "logicalID"))),
    Association: fields(("entryUUID", "logicalID", "sourceObject", "targetObject")),
}
_VERSIONS: Final[dict[type, Reader]] = {
    type_: fields([attr.name for attr in kind.attrs if attr.form in (Form.VERSION, Form.CONTENT_VERSION)])
    for type_, kind in KINDS.items()
}
_LONG_NAMES: Final[dict[type, Reader]] = {
    type_: fields([a.name for a in kind.attrs if a.form is Form.EXTERNAL_IDENTIFIER or a.name == "mimeType"])
    for type_, kind in KINDS.items()
}
_URN: Final = "urn:uuid:"
_SECONDS: Final = len("YYYYMMDDhhmmss")
_HL7: Final[dict[type, Reader]] = {
    Author: fields([attr.name for attr in AUTHOR_SLOTS]),
    DocumentEntry: fields(
        ("patientId", "sourcePatientId", "legalAuthenticator", "sourcePatientInfo", "referenceIdList")
    ),
    SubmissionSet: fields(("patientId", "intendedRecipient")),
    Folder: fields(("patientId",)),
}
"""Attributes of HL7 data types."""
_LONGEST_TITLE: Final = {DocumentEntry: 127, SubmissionSet: 255, Folder: 256}


@rule("D08", cites="ITI TF-3: Table 4.2.3.1.7-2")
def times_are_dtm(value: Carrier) -> Iterator[Violation]:
    """A time is YYYY[MM[DD[hh[mm[ss]]]]] in UTC, each part within its range."""
    return _unreadable(value, _TIMES[type(value)], check_dtm)


@rule("D10", cites="ITI TF-3: 4.2.3.4.6", severity=Severity.WARNING)
def last_update_time_has_seconds(folder: Folder) -> Iterator[Violation]:
    """A lastUpdateTime, which the registry sets, has seconds if it is sent."""
    time = folder.lastUpdateTime
    if time and len(time) != _SECONDS:
        yield Violation("lastUpdateTime has not 14 digits", attribute="lastUpdateTime", value=time)


@rule("D15", cites="ITI TF-3: Table 4.2.3.1.7-2")
def patient_ids_are_cx(value: Carrier) -> Iterator[Violation]:
    """A patient id is id^^^&OID&ISO: an id, its assigning authority as an OID, and nothing else."""
    if value.patientId == "":  # an identifier, no slot: C21 does not look at it
        yield Violation("patientId is empty", attribute="patientId")
    yield from _unreadable(value, _PATIENTS[type(value)], Cx.parse)


def _unreadable(value: Carrier, reader: Reader, parse: Callable[[str], object]) -> Iterator[Violation]:
    for name, text in reader(value):
        if text:
            yield from unreadable(name, (text,), parse)


@rule("D23", cites="ITI TF-2: Appendix B")
def oids_are_well_formed(value: Carrier) -> Iterator[Violation]:
    """An OID is numbers parted by dots, without leading zeros, at most 64 characters.

    A first number above 2 is none that exists, but wide-spread test data have it: that is noted only.
    """
    for name, text in _OIDS[type(value)](value):
        if text is None or OID.fullmatch(text) or not (text or name != "repositoryUniqueId"):
            continue
        if _FOREIGN_ARC.fullmatch(text):
            yield Violation(
                f"{name} begins with an arc that does not exist",
                attribute=name,
                value=text,
                code="",
                severity=Severity.WARNING,
            )
        else:
            yield Violation(f"{name} is not an OID of at most 64 characters", attribute=name, value=text)


@rule("D36", cites="ITI TF-3: 4.2.3.2.24, 4.2.3.3.11, 4.2.3.4.8", adjustable=True)
def title_keeps_to_its_length(value: Carrier) -> Iterator[Violation]:
    """A title has less than 128 characters (SubmissionSet less than 256, Folder at most 256)."""
    longest = _LONGEST_TITLE[type(value)]
    title: InternationalString | None = value.title
    for part in () if title is None else title.strings:
        if len(part.value) > longest:
            yield Violation(
                f"title has {len(part.value)} characters, at most {longest} are allowed",
                attribute="title",
                value=part.value,
            )


@rule("D39", cites="ITI TF-3: 4.2.3.2.12")
def home_community_id_is_an_oid_urn(value: MetadataObject) -> Iterator[Violation]:
    """A homeCommunityId, where it is given, is urn:oid: and an OID of at most 64 characters."""
    home = value.homeCommunityId
    if home is not None and not HOME_COMMUNITY_ID.fullmatch(home):
        yield Violation("homeCommunityId is not urn:oid:<OID>", attribute="homeCommunityId", value=home)


@rule("D40", cites="ITI TF-3: 4.2.3.1.7", code=None, severity=Severity.WARNING)
def escapes_are_those_of_separators(value: Carrier) -> Iterator[Violation]:
    r"""HL7 escape sequences are those of the separators alone: \F\, \S\, \R\, \T\ and \E\."""
    for holder in slot_holders(value):
        for name, given in _HL7[type(holder)](holder):
            for text in (given,) if isinstance(given, str) else given or ():
                if "\\" in text and (wrong := wrong_escape(text)) is not None:
                    yield Violation(f"{name} has an escape sequence {wrong}", attribute=name, value=text)


# --- ids -------------------------------------------------------------------------------------


@rule("C09", cites="ITI TF-3: 4.2.3.1.5; RFC 4122")
def uuids_are_well_formed(value: MetadataObject) -> Iterator[Violation]:
    """An id that starts with urn:uuid: is a UUID; it should be written in lower case."""
    for attribute, id in _IDS[type(value)](value):
        if not id or id[: len(_URN)].lower() != _URN:
            continue
        if not UUID.fullmatch(id):
            yield Violation(f"{attribute} is not urn:uuid:<UUID>", attribute=attribute, value=id)
        elif id != id.lower():
            text = f"{attribute} is not in lower case"
            yield Violation(text, attribute=attribute, value=id, code="", severity=Severity.WARNING)


# --- lengths ---------------------------------------------------------------------------------


@rule("C22", cites="ITI TF-3: 4.2.3.1.1")
def texts_keep_to_their_length(value: MetadataObject) -> Iterator[Violation]:
    """No text is longer than ebRIM allows: 256 a value, code or identifier, 1024 a text in a language."""
    for walk in _WALKS:
        for limit, attribute, text in walk(value):
            found = f"{attribute} has {len(text)} characters, at most {limit} are allowed"
            yield Violation(found, attribute=attribute, value=text)


_VERSION, _VALUE, _STRING = 16, 256, 1024
_Long = Iterator[tuple[int, str, str]]
"""Limit, attribute and text, of the texts that are longer than their limit."""


def _identifiers(value: MetadataObject) -> _Long:
    for name, text in _VERSIONS[type(value)](value):
        if text and len(text) > _VERSION:
            yield _VERSION, name, text
    for name, text in _LONG_NAMES[type(value)](value):
        if text and len(text) > _VALUE:
            yield _VALUE, name, text


def _codes(value: MetadataObject) -> _Long:
    for name, code in codes_of(value):
        if len(code.code) > _VALUE:
            yield _VALUE, name, code.code
        if len(code.codingScheme) > _VALUE:
            yield _VALUE, name, code.codingScheme
        for part in () if code.displayName is None else code.displayName.strings:
            if len(part.value) > _STRING:
                yield _STRING, name, part.value
        if code.extra:
            yield from _slots(code.extra)


def _values(value: MetadataObject) -> _Long:
    """All values of slots, and the names of those that the framework does not name."""
    for holder in slot_holders(value):
        for name, text in SINGLE_SLOTS[type(holder)](holder):
            if text and len(text) > _VALUE:
                yield _VALUE, name, text
        for name, texts in MANY_SLOTS[type(holder)](holder):
            for text in texts:
                if len(text) > _VALUE:
                    yield _VALUE, name, text
        if holder.extra:
            yield from _slots(extra_slots(holder))


def _strings(value: MetadataObject) -> _Long:
    """Titles and comments."""
    for name, string in strings_of(value):
        yield from _string(name, string)


def _extras(value: MetadataObject) -> _Long:
    """What became no attribute, but for slots."""
    for extra in value.extra:
        if isinstance(extra, Slot):
            continue
        if extra.name is not None:
            yield from _string(type(extra).__name__, extra.name)
        text = extra.value if isinstance(extra, ExternalIdentifier) else extra.nodeRepresentation or ""
        if len(text) > _VALUE:
            yield _VALUE, _VALUE_OF[type(extra)], text
        if isinstance(extra, Classification):
            yield from _slots(extra.slots)


_VALUE_OF: Final = {ExternalIdentifier: "ExternalIdentifier", Classification: "nodeRepresentation"}


def _string(name: str, string: InternationalString) -> list[tuple[int, str, str]]:
    return [(_STRING, name, part.value) for part in string.strings if len(part.value) > _STRING]


def _slots(slots: Iterable[Slot]) -> list[tuple[int, str, str]]:
    named = [pair for slot in slots for pair in _texts(slot)]
    return [(_VALUE, name, text) for name, text in named if len(text) > _VALUE]


def _texts(slot: Slot) -> list[tuple[str, str]]:
    return [("slot name", slot.name), *[(slot.name, text) for text in slot.values]]


_WALKS: Final = (_identifiers, _codes, _values, _strings, _extras)
