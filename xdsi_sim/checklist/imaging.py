"""Images in a survey: all that manifests list, by each way there is; then what sites say of their studies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urljoin

from xdsi_sim.checklist.layout import Layout
from xdsi_sim.checklist.observed import Fetched, LinkTried, Moved, Piece, SeenManifest, Tolerance
from xdsi_sim.checklist.playing import Player
from xdsi_sim.checklist.retrieving import Read
from xdsi_sim.checklist.sites import SiteStudies, ask_site
from xdsi_sim.content import read_all
from xdsi_sim.ebrim.datatypes import Cx
from xdsi_sim.ids import new_uid
from xdsi_sim.scenario.steps.fetch import FETCH
from xdsi_sim.scenario.steps.locate import LocatedSeries
from xdsi_sim.scenario.steps.move import MOVE

if TYPE_CHECKING:
    from xdsi_sim.client.dicomweb import HttpReply

__all__ = ["ask_sites", "fetch_all", "fetch_pieces", "follow_links", "move_one", "one_too_many"]

_FILE: Final = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_JSON: Final = "application/dicom+json"
_PAGE: Final = "text/html, */*"
_HOPS: Final = 5
"""Redirects that are followed."""

_WAYS: Final = (
    ("wado-rs", "study", "retrieve-url"),
    ("wado-rs", "series", "location-uid"),
    ("rad-69", "series", "location-uid"),
    ("xc-wado", "study", "location-uid"),
)
"""Way, level of one request, and how the series are located."""


def fetch_all(player: Player, read: Read) -> tuple[Fetched, ...]:
    """The images of each manifest by each way; XC-WADO takes a federation."""
    return tuple(
        _fetched(player, manifest, read.series.get((manifest.name, mode), ()), by, level, mode)
        for manifest in read.manifests
        for by, level, mode in _WAYS
        if by != "xc-wado" or player.asker.imaging
    )


def _fetched(
    player: Player, seen: SeenManifest, series: tuple[LocatedSeries, ...], by: str, level: str, mode: str
) -> Fetched:
    found = Fetched(
        by=by,
        level=level,
        mode=mode,
        studyInstanceUID=seen.study,
        home=seen.entry.homeCommunityId,
        listed=frozenset(item.sop_instance_uid for item in seen.document.listed()),
        digests={},
        status=f"no series is located by {mode}",
    )
    if not series:
        return found
    played = player.play(
        f"The images of {seen.entry.title} by {by}",
        FETCH,
        consumer=player.asker.consumer,
        series=series,
        by=by,
        level=level,
        through=player.asker.imaging if by != "wado-rs" else None,
        complete=False,
    )
    value = played.value or {"images": (), "refused": ()}
    refused = "; ".join(f"{each.url}: {each.text}" for each in value["refused"])
    return replace(
        found,
        digests={image.sopInstanceUID: image.sha1 for image in value["images"]},
        status=refused or played.status,
        message=played.message,
    )


def fetch_pieces(player: Player, manifests: Iterable[SeenManifest]) -> tuple[Piece, ...]:
    """One instance of each SOP class of each manifest (PS3.18: 10.4)."""
    return tuple(piece for seen in manifests for piece in _pieces(player, seen))


def _pieces(player: Player, seen: SeenManifest) -> Iterator[Piece]:
    bases = {each.seriesInstanceUID: each.base for each in reversed(seen.located) if each.base}
    classes = {item.sop_class_uid: item for item in seen.document.listed()}
    for sop_class, item in classes.items():
        base, uid = bases.get(item.series_instance_uid), item.sop_instance_uid
        if base is None:
            yield Piece(sopClassUID=sop_class, sopInstanceUID=uid, status="no address", came=False)
            continue
        url = f"{base}/studies/{seen.study}/series/{item.series_instance_uid}/instances/{uid}"
        reply, played = player.get(f"One instance of {sop_class}", url, _FILE)
        came = reply is not None and reply.status == 200 and bool(reply.parts)
        yield Piece(
            sopClassUID=sop_class,
            sopInstanceUID=uid,
            status=played.record.text,
            came=came,
            message=played.message,
        )


def one_too_many(player: Player, read: Read) -> Tolerance | None:
    """The first manifest, as if it listed an instance that is gone (RAD MADO)."""
    series = next((found for (_, mode), found in read.series.items() if mode == "location-uid" and found), ())
    if not series:
        return None
    absent = new_uid()
    first = replace(series[0], sopInstanceUIDs=(*series[0].sopInstanceUIDs, absent))
    played = player.play(
        "An instance is asked for that is gone",
        FETCH,
        consumer=player.asker.consumer,
        series=(first, *series[1:]),
        by="rad-69",
        through=player.asker.imaging,
        complete=False,
    )
    value = played.value or {"images": (), "missing": ()}
    return Tolerance(
        listed=frozenset(uid for each in series for uid in each.sopInstanceUIDs),
        absent=absent,
        received=frozenset(image.sopInstanceUID for image in value["images"]),
        missing=frozenset(value["missing"]),
        status=played.status,
        message=played.message,
    )


# --- links to viewers ------------------------------------------------------------------------


def follow_links(player: Player, layout: Layout, manifests: Iterable[SeenManifest]) -> tuple[LinkTried, ...]:
    """Display URIs of manifests (RAD MADO), and RAD-106 at the sources that have it."""
    return tuple(
        _followed(player, kind, url, seen.study)
        for seen in manifests
        for kind, url in _links(player, layout, seen)
    )


def _links(player: Player, layout: Layout, seen: SeenManifest) -> Iterator[tuple[str, str]]:
    manifest = seen.manifest
    if manifest is None:
        return
    if manifest.display_uri:
        yield "Display URI", manifest.display_uri
    location = manifest.series[0].retrieve_location_uid if manifest.series else None
    site = next((site for site in layout.sites if site.oid == location), None)
    display = player.running.image_display_of(site.id) if site is not None else None
    if display:
        yield "RAD-106", f"{display}?{urlencode({'requestType': 'STUDY', 'studyUID': seen.study})}"


def _followed(player: Player, kind: str, url: str, study: str) -> LinkTried:
    at, reply, message = url, None, None
    for _ in range(_HOPS):
        reply, played = player.get(f"{kind} of {study}", at, _PAGE, transaction="HTTP")
        message = played.message or message
        moved = reply.headers.get("location") if reply is not None and 300 <= reply.status < 400 else None
        if moved is None:
            break
        at = urljoin(at, moved)
    return LinkTried(
        kind=kind,
        url=url,
        studyInstanceUID=study,
        status=reply.status if reply is not None else 0,
        names_study=study in at or study.encode() in _body(reply),
        message=message,
    )


def _body(reply: HttpReply | None) -> bytes:
    return read_all(reply.parts[0].content) if reply is not None and reply.parts else b""


# --- sites -----------------------------------------------------------------------------------


def ask_sites(
    player: Player, layout: Layout, patients: Iterable[str], manifests: Iterable[SeenManifest]
) -> tuple[SiteStudies, ...]:
    """What each archive says by QIDO-RS of the patients, under the ids that their images have there."""
    shared = [Cx.parse(patient).id for patient in patients]
    seen = list(manifests)

    def get(url: str, accept: str) -> HttpReply:
        """A search on behalf of the asker; raises ValueError for an address that cannot be asked."""
        reply, played = player.get("The studies of a patient there", url, accept, transaction="QIDO-RS")
        if reply is None:
            raise ValueError(played.record.text)
        return reply

    found = []
    for site in layout.sites:
        base = player.running.dicomweb_of(site.id)
        if site.keeps and base:
            ids = dict.fromkeys((*_ids_at(site.oid, seen), *shared))
            found.append(ask_site(get, base, ids, site=site.id))
    return tuple(found)


def _ids_at(oid: str, manifests: Iterable[SeenManifest]) -> Iterator[str]:
    """The first ids of patients in the manifests whose images are there."""
    for seen in manifests:
        manifest = seen.manifest
        if manifest is not None and any(each.retrieve_location_uid == oid for each in manifest.series):
            yield from (each.value for each in manifest.header.patient.ids[:1])


def move_one(player: Player, layout: Layout, manifests: Iterable[SeenManifest]) -> Moved | None:
    """One of our own archives gets another address, and is looked for by a manifest that names the former."""
    ours = {site.oid: site.id for site in layout.sites if site.ours and site.keeps}
    for seen in manifests:
        series = seen.manifest.series[0] if seen.manifest and seen.manifest.series else None
        source = ours.get(series.retrieve_location_uid or "") if series is not None else None
        if series is None or source is None or not series.wado_rs_base:
            continue
        player.play(f"{source} moves", MOVE, source=source)
        path = f"studies/{seen.study}/metadata"
        _, by_url = player.get("By the address in the manifest", f"{series.wado_rs_base}/{path}", _JSON)
        base = player.running.dicomweb_of(source)
        _, by_oid = player.get("By the OID in the manifest", f"{base}/{path}", _JSON)
        return Moved(
            source=source,
            by_url=by_url.record.text,
            by_oid=by_oid.record.text,
            message=by_oid.message,
        )
    return None
