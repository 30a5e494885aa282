"""What sites say of their studies by QIDO-RS, and how that agrees with the registry (PS3.18: 10.6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from xdsi_sim.checklist.two_level import FoundStudy
from xdsi_sim.content import read_all
from xdsi_sim.dicom.attributes import DicomJson, integer, text, texts
from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES

if TYPE_CHECKING:
    from xdsi_sim.client.dicomweb import HttpReply

__all__ = ["Difference", "QidoStudy", "SiteStudies", "ask_site", "compare"]

_JSON: Final = "application/dicom+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class QidoStudy:
    """A study in the answer of a site."""

    studyInstanceUID: str
    modalities: frozenset[str] = frozenset()
    accession: str | None = None
    instances: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStudies:
    """The answer of one site."""

    site: str
    """Id of the source, or its address."""
    studies: Mapping[str, QidoStudy] = field(default_factory=dict)
    trouble: str | None = None
    """Why it did not answer."""
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that a site and the registry say otherwise."""

    site: str
    studyInstanceUID: str
    text: str


def ask_site(
    get: Callable[[str, str], HttpReply],
    base: str,
    patient_ids: Iterable[str],
    *,
    site: str,
    matching: Mapping[str, str] | None = None,
) -> SiteStudies:
    """Studies of the ids that a patient has there, all or those that match other keys, too.

    `get` takes an address and what is accepted.
    """
    studies: dict[str, QidoStudy] = {}
    message = None
    for id_ in patient_ids:
        query = urlencode({"PatientID": id_, **(matching or {}), "includefield": "ModalitiesInStudy"})
        reply = get(f"{base.rstrip('/')}/studies?{query}", _JSON)
        message = reply.exchange
        if reply.status not in (200, 204):
            trouble = reply.trouble or f"HTTP {reply.status}"
            return SiteStudies(site=site, trouble=trouble, message=message)
        try:
            studies.update((study.studyInstanceUID, study) for study in _studies(reply))
        except (ValueError, TypeError, AttributeError) as error:
            return SiteStudies(site=site, trouble=f"no list of studies: {error}", message=message)
    return SiteStudies(site=site, studies=studies, message=message)


def _studies(reply: HttpReply) -> Iterator[QidoStudy]:
    data = read_all(reply.parts[0].content) if reply.status == 200 and reply.parts else b"[]"
    found = json.loads(data)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("no objects in a list")
    return (_study(each) for each in found)


def _study(item: DicomJson) -> QidoStudy:
    return QidoStudy(
        studyInstanceUID=text(item, "StudyInstanceUID") or "",
        modalities=frozenset(texts(item, "ModalitiesInStudy")),
        accession=text(item, "AccessionNumber"),
        instances=integer(item, "NumberOfStudyRelatedInstances"),
    )


def compare(
    registered: Iterable[FoundStudy],
    sites: Iterable[SiteStudies],
    *,
    narrowed: bool = False,
    all_sites: bool = True,
) -> tuple[Difference, ...]:
    """In what they do not agree.

    If `narrowed`, only a part of the patient's studies was asked for in the registry: a site may have more.
    If these are not `all_sites`, a study may be at another one.
    """
    known, answering = {study.studyInstanceUID: study for study in registered}, list(sites)
    told: list[Difference] = []
    for site in answering:
        for uid, study in site.studies.items():
            if uid not in known:
                if not narrowed:
                    told.append(_difference(site.site, uid, "is at the site, but not in the registry"))
                continue
            told.extend(_modalities(site.site, study, known[uid]))
    if all_sites and answering and all(site.trouble is None for site in answering):
        there = {uid for site in answering for uid in site.studies}
        told.extend(
            _difference("", uid, "is in the registry, but at none of the sites")
            for uid, study in known.items()
            if uid not in there and study.manifests
        )
    return tuple(told)


def _difference(site: str, uid: str, text: str) -> Difference:
    return Difference(site=site, studyInstanceUID=uid, text=text)


def _modalities(site: str, at_site: QidoStudy, registered: FoundStudy) -> Iterator[Difference]:
    """Only those that acquire are in metadata; a site that tells none is not held to it."""
    acquiring = {modality for modality in at_site.modalities if modality in ACQUISITION_MODALITIES}
    mine = set(registered.modalities)
    if at_site.modalities and registered.manifests and acquiring != mine:
        told, kept = ("/".join(sorted(each)) or "none" for each in (acquiring, mine))
        yield _difference(site, at_site.studyInstanceUID, f"has {told} at the site, {kept} in the registry")
