from __future__ import annotations

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import check_value
from xdsi_sim.topology.patience import Patience


@pytest.mark.parametrize("key", ["connect", "firstByte", "total", "reply"])
def test_nobody_is_waited_for_less_than_no_time(key: str) -> None:
    assert getattr(check_value(Patience, {key: 0.5}), key) == 0.5
    with pytest.raises(UsageError, match=f"{key}: 0 is not more than 0"):
        check_value(Patience, {key: 0})
