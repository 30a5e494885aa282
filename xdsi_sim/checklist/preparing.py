"""Before a survey: sample studies come into our own sources, change, and are published with reports.

A deployment whose sources are all foreign has its own data; the survey is told of whom to ask.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xdsi_sim.checklist.by_fhir import publish_by_fhir
from xdsi_sim.checklist.cda import write_report
from xdsi_sim.checklist.layout import Layout, Site
from xdsi_sim.checklist.observed import Publication
from xdsi_sim.checklist.playing import Played, Player
from xdsi_sim.checklist.two_level import Criteria, query_of
from xdsi_sim.clock import dtm_of, now
from xdsi_sim.dicom.coded import HierarchicDesignator, Identifier
from xdsi_sim.dicom.samples import ROOT, write_sample
from xdsi_sim.dicom.samples import SAMPLES as SAMPLES_BY_NAME
from xdsi_sim.dicom.study import Study, once
from xdsi_sim.ebrim.datatypes import Cx
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ids import new_uid
from xdsi_sim.scenario.steps.key_image_note import KEY_IMAGE_NOTE
from xdsi_sim.scenario.steps.load import LOAD
from xdsi_sim.scenario.steps.patient import PATIENT
from xdsi_sim.scenario.steps.publish import PUBLISH
from xdsi_sim.scenario.steps.publish_report import PUBLISH_REPORT

__all__ = ["SAMPLES", "Prepared", "prepare"]

SAMPLES: Final = ("ct-head", "mr-knee", "us-heart")
"""A study with a report among its objects, one of the same patient, and one of several frames."""
_CHANGES: Final = "ct-head"
"""The one that is published before it is complete."""
_FIRST: Final = 2
"""Instances of it that come first."""
_NOTE: Final = "The finding is in these images"


@dataclass(kw_only=True)
class Prepared:
    """What was put into the deployment."""

    patients: list[str] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    reports: dict[str, DocumentEntry] = field(default_factory=dict)
    """Entries of reports before a manifest was replaced, by Study Instance UID."""
    by_fhir: tuple[str | None, str | None] = (None, None)
    """Status and message of what was published by MHD; None where nothing was."""


def prepare(player: Player, layout: Layout) -> Prepared:
    """Make patients known, load, publish, change and publish again."""
    prepared = Prepared()
    ours = [site for site in layout.sites if site.ours]
    ours.sort(key=lambda site: not site.keeps)  # the note of the first study stays where it was made
    patients, root = _patients(player), _root(player)
    for site, sample in _dealt(ours):
        patient = patients[SAMPLES_BY_NAME[sample].national_id.value]
        files = write_sample(sample, player.folder / sample, patient=patient, root=root)
        _bring(player, prepared, site, sample, files)
    return prepared


def _root(player: Player) -> str:
    """Of the UIDs of sample studies: a new one where others may know those of a former survey."""
    topology = player.running.topology
    registries = (each.registry for each in topology.communities if each.registry is not None)
    return new_uid() if any(topology.played_by(each.id) is not None for each in registries) else ROOT


def _patients(player: Player) -> dict[str, Identifier]:
    """What the patients of the samples are called here, by their national ids.

    Registries that others play, and those that only take whom they know, are told of new ones.
    """
    topology = player.running.topology
    national = once(SAMPLES_BY_NAME[name].national_id.value for name in SAMPLES)
    authority = topology.communities[0].patientAuthority
    known: tuple[str, ...] = ()
    for community in topology.communities:
        registry = community.registry
        if registry is None or (topology.played_by(registry.id) is None and registry.patients == "accept"):
            continue
        told: dict[str, Any] = {"add": known} if known else {"new": len(national)}
        played = player.play(f"{registry.id} is told of patients", PATIENT, registry=registry.id, **told)
        known = known or (played.value["patientIds"] if played.value else ())
    ids = [Cx.parse(text).id for text in known] or list(national)
    issuer = HierarchicDesignator.of(authority, "NATIONAL")
    return {name: Identifier(id_, issuer) for name, id_ in zip(national, ids, strict=True)}


def _dealt(sites: Sequence[Site]) -> Iterator[tuple[Site, str]]:
    """Each sample to a source in turn."""
    return ((sites[number % len(sites)], sample) for number, sample in enumerate(SAMPLES) if sites)


def _bring(player: Player, prepared: Prepared, site: Site, sample: str, files: tuple[Path, ...]) -> None:
    """A study from the modality to the registry."""
    changes = sample == _CHANGES
    study = _load(player, site, sample, files[:_FIRST] if changes else files)
    if study is None:
        return
    _publish(player, prepared, site, study)
    _report(player, prepared, site, study, as_cda=changes)
    community = player.running.topology.find(player.asker.consumer).community.id
    if player.asker.mhd is not None and site.community == community and prepared.by_fhir == (None, None):
        prepared.by_fhir = publish_by_fhir(player, site, study)
    if changes:
        _remember_report(player, prepared, study)
        _load(player, site, sample, files)
        _note(player, site, study)
        _publish(player, prepared, site, study)


def _load(player: Player, site: Site, sample: str, files: tuple[Path, ...]) -> Study | None:
    """Into the source, and into the archive that keeps its images, before anybody can read of it."""
    played, paths = None, tuple(map(str, files))
    for id_ in dict.fromkeys((site.archive, site.id)):
        played = player.play(
            f"{id_} takes in {len(files)} instances of {sample}", LOAD, source=id_, paths=paths
        )
    studies = played.value.studies if played is not None and played.value is not None else ()
    return studies[0] if studies else None


def _note(player: Player, site: Site, study: Study) -> None:
    player.play(
        "A key image note joins the study",
        KEY_IMAGE_NOTE,
        source=site.id,
        study=study.header.study_instance_uid,
        instances=(study.instances[0].sop_instance_uid,),
        description=_NOTE,
    )


def _publish(player: Player, prepared: Prepared, site: Site, study: Study) -> None:
    ready, uid = time.time(), study.header.study_instance_uid
    played = player.play(f"{site.id} publishes its manifest", PUBLISH, source=site.id, studies=(uid,))
    _keep(prepared, "manifest", site, study, ready, played)
    for manifest in played.value["manifests"] if played.value else ():
        if manifest.patientId and manifest.patientId not in prepared.patients:
            prepared.patients.append(manifest.patientId)


def _report(player: Player, prepared: Prepared, site: Site, study: Study, *, as_cda: bool) -> None:
    ready, title = time.time(), f"Report: {study.header.description or 'imaging study'}"
    content: dict[str, str] = {"text": "Nothing remarkable."}
    if as_cda:
        path = player.folder / f"{study.header.study_instance_uid}.xml"
        path.write_text(_cda(study, title), encoding="utf-8")
        content = {"file": str(path)}
    played = player.play(
        f"{site.id} publishes the report",
        PUBLISH_REPORT,
        source=site.id,
        study=study.header.study_instance_uid,
        title=title,
        radiologist="Roth^Miriam",
        **content,
    )
    _keep(prepared, "report", site, study, ready, played)


def _cda(study: Study, title: str) -> str:
    return write_report(study.header, title=title, text="Nothing remarkable.", time=dtm_of(now()))


def _keep(prepared: Prepared, kind: str, site: Site, study: Study, ready: float, played: Played) -> None:
    uid = study.header.study_instance_uid
    former = [each for each in prepared.publications if (each.kind, each.studyInstanceUID) == (kind, uid)]
    prepared.publications.append(
        Publication(
            kind=kind,
            source=site.id,
            studyInstanceUID=uid,
            ready=ready,
            sent=played.record.started,
            status=played.status,
            replaces=bool(former),
            message=played.message,
        )
    )


def _remember_report(player: Player, prepared: Prepared, study: Study) -> None:
    uid = study.header.study_instance_uid
    for patient in prepared.patients:
        request = query_of(Criteria(patientId=patient, studies=(uid,)))
        entries, _ = player.query("What is known of the report before the study changes", request)
        prepared.reports.update((uid, entry) for entry in entries if entry.mimeType != "application/dicom")
