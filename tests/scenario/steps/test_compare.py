from __future__ import annotations

from xdsi_sim.scenario.images import Image
from xdsi_sim.scenario.steps.compare import COMPARE, Compare

A = Image(sopInstanceUID="1", sha1="aa", size=3)
B = Image(sopInstanceUID="2", sha1="bb", size=3)


def verdicts(left: tuple[Image, ...], right: tuple[Image, ...]) -> tuple[int | None, list[bool]]:
    outcome = COMPARE.play(Compare(images=left, to=right), None)  # type: ignore[arg-type]  # looks at no stage
    return outcome.count, [check.ok for check in outcome.checks]


def test_images_are_compared_by_uid_and_bytes() -> None:
    assert verdicts((A, B), (B, A)) == (2, [True, True])
    assert verdicts((A, B), (A,)) == (1, [False, True])
    assert verdicts((A,), (Image(sopInstanceUID="1", sha1="cc", size=3),)) == (0, [True, False])
