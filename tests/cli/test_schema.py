from __future__ import annotations

import json

import pytest

from xdsi_sim.cli.schema import schema


@pytest.mark.parametrize("of", ["scenario", "topology", "fragment", "report"])
def test_a_schema_is_printed_as_json(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    schema(of)  # type: ignore[arg-type]
    told = json.loads(capsys.readouterr().out)
    assert (told["title"], told["$schema"]) == (
        f"xdsi-sim {of}",
        "https://json-schema.org/draft/2020-12/schema",
    )
