from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from an_inspector import Inspector

from xdsi_sim.inspector.web.asked import Refused
from xdsi_sim.inspector.web.inspected import Inspected

KNOWN: Any = SimpleNamespace(registry="r", authority="1.2", patients=(), count=0)
PATIENTS: Any = {
    "known": [KNOWN],
    "text": "",
    "told": None,
    "trouble": None,
    "most": 1,
    "given": dict.fromkeys(("registry", "id", "into", "name", "birthDate", "gender"), ""),
}


def test_each_has_a_token_of_its_own(inspector: Inspector) -> None:
    one, other = (Inspected(running=inspector.running, reader=None) for _ in range(2))
    assert one.token != other.token
    assert len(one.token) >= 32


def test_what_one_has_is_not_on_the_pages_of_another(inspector: Inspector) -> None:
    one, other = (Inspected(running=inspector.running, reader=None) for _ in range(2))
    pages = [each.rendered("refused.html.j2", refused=Refused(404, "no")) for each in (one, other, one)]
    assert pages[0] == pages[2]
    forms = [each.rendered("patients.html.j2", **PATIENTS) for each in (one, other, one)]
    assert [each.token in form for each, form in zip((one, other, one), forms, strict=True)] == [True] * 3
    assert other.token not in forms[2]


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
