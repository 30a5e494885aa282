from __future__ import annotations

import pytest
from an_inspector import Inspector

from xdsi_sim.inspector.web.asked import Refused
from xdsi_sim.inspector.web.inspected import Inspected


def test_each_has_a_token_of_its_own(inspector: Inspector) -> None:
    one, other = (Inspected(running=inspector.running, reader=None) for _ in range(2))
    assert one.token != other.token
    assert len(one.token) >= 32


def test_an_exchange_is_named_in_full(inspector: Inspector) -> None:
    inspected = Inspected(running=inspector.running, reader=inspector.running.log)
    id = inspector.exchanges[0].id
    assert inspected.exchange(id).id == id
    for other in (id[:8], id + "0", "", "%"):
        with pytest.raises(Refused):
            inspected.exchange(other)


def test_without_a_log_there_is_no_exchange(inspector: Inspector) -> None:
    with pytest.raises(Refused, match="Nothing is recorded"):
        Inspected(running=inspector.running, reader=None).exchange("x")
