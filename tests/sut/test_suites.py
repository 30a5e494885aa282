from __future__ import annotations

from xdsi_sim.sut.suites import files_of, known_ids, shipped, topology_of


def test_suites_that_ship_are_found_by_role_and_their_tests_in_order() -> None:
    assert {"registry", "repository"} <= set(shipped())
    assert topology_of("registry").name == "topology.yaml"
    ids = list(files_of("registry"))
    assert ids[0] == "REG-01"
    assert ids.index("REG-09") + 1 == ids.index("REG-10")
    assert {"REG-01", "REP-01"} <= known_ids()
