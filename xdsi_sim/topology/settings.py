"""What a topology says to its actors, in the actors' own words. Opens nothing but the files of code sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xdsi_sim.actors.acceptance import Acceptance
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.registry_port import RegistryStore
from xdsi_sim.rules.code_sets import CodeSets, CodesNow, any_code
from xdsi_sim.soap.schema import Validation
from xdsi_sim.topology.model import (
    Actor,
    Community,
    Patience,
    Placed,
    Recipient,
    Registry,
    TakesFrom,
    Topology,
)

if TYPE_CHECKING:
    from xdsi_sim.client.http import Timeouts

__all__ = ["acceptance_of", "codes_of", "registry_of", "timeouts_of", "validating"]


def registry_of(
    placed: Placed, store: RegistryStore, *, codes: CodesNow = any_code, strict: bool = False
) -> DocumentRegistry:
    """A registry as the topology has it, with what is in `store`."""
    model, community = placed.actor, placed.community
    takes = model.takesFrom if isinstance(model, Registry) else TakesFrom()
    return DocumentRegistry(
        store=store,
        patientAuthority=community.patientAuthority,
        any_patient=isinstance(model, Registry) and model.patients == "accept",
        codes=codes,
        strict=strict,
        strict_queries=not isinstance(model, Registry) or model.queries == "strict",
        unknown_patients=not isinstance(model, Registry) or model.unknownPatients == "nothing",
        most_results=model.mostResults if isinstance(model, Registry) else 0,
        profile=community.rules,
        repositories=_oids(community.repositories, takes.repositories),
        sources=_oids(community.sources, takes.sources),
    )


def _oids(own: Sequence[Actor], others: Sequence[str] | None) -> frozenset[str] | None:
    """Those of the community's own actors and others; None where any will do."""
    if others is None:
        return None
    return frozenset((*(actor.metadata_oid or "" for actor in own), *others))


def codes_of(community: Community) -> CodeSets | None:
    """The codes of an affinity domain, read from their files; raises UsageError where one is wrong."""
    if community.codes is None:
        return None
    from xdsi_sim.topology.codes.loader import code_sets  # noqa: PLC0415  costs what only codes should

    return code_sets(community.codes)


def acceptance_of(model: Actor) -> Acceptance:
    """What a recipient takes and says."""
    if not isinstance(model, Recipient):
        return Acceptance()
    return Acceptance(
        limited=model.limitedMetadata == "accept",
        known=model.intendedRecipients,
        unavailable=model.unavailableRecipients,
        undeliverable=model.undeliverable,
        ignored=model.notProcessed,
        queued=model.queued,
    )


def validating(topology: Topology) -> frozenset[str]:
    """Ids of the actors whose messages are held against the schemas."""
    actors = (placed.actor for placed in topology.actors())
    return frozenset(actor.id for actor in actors if actor.validation is not Validation.OFF)


def timeouts_of(patience: Patience) -> Timeouts:
    """How long peers are waited for."""
    from xdsi_sim.client.http import Timeouts  # noqa: PLC0415  who calls nobody needs no client

    return Timeouts(
        connect=patience.connect,
        first_byte=patience.firstByte,
        total=patience.total,
        reply=patience.reply,
    )
