"""What registries are asked in a survey: all entries, and by each value that they can be searched for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from xdsi_sim.checklist.observed import Change, Question
from xdsi_sim.checklist.playing import Player
from xdsi_sim.checklist.two_level import Criteria, is_manifest, query_of, references, studies_of
from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.scenario.steps.query import QUERY
from xdsi_sim.vocab import APPROVED, DEPRECATED, Association, CodingScheme, ReferenceIdType

__all__ = ["ask_all", "ask_by_values", "find_changes"]

_MOST: Final = 12
"""Values of each kind that are asked for: a real registry has many."""

_NOWHERE: Final = "OAM"
"""A modality that no study of a survey has: a filter by it finds nothing."""


def ask_all(player: Player, patients: Iterable[str]) -> tuple[DocumentEntry, ...]:
    """All entries of the patients, Approved or Deprecated."""
    found: list[DocumentEntry] = []
    for patient in patients:
        asked = _asked(player)
        played = player.play(
            f"All entries of {patient}",
            QUERY,
            query="FindDocuments",
            parameters={"patientId": patient, "status": [APPROVED, DEPRECATED]},
            **asked,
        )
        found.extend(played.value["entries"] if played.value else ())
    return tuple({entry.entryUUID: entry for entry in found}.values())


def _asked(player: Player) -> dict[str, Any]:
    asker = player.asker
    to = {"through": asker.through} if asker.through else {"registry": asker.registry}
    return {"consumer": asker.consumer, **to}


# --- by values -------------------------------------------------------------------------------


def _codes(entry: DocumentEntry, scheme: str) -> list[str]:
    return [_text(code) for code in entry.eventCodeList if code.codingScheme == scheme]


def _text(code: Code | None) -> str:
    return f"{code.code}^^{code.codingScheme}" if code is not None else ""


def _ids(entry: DocumentEntry, kind: str) -> list[str]:
    return [str(each).removesuffix(f"^{kind}") for each in references(entry, kind)]


_VALUES: Final[Mapping[str, tuple[int, str, Callable[[DocumentEntry], list[str]]]]] = {
    "modality": (1, "modalities", lambda entry: _codes(entry, CodingScheme.DCM)),
    "region": (1, "regions", lambda entry: _codes(entry, CodingScheme.SNOMED_CT)),
    "practice setting": (1, "settings", lambda entry: [_text(entry.practiceSettingCode)]),
    "study": (
        2,
        "studies",
        lambda entry: [each.id for each in references(entry, ReferenceIdType.STUDY_INSTANCE_UID)],
    ),
    "accession": (2, "accessions", lambda entry: _ids(entry, ReferenceIdType.ACCESSION)),
    "order": (2, "orders", lambda entry: _ids(entry, ReferenceIdType.ORDER)),
}
"""By topic: the level, the criterion, and the values of an entry."""


def ask_by_values(player: Player, entries: Iterable[DocumentEntry]) -> tuple[Question, ...]:
    """Each value of the manifests of each patient, with what the entries that are known let expect."""
    by_patient: dict[str, list[DocumentEntry]] = {}
    for entry in entries:
        if entry.availabilityStatus == APPROVED and entry.patientId:
            by_patient.setdefault(entry.patientId, []).append(entry)
    return tuple(
        question for patient, known in by_patient.items() for question in _of_patient(player, patient, known)
    )


def _of_patient(player: Player, patient: str, known: list[DocumentEntry]) -> Iterator[Question]:
    for topic, (level, criterion, values_of) in _VALUES.items():
        values = dict.fromkeys(
            value for entry in known if is_manifest(entry) for value in values_of(entry) if value
        )
        for value in list(values)[:_MOST]:
            expected = [entry for entry in known if value in values_of(entry)]
            yield _ask(player, topic, level, patient, {criterion: (value,)}, value, expected)
    for entry in [entry for entry in known if is_manifest(entry)][:_MOST]:
        yield from _both(player, patient, entry, known)
    nowhere = f"{_NOWHERE}^^{CodingScheme.DCM}"
    yield _ask(player, "nothing", 1, patient, {"modalities": (nowhere,)}, nowhere, [])


def _both(
    player: Player, patient: str, entry: DocumentEntry, known: list[DocumentEntry]
) -> Iterator[Question]:
    """Modality and region at once: both must match."""
    pairs = [_codes(entry, scheme)[:1] for scheme in (CodingScheme.DCM, CodingScheme.SNOMED_CT)]
    if not all(pairs):
        return
    (modality,), (region,) = pairs
    expected = [
        each
        for each in known
        if modality in _codes(each, CodingScheme.DCM) and region in _codes(each, CodingScheme.SNOMED_CT)
    ]
    criteria = {"modalities": (modality,), "regions": (region,)}
    yield _ask(player, "modality and region", 1, patient, criteria, f"{modality}, {region}", expected)


def _ask(
    player: Player,
    topic: str,
    level: int,
    patient: str,
    criteria: Mapping[str, tuple[str, ...]],
    value: str,
    expected: list[DocumentEntry],
) -> Question:
    request = query_of(replace(Criteria(patientId=patient), **criteria))  # type: ignore[arg-type]
    entries, played = player.query(f"By {topic} {value}", request)
    return Question(
        topic=topic,
        level=level,
        value=value,
        patientId=patient,
        expected=frozenset(entry.uniqueId or "" for entry in expected),
        found=frozenset(entry.uniqueId or "" for entry in entries),
        status=played.status,
        message=played.message,
    )


# --- what was replaced -----------------------------------------------------------------------


def find_changes(
    player: Player, entries: Iterable[DocumentEntry], before: Mapping[str, DocumentEntry]
) -> tuple[Change, ...]:
    """The manifests that stand in place of others, with the associations that say so."""
    return tuple(
        _change(player, study.studyInstanceUID, former, now, before, study.reports)
        for study in studies_of(entries)
        for former in study.manifests
        if former.availabilityStatus == DEPRECATED
        for now in study.manifests
        if now.availabilityStatus == APPROVED
    )


def _change(
    player: Player,
    uid: str,
    former: DocumentEntry,
    now: DocumentEntry,
    before: Mapping[str, DocumentEntry],
    reports: tuple[DocumentEntry, ...],
) -> Change:
    played = player.play(
        f"What the manifest of {uid} replaces",
        QUERY,
        query="GetAssociations",
        parameters={"uuid": [now.entryUUID]},
        home=now.homeCommunityId if player.asker.through else None,
        **_asked(player),
    )
    report = before.get(uid)
    return Change(
        studyInstanceUID=uid,
        former=former,
        now=now,
        replaces=any(
            each.associationType == Association.RPLC
            and (each.sourceObject, each.targetObject) == (now.entryUUID, former.entryUUID)
            for each in (played.value["associations"] if played.value else ())
        ),
        report_before=report,
        report_after=next((each for each in reports if report and each.uniqueId == report.uniqueId), None),
        message=played.message,
    )
