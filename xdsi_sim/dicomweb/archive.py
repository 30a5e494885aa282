"""What is served: a store of instances at a public address, and what a path below that address names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsi_sim.actors.ports import InstanceStore, StoredImage
from xdsi_sim.dicomweb.messages import Refused

__all__ = ["Archive", "Target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a path names."""

    study: str | None = None
    series: str | None = None
    instance: str | None = None
    frames: tuple[int, ...] = ()
    """Numbers of frames, from 1, in the order in which they are asked for."""
    bulk: str = ""
    """Of a bulk value: its path in the data set."""

    @property
    def uids(self) -> tuple[str, ...]:
        """From the study down."""
        return tuple(uid for uid in (self.study, self.series, self.instance) if uid is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An instance store with the address and the manners of its DICOMweb service."""

    store: InstanceStore
    base: str
    """Public address, without a slash at its end."""
    most: int
    """Results that one search gives at once."""
    deletes: bool = False
    """Whether what is stored may be deleted."""

    def images(self, target: Target) -> Sequence[StoredImage]:
        """What a path names; raises Refused, 404, where nothing is, or its levels do not fit together."""
        images = self.store.instances(*target.uids)
        if not images:
            raise self.nothing(target)
        return images

    def nothing(self, target: Target) -> Refused:
        """That there is nothing, or nothing any more: who looks for a rejected instance hears why."""
        note = self.store.rejection(target.instance) if target.instance is not None else None
        if note is not None:
            return Refused(404, f"instance {target.instance} is rejected: {note}")
        return Refused(404, f"nothing is stored under {'/'.join(target.uids)}")

    def url(self, image: StoredImage) -> str:
        """Address of an instance."""
        return (
            f"{self.base}/studies/{image.studyInstanceUID}/series/{image.seriesInstanceUID}"
            f"/instances/{image.sopInstanceUID}"
        )
