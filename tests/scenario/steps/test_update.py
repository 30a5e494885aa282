from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_scenario import PUBLISHED, run
from pydantic import ValidationError

from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.update import Update

UPDATE = """\
  - name: %s
    update: {source: pacs-north, registry: registry, entry: "${found.entries[0]}", %s}
    expect: %s
"""
AGAIN = """\
  - name: look
    query:
      consumer: workstation
      registry: registry
      query: FindDocuments
      parameters: {patientId: "${published.manifests[0].patientId}", status: [Approved]}
    expect: {count: 1, values: {"entries[0].title": Seen, "entries[0].version": "2"}}
"""


@pytest.mark.parametrize("by", ["iti-92", "iti-57"])
def test_an_entry_gets_a_new_version(tmp_path: Path, by: str) -> None:
    first = UPDATE % ("first", f"set: {{title: Seen}}, by: {by}", "{status: Success, count: 1}")
    late = UPDATE % ("late", f"set: {{title: Late}}, by: {by}", "{errors: [XDSMetadataVersionError]}")
    record = run(tmp_path, PUBLISHED + first + AGAIN + late)
    assert record.verdict is Verdict.PASS, record.steps[-1]
    assert by.upper() in {exchange.transaction for exchange in record.exchanges}


def test_what_is_no_entry_is_not_updated(tmp_path: Path) -> None:
    record = run(
        tmp_path,
        PUBLISHED + (UPDATE % ("x", "set: {title: x}", "{}")).replace("${found.entries[0]}", "an entry"),
    )
    assert record.verdict is Verdict.FAIL
    assert "`entry` is no DocumentEntry" in str(record.steps[-1])


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({}, "an update goes either to a registry, or through a gateway"),
        ({"registry": "r", "through": "g"}, "an update goes either to a registry, or through a gateway"),
        ({"through": "g", "by": "iti-57"}, "a gateway forwards iti-92 alone"),
        ({"registry": "r", "set": {}}, "an update sets something"),
        ({"registry": "r", "set": {"titel": "x"}}, "'titel' cannot be set by a step"),
    ],
)
def test_a_step_that_cannot_be_played_is_refused(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Update.model_validate({"source": "s", "entry": "e", "set": {"title": "x"}, **keys})
