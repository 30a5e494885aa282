from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from xdsi_sim.deviations.switches import Setting
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.fault import Fault, read_fault

DELAY = {"deviation": "delay"}


def test_a_fault_says_which_answers_it_is_for() -> None:
    given = {
        **DELAY,
        "transaction": "ITI-18",
        "from": 2,
        "to": 4,
        "probability": 0.5,
        "parameters": {"seconds": 1},
    }
    assert Fault.model_validate(given).of("registry") == Setting(
        actor="registry",
        deviation="delay",
        transaction="ITI-18",
        first=2,
        last=4,
        probability=0.5,
        parameters={"seconds": 1},
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"deviation": "dely"}, "unknown deviation 'dely'"),
        ({"parameters": {"second": 1}}, "has no parameter 'second'"),
        ({"call": 0}, "greater than or equal to 1"),
        ({"probability": 1.1}, "less than or equal to 1"),
        ({"until": 3}, "unknown key 'until'"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Fault.model_validate({**DELAY, **changes})


def test_what_is_asked_for_names_an_actor() -> None:
    assert read_fault({**DELAY, "actor": "registry"}).actor == "registry"
    with pytest.raises(UsageError, match="the key 'actor' is missing"):
        read_fault(DELAY)
