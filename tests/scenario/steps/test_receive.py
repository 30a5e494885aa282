from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import POINT_TO_POINT, between_two, write

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict

PRACTICE = "  - {name: sent, publish: {source: pacs-north, to: practice%s}, expect: {status: Success}}\n"
RECEIVED = "  - {name: got, receive: {recipient: practice}, save: got, expect: %s}\n"


def test_what_a_recipient_was_sent_is_there_with_its_metadata(tmp_path: Path) -> None:
    values = (
        '{count: 1, values: {"manifests[*].entry.title": [XR Chest 2 Views], reports: {count: 0}, '
        '"submissionSets[0].sourceId": 2.999.20.10, "entries[0].mimeType": application/dicom}}'
    )
    record = between_two(tmp_path, RECEIVED % "{count: 0}", PRACTICE % "", RECEIVED % values)
    assert record.verdict is Verdict.PASS, record.steps[-1]
    assert record.steps[1].text == "0 submissions with 0 documents"
    assert record.steps[-1].text == "1 submission with 1 document"


def test_each_run_sees_what_was_sent_in_it(tmp_path: Path) -> None:
    steps = (PRACTICE % "", RECEIVED % "{count: 1}")
    assert [between_two(tmp_path, *steps).verdict for _ in "ab"] == [Verdict.PASS] * 2


def test_it_is_looked_at_where_a_recipient_keeps_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'pacs-north' has the role Imaging Document Source"):
        load_scenario(write(tmp_path, "  - {name: a, receive: {recipient: pacs-north}}\n", POINT_TO_POINT))
