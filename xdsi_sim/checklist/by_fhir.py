"""What a FHIR face says in a survey: the same documents, published, found and fetched by MHD."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.checklist.layout import Site
from xdsi_sim.checklist.playing import Player
from xdsi_sim.checklist.two_level import is_manifest
from xdsi_sim.content import sha1_of
from xdsi_sim.dicom.study import Study
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.scenario.steps.mhd_find import MHD_FIND
from xdsi_sim.scenario.steps.mhd_retrieve import MHD_RETRIEVE
from xdsi_sim.scenario.steps.publish_report import PUBLISH_REPORT

__all__ = ["FHIR", "ByFhir", "ask_fhir", "publish_by_fhir"]

FHIR: Final = "mhd"
"""What the stack is called in rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFhir:
    """All of it."""

    published: str | None = None
    """Status of ITI-65; None where nobody could publish."""
    entries: tuple[DocumentEntry, ...] = ()
    """Metadata of the references that were found."""
    resources: tuple[Mapping[str, Any], ...] = ()
    """The same as they came."""
    documents: Mapping[str, str] | None = None
    """SHA-1 of each manifest that was fetched, by its uniqueId."""
    status: str = ""
    """Of the searches."""
    publication: str | None = None
    """The message of ITI-65."""
    message: str | None = None
    """The last search."""


def publish_by_fhir(player: Player, site: Site, study: Study) -> tuple[str, str | None]:
    """A second report on a study, by ITI-65: the status, and the message."""
    played = player.play(
        f"{site.id} publishes a report by MHD",
        PUBLISH_REPORT,
        source=site.id,
        study=study.header.study_instance_uid,
        title="Report by MHD",
        text="Nothing remarkable.",
        radiologist="Roth^Miriam",
        mhd=player.asker.mhd,
    )
    return played.status, played.message


def ask_fhir(
    player: Player, patients: Iterable[str], most: int, published: tuple[str | None, str | None]
) -> ByFhir | None:
    """All references of the patients, and the documents of manifests; None without a face to ask."""
    if player.asker.mhd is None:
        return None
    found = list(_found(player, patients))
    entries = tuple(entry for each in found for entry in each[0])
    bad = (status for _, _, status, _ in found if status != "Success")
    return ByFhir(
        published=published[0],
        publication=published[1],
        entries=entries,
        resources=tuple(resource for each in found for resource in each[1]),
        documents=dict(_documents(player, [entry for entry in entries if is_manifest(entry)][:most])),
        status=next(bad, "Success"),
        message=found[-1][3] if found else None,
    )


_Answer = tuple[tuple[DocumentEntry, ...], tuple[Mapping[str, Any], ...], str, str | None]


def _found(player: Player, patients: Iterable[str]) -> Iterator[_Answer]:
    for patient in patients:
        name = f"References of {patient}"
        asked = {"consumer": player.asker.consumer, "mhd": player.asker.mhd, "patient": patient}
        played = player.play(name, MHD_FIND, **asked)
        value = played.value or {"entries": (), "resources": ()}
        yield value["entries"], value["resources"], played.status, played.message


def _documents(player: Player, entries: Iterable[DocumentEntry]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        name = f"{entry.title or entry.uniqueId} by its address"
        played = player.play(name, MHD_RETRIEVE, consumer=player.asker.consumer, entries=(entry,))
        for document in played.value["documents"] if played.value else ():
            yield entry.uniqueId or "", sha1_of(document.content)
