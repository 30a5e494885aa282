from __future__ import annotations

import pytest
from update_examples import cases_of, told_as


@pytest.mark.parametrize(("rule", "number"), cases_of("restricted_update"))
def test_what_breaks_the_rule_is_told_by_its_code(rule: str, number: int) -> None:
    assert told_as(rule, number)
