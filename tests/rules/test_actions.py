from __future__ import annotations

from xdsi_sim.rules.actions import ACTIONS


def test_every_action_is_a_sentence_and_happens_in_a_transaction() -> None:
    for action in ACTIONS.values():
        assert action.text.endswith(".")
        assert action.transactions
