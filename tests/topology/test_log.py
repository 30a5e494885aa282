from __future__ import annotations

import pytest
from pydantic import ValidationError

from xdsi_sim.topology.log import Log


def test_a_size_is_written_with_its_unit() -> None:
    assert Log.model_validate({"size": "2 MB"}).size == 2_000_000
    with pytest.raises(ValidationError, match="is not a size"):
        Log.model_validate({"size": "much"})
