from __future__ import annotations

import re
from pathlib import Path

import pytest

import xdsi_sim
from xdsi_sim.rules.catalogue import catalogue
from xdsi_sim.rules.serving import SERVING_RULES

PACKAGE = Path(xdsi_sim.__file__).parent
TOLD = re.compile(r"; rule=([A-Z]\d\d)")


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_every_rule_that_a_code_context_names_has_a_row(file: Path) -> None:
    assert set(TOLD.findall(file.read_text("utf-8"))) <= set(catalogue())


def test_every_rule_of_serving_has_a_code_and_a_transaction() -> None:
    assert all(rule.code and rule.transactions for rule in SERVING_RULES.values())
