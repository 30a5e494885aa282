"""To whom imaging sources publish, and which archive keeps their images: checks across a topology."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from xdsi_sim.topology.checked import did_you_mean, wrong
from xdsi_sim.topology.yaml import Place

if TYPE_CHECKING:
    from xdsi_sim.topology.model import Source

__all__ = ["check_sources"]


def check_sources(sources: Sequence[Source], takers: Collection[str], community: str, place: Place) -> None:
    """Raises what a validator raises where a source of a community names somebody who cannot be meant."""
    archives = {source.id: source.imagesAt for source in sources}
    for index, source in enumerate(sources):
        _check_destination(source.publishesTo, takers, community, (*place, index))
        _check_archive(source.id, archives, community, (*place, index))


def _check_destination(name: str, known: Collection[str], community: str, place: Place) -> None:
    if name not in known:
        raise wrong(
            f"no repository '{name}' in community '{community}', nor a recipient",
            hint=did_you_mean(name, known),
            at=(*place, "publishesTo"),
        )


def _check_archive(source: str, archives: Mapping[str, str | None], community: str, place: Place) -> None:
    """`archives` gives of each source of the community where its images are; None is with itself."""
    name, at = archives[source], (*place, "imagesAt")
    if name is None:
        return
    others = [other for other, elsewhere in archives.items() if other != source and elsewhere is None]
    if name not in archives:
        raise wrong(f"no source '{name}' in community '{community}'", hint=did_you_mean(name, others), at=at)
    if name not in others:
        raise wrong(f"'{name}' does not keep the images of others", hint=did_you_mean(name, others), at=at)
