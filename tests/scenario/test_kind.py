from __future__ import annotations

from xdsi_sim.scenario.steps import KINDS


def test_a_kind_is_known_by_its_key_and_has_a_name_in_python() -> None:
    for key, kind in KINDS.items():
        assert kind.key == key
        assert kind.field.isidentifier()
        assert kind.parameters.__doc__
