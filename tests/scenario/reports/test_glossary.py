from __future__ import annotations

from xdsi_sim.scenario.reports.glossary import ROLES, TRANSACTION_TITLES
from xdsi_sim.vocab import TRANSACTIONS


def test_every_transaction_on_the_wire_has_a_title() -> None:
    names = {name.partition(" ")[0] for name in TRANSACTIONS}  # an event of ITI-44 is called by its number
    assert names - set(TRANSACTION_TITLES) == set()


def test_every_role_is_told_in_one_line() -> None:
    assert [role for role, meaning in ROLES.items() if not 10 < len(meaning) < 90] == []
