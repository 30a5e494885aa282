"""A patient's imaging summary: what is registered of the patient's studies, as a text to read.

The document is made of DocumentEntries alone: no image is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from xdsi_sim.dicom.publisher import REPORT_FORMATS, Publisher
from xdsi_sim.dicom.study import once
from xdsi_sim.ebrim.datatypes import Cxi
from xdsi_sim.ebrim.model import Author, Code, DocumentEntry, InternationalString
from xdsi_sim.vocab import ON_DEMAND, CodingScheme, ReferenceIdType

__all__ = ["summary_entry", "write_summary"]

_TITLE: Final = "Imaging summary"
_TYPE: Final = Code.of("60591-5", CodingScheme.LOINC, "Patient summary Document")
_FORMAT: Final = REPORT_FORMATS["plain"]
_INDENT: Final = "  "
_LABEL: Final = 13  # characters of the widest label, and a gap


def summary_entry(
    patientId: str, publisher: Publisher, *, entryUUID: str, uniqueId: str, repositoryUniqueId: str
) -> DocumentEntry:
    """The entry by which a summary is asked for: it says nothing of a document (ITI TF-2: 3.61.4.1.2)."""
    institution = publisher.institution
    return DocumentEntry(
        entryUUID=entryUUID,
        uniqueId=uniqueId,
        repositoryUniqueId=repositoryUniqueId,
        objectType=ON_DEMAND,
        mimeType=_FORMAT.mimeType,
        formatCode=_FORMAT.formatCode,
        classCode=publisher.reportClass,
        typeCode=_TYPE,
        title=InternationalString.of(_TITLE),
        author=(Author(authorInstitution=(institution,)),) if institution else (),
        languageCode=publisher.languageCode,
        confidentialityCode=(publisher.confidentialityCode,),
        healthcareFacilityTypeCode=publisher.healthcareFacilityTypeCode,
        practiceSettingCode=publisher.practiceSettingCode,
        patientId=patientId,
        sourcePatientId=patientId,
    )


# --- the text --------------------------------------------------------------------------------


def write_summary(patientId: str, entries: Iterable[DocumentEntry], *, made: datetime) -> bytes:
    """Plain text in UTF-8: the studies, the newest first, each with its documents; then all others."""
    studies: dict[str, list[DocumentEntry]] = {}
    for entry in entries:
        studies.setdefault(next(_references(entry, ReferenceIdType.STUDY_INSTANCE_UID), ""), []).append(entry)
    others = studies.pop("", [])
    newest_first = sorted(studies.items(), key=lambda study: _started(study[1]), reverse=True)
    head = (
        ("Patient", patientId),
        *_person([entry for documents in studies.values() for entry in documents]),
        ("Made", f"{made.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        ("Studies", str(len(studies))),
        ("Documents", str(sum(map(len, studies.values())) + len(others))),
    )
    blocks = [
        [_TITLE.upper(), "", *_lines(head)],
        *([_heading(documents), *_study(uid, documents)] for uid, documents in newest_first),
    ]
    if others:
        blocks.append(["Other documents", *_lines(_documents(others), _INDENT)])
    return "\n\n".join("\n".join(block) for block in blocks).encode() + b"\n"


def _lines(pairs: Iterable[tuple[str, str]], indent: str = "") -> Iterator[str]:
    return (f"{indent}{label:<{_LABEL}}{value}" for label, value in pairs if value)


def _heading(documents: Sequence[DocumentEntry]) -> str:
    """The title of what was published first: that is the manifest, as a rule."""
    return str(documents[0].title or "") or "Study without a title"


def _study(uid: str, documents: Sequence[DocumentEntry]) -> Iterator[str]:
    facts = (
        ("Date", _moment(_started(documents))),
        ("Shows", _listed(_named(code) for entry in documents for code in entry.eventCodeList)),
        (
            "Institution",
            _listed(
                name for entry in documents for author in entry.author for name in author.authorInstitution
            ),
        ),
        (
            "Accession",
            _listed(
                number for entry in documents for number in _references(entry, ReferenceIdType.ACCESSION)
            ),
        ),
        ("Study", uid),
    )
    return _lines((*facts, *_documents(documents)), _INDENT)


def _documents(documents: Iterable[DocumentEntry]) -> Iterator[tuple[str, str]]:
    """What and where each is: its ids are those by which it is retrieved."""
    for entry in documents:
        kind = _named(entry.classCode) if entry.classCode else "Document"
        yield "Document", f"{kind}: {entry.title or 'untitled'} ({entry.mimeType})"
        yield "", f"{entry.uniqueId} at {entry.repositoryUniqueId}"


def _person(entries: Iterable[DocumentEntry]) -> Iterator[tuple[str, str]]:
    """Who the patient is, as the first document that tells it has it."""
    told = next((entry.sourcePatientInfo for entry in entries if entry.sourcePatientInfo), ())
    values = dict(field.split("|", 1) for field in told if "|" in field)
    yield "Name", values.get("PID-5", "")
    yield "Born", _moment(values.get("PID-7", ""))
    yield "Sex", values.get("PID-8", "")


def _references(entry: DocumentEntry, type_: str) -> Iterator[str]:
    """Reference ids of a type; one that cannot be read is none."""
    for text in entry.referenceIdList:
        try:
            reference = Cxi.parse(text)
        except ValueError:
            continue
        if reference.type == type_:
            yield reference.id


def _started(documents: Sequence[DocumentEntry]) -> str:
    return max(entry.serviceStartTime or "" for entry in documents)


def _moment(dtm: str) -> str:
    """`2024-02-12 08:30` of `20240212083015`, as far as it goes."""
    day = "-".join(filter(None, (dtm[:4], dtm[4:6], dtm[6:8])))
    return f"{day} {':'.join(filter(None, (dtm[8:10], dtm[10:12])))}".strip()


def _named(code: Code) -> str:
    return str(code.displayName or "") or code.code


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(once(texts))
