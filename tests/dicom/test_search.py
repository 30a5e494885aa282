from __future__ import annotations

import pytest

from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.search import Search


@pytest.mark.parametrize(
    ("level", "study", "series", "above"),
    [
        (Level.STUDY, None, None, ()),
        (Level.SERIES, None, None, (Level.STUDY,)),
        (Level.SERIES, "1.2", None, ()),
        (Level.INSTANCE, None, None, (Level.STUDY, Level.SERIES)),
        (Level.INSTANCE, "1.2", None, (Level.SERIES,)),
        (Level.INSTANCE, "1.2", "1.3", ()),
    ],
)
def test_results_tell_of_the_levels_that_the_path_does_not_name(
    level: Level, study: str | None, series: str | None, above: tuple[Level, ...]
) -> None:
    assert Search(level=level, study=study, series=series).above == above
