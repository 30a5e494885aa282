from __future__ import annotations

import gc

from an_interpreter import as_python_has_it, is_tuned

from xdsi_sim.server.tuning import tune


def test_the_collector_waits_longer_and_a_thread_that_commits_less() -> None:
    with as_python_has_it():
        assert not is_tuned()
        tune()
        assert is_tuned()
        assert gc.get_threshold()[1:] == (10, 10)
