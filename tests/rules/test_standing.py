from __future__ import annotations

import pytest
from rule_examples import broken_by, in_module


@pytest.mark.parametrize("rule", in_module("standing"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)
