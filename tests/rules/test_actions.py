from __future__ import annotations

from xdsi_sim.rules.actions import ACTIONS
from xdsi_sim.rules.protocol import PROTOCOL_RULES
from xdsi_sim.rules.registry import RULES


def test_an_action_is_no_rule() -> None:
    assert not ACTIONS.keys() & {*RULES, *PROTOCOL_RULES}
    assert all(id == action.id for id, action in ACTIONS.items())
