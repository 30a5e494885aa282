from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from xdsi_sim.limits import Limits, Unit, unit_of

ROOT = Path(__file__).parents[1]
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "xdsi_sim").rglob("*.py") if path.name != "limits.py"
)

UNITS = {Unit.OCTETS: "octets", Unit.SECONDS: "s", Unit.OCTETS_PER_SECOND: "octets a second", Unit.COUNT: ""}


def test_a_limit_is_named_with_value_and_setting() -> None:
    assert Limits(soap_root=5).named("soap_root") == "limits.soap_root=5"


def test_each_limit_has_a_unit() -> None:
    assert {unit_of(limit.name) for limit in fields(Limits)} == set(Unit)
    with pytest.raises(KeyError):
        unit_of("depth")


@pytest.mark.parametrize("name", [limit.name for limit in fields(Limits)])
def test_each_limit_is_kept_to_somewhere(name: str) -> None:
    assert re.search(rf"imits\.{name}\b", SOURCES), f"nobody reads {name}"


@pytest.mark.parametrize("name", [limit.name for limit in fields(Limits)])
def test_each_limit_stands_in_the_manual_with_its_default(name: str) -> None:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    shown = f"{getattr(Limits(), name):,} {UNITS[unit_of(name)]}".strip()
    assert f"\n| `{name}` | {shown} |" in page
