from __future__ import annotations

import pytest
from pydantic import ValidationError

from xdsi_sim.topology.patience import Patience


def test_peers_are_waited_for_as_long_as_the_file_says() -> None:
    assert Patience.model_validate({"connect": 0.5}).connect == 0.5
    assert Patience().firstByte == 30


@pytest.mark.parametrize("seconds", [0, -1])
def test_nobody_is_waited_for_no_time_at_all(seconds: float) -> None:
    with pytest.raises(ValidationError):
        Patience.model_validate({"total": seconds})
