from __future__ import annotations

import resource

from xdsi_sim.topology.handles import give_memory_back, most_awake


def test_as_many_are_awake_as_files_can_be_open() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        assert most_awake(8) == 8
        resource.setrlimit(resource.RLIMIT_NOFILE, (1_500, before[1]))
        hard = 10_000_000 if before[1] == resource.RLIM_INFINITY else before[1]
        wanted = min(2_048 + 64 * 250, hard)
        assert most_awake(250) >= min(250, (wanted - 1_024) // 64)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == wanted
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_memory_goes_back_wherever_that_can_be_asked_for() -> None:
    give_memory_back()
