"""`compare`: two fetches of the same images must have brought the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xdsi_sim.scenario.images import Image, digest_of
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Outcome, Stage, listed, plural
from xdsi_sim.topology.checked import Checked

__all__ = ["COMPARE"]


class Compare(Checked):
    """Two sets of images, each of a `load` or a `fetch`; a list of such sets is all of them together."""

    images: Any
    """`${by_wado.images}`"""
    to: Any
    """`${by_rad69.images}`, or `["${ct.images}", "${mr.images}"]`"""


def play(step: Compare, _stage: Stage) -> Outcome:
    """Hold the images against each other, by SOP Instance UID and by content."""
    left = {image.sopInstanceUID: image for image in _all(step.images)}
    right = {image.sopInstanceUID: image for image in _all(step.to)}
    alone = sorted(left.keys() ^ right.keys())
    differing = sorted(uid for uid in left.keys() & right.keys() if left[uid] != right[uid])
    same = len(left.keys() & right.keys()) - len(differing)
    digest = digest_of(left.values())
    return Outcome(
        text=f"{plural(same, 'image')} equal to the last octet",
        value={"digest": digest},
        count=same,
        details=(("Digest of UIDs and bytes", digest),),
        checks=(
            Check(
                text="both ways bring the same instances",
                ok=not alone,
                expected="no instance that only one brings",
                observed=listed(alone) or "none",
            ),
            Check(
                text="both ways bring the same bytes of each",
                ok=not differing,
                expected="no instance whose bytes differ",
                observed=listed(differing) or "none",
            ),
        ),
    )


def _all(images: Any) -> Iterator[Image]:
    """Those of a set, or of a list of sets."""
    for item in images:
        yield from (item,) if isinstance(item, Image) else _all(item)


COMPARE: Final = StepKind(key="compare", parameters=Compare, play=play, counts="equal images")
