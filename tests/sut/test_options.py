from __future__ import annotations

from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.sut.options import OPTIONS
from xdsi_sim.sut.suites import files_of, shipped


def test_every_option_is_needed_by_a_test() -> None:
    tags = {
        tag
        for role in shipped()
        for path in files_of(role).values()
        for tag in load_scenario(path).scenario.tags
    }
    assert set(OPTIONS) - tags == set()
