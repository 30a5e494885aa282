from __future__ import annotations

import gc
import sys

from xdsi_sim.server.tuning import tune


def test_the_collector_waits_longer_and_a_thread_that_commits_less() -> None:
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    try:
        sys.setswitchinterval(5e-3)
        gc.set_threshold(700, 10, 10)
        tune()
        assert gc.get_threshold()[0] > 10_000
        assert gc.get_threshold()[1:] == (10, 10)
        assert sys.getswitchinterval() < 5e-3
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
