"""A survey: everything that the checks look at is collected once from a running deployment."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xdsi_sim.checklist.answers import Answers
from xdsi_sim.checklist.asking import ask_all, ask_by_values, find_changes
from xdsi_sim.checklist.by_fhir import FHIR, ask_fhir
from xdsi_sim.checklist.imaging import (
    ask_sites,
    fetch_all,
    fetch_pieces,
    follow_links,
    move_one,
    one_too_many,
)
from xdsi_sim.checklist.layout import layout_of
from xdsi_sim.checklist.observed import Hop, Observed
from xdsi_sim.checklist.playing import Asker, Player
from xdsi_sim.checklist.preparing import Prepared, prepare
from xdsi_sim.checklist.retrieving import read_documents
from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.cast import actors_of
from xdsi_sim.scenario.making import Stop
from xdsi_sim.scenario.record import RunRecord, StepRecord
from xdsi_sim.topology.model import Community, Topology

if TYPE_CHECKING:
    from xdsi_sim.topology.world import World

__all__ = ["MOST", "Surveyed", "asker_of", "observe"]

MOST: Final = 12
"""Manifests that a survey looks into, unless it is told otherwise."""

_DESCRIPTION: Final = """\
What the adoption checklist looks at: studies are published, found by both levels of search, and fetched by
each way that the deployment has. What does not work is not the end of it; gaps.html tells what it means.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What was observed, and the messages that show it."""

    observed: Observed
    record: RunRecord


def asker_of(topology: Topology) -> Asker:
    """Who asks: a consumer, whose community has gateways where there are others.

    Raises UsageError where nobody can ask.
    """
    several = len(topology.communities) > 1 or any(peer.homeCommunityId for peer in topology.peers)
    fitting = [
        community
        for community in topology.communities
        if community.consumers
        and (community.registry is not None or community.initiatingGateway is not None)
        and (not several or community.initiatingGateway is not None)
    ]
    if not fitting:
        wanted = "a consumer beside an Initiating Gateway" if several else "a consumer beside a registry"
        raise UsageError(
            f"{topology.name} has nobody to ask with: the checklist needs {wanted}.",
            hint="Add `consumers` to a community of the topology.",
        )
    return _asker(fitting[0], several=several)


def _asker(community: Community, *, several: bool) -> Asker:
    gateway, imaging = community.initiatingGateway, community.initiatingImagingGateway
    return Asker(
        consumer=community.consumers[0].id,
        home=community.homeCommunityId,
        registry=community.registry.id if community.registry is not None else "",
        through=gateway.id if several and gateway is not None else None,
        imaging=imaging.id if several and imaging is not None else None,
        mhd=community.mhd.id if community.mhd is not None else None,
    )


def observe(
    running: World,
    *,
    patients: Sequence[str] = (),
    declared: str | None = None,
    jurisdictions: tuple[Answers, ...] = (),
    most: int = MOST,
    tell: Callable[[StepRecord], None] = lambda _record: None,
    stop: Stop | None = None,
) -> Surveyed:
    """Survey a deployment: with sample studies in our own sources, or with the patients that are named.

    So many manifests at `most` are looked into; each is fetched with its images, by several ways.

    Raises UsageError where there is neither, and Cut before the next step once `stop` is set.
    """
    topology = running.topology
    layout = layout_of(topology)
    if not patients and not any(site.ours for site in layout.sites):
        raise UsageError(
            f"{topology.name} has no imaging source of ours to publish sample studies.",
            hint="Name patients whose studies are there: --patient CX.",
        )
    started, begin = time.time(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as folder:
        asker = asker_of(topology)
        player = Player(running=running, asker=asker, folder=Path(folder), tell=tell, stop=stop or Stop())
        observed = _observed(player, tuple(patients), declared, jurisdictions, most)
    own = set(player.conversations)
    exchanges = tuple(each for each in running.exchanges() if each.conversation in own)
    record = RunRecord(
        scenario="checklist",
        title=f"Survey of {topology.title or topology.name}",
        description=_DESCRIPTION,
        started=started,
        duration=time.perf_counter() - begin,
        steps=tuple(player.steps),
        exchanges=exchanges,
        actors=actors_of(running),
    )
    return Surveyed(observed=observed, record=record)


def _observed(
    player: Player,
    patients: tuple[str, ...],
    declared: str | None,
    jurisdictions: tuple[Answers, ...],
    most: int,
) -> Observed:
    layout, prepared = layout_of(player.running.topology), Prepared()
    with player.phase("Studies are published"):
        if not patients:
            prepared = prepare(player, layout)
    asked = patients or tuple(prepared.patients)
    with player.phase("What the registries know"):
        entries = ask_all(player, asked)
        changes = find_changes(player, entries, prepared.reports)
    with player.phase("Filtering by two levels"):
        questions = ask_by_values(player, entries)
    with player.phase("Manifests and reports"):
        read = read_documents(player, entries, most)
    with player.phase("The same by MHD"):
        fhir = ask_fhir(player, asked, most, prepared.by_fhir)
    with player.phase("Images"):
        fetched = fetch_all(player, read)
        pieces = fetch_pieces(player, read.manifests)
        tolerance = one_too_many(player, read)
    with player.phase("Viewers and sites"):
        links = follow_links(player, layout, read.manifests)
        sites = ask_sites(player, layout, asked, read.manifests)
        moved = move_one(player, layout, read.manifests)
    return Observed(
        layout=layout,
        declared=declared,
        jurisdictions=jurisdictions,
        entries=entries,
        retrieved=read.asked,
        questions=questions,
        manifests=read.manifests,
        reports=read.reports,
        fetched=fetched,
        pieces=pieces,
        publications=tuple(prepared.publications),
        changes=changes,
        links=links,
        sites=sites,
        moved=moved,
        tolerance=tolerance,
        hops=_hops(player),
        fhir=fhir,
        stacks=frozenset() if fhir is None else frozenset({FHIR}),
        elsewhere=frozenset(player.running.elsewhere),
    )


def _hops(player: Player) -> tuple[Hop, ...]:
    own = set(player.conversations)
    return tuple(
        Hop(
            id=each.id,
            transaction=each.transaction,
            sender=each.sender,
            receiver=each.receiver,
            status=each.status,
        )
        for each in player.running.exchanges()
        if each.conversation in own
    )
