"""A topology whose own sources make manifests of another profile than its file says."""

from __future__ import annotations

from xdsi_sim.dicom.titles import ManifestProfile
from xdsi_sim.topology.model import Community, Topology

__all__ = ["with_manifests"]


def with_manifests(topology: Topology, profile: ManifestProfile | None) -> Topology:
    """The topology with that profile in all of its sources; None leaves it as it is."""
    if profile is None:
        return topology
    communities = tuple(_with(community, profile) for community in topology.communities)
    return topology.model_copy(update={"communities": communities})


def _with(community: Community, profile: ManifestProfile) -> Community:
    sources = tuple(source.model_copy(update={"manifest": profile}) for source in community.sources)
    return community.model_copy(update={"sources": sources})
