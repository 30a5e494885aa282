from __future__ import annotations

import pytest
from pydantic import ValidationError

from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.takes import Feed, TakesFrom


@pytest.mark.parametrize(
    ("given", "listen"), [(2575, Listen("", 2575)), ("127.0.0.1:2575", Listen("127.0.0.1", 2575))]
)
def test_a_feed_comes_in_at_a_port(given: object, listen: Listen) -> None:
    found = Feed.model_validate({"mllp": given}).mllp
    assert found.port == listen.port


def test_from_whom_a_registry_takes_is_told_by_oids() -> None:
    assert TakesFrom.model_validate({"sources": ["2.999.1"]}).sources == ("2.999.1",)
    with pytest.raises(ValidationError):
        TakesFrom.model_validate({"repositories": ["north"]})
