from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import PUBLISHED, run
from pydantic import ValidationError

from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.fetch import Fetch

LOCATED = """\
  - {name: get, retrieve: {consumer: workstation, entries: "${found.entries}"}, save: got}
  - {name: where, locate: {consumer: workstation, manifests: "${got.manifests}", mode: location-uid}, save: at}
"""
FETCH = '  - {name: fetch, fetch: {consumer: workstation, series: "${at.series}", %s}}\n'


@pytest.mark.parametrize("way", ["by: wado-rs", "by: wado-rs, level: study", "by: rad-69"])
def test_every_way_brings_all_images(tmp_path: Path, way: str) -> None:
    record = run(tmp_path, PUBLISHED + LOCATED + FETCH % way)
    assert record.verdict is Verdict.PASS
    assert record.steps[-1].text.startswith("2 images, ")


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("by: wado-rs", 'values: {"refused[*].status": ["406"], missing: {count: 2}}'),
        ("by: rad-69", "status: Failure, errors: [XDSRepositoryError, XDSRepositoryError]"),
    ],
)
def test_what_does_not_come_may_be_expected_not_to(tmp_path: Path, way: str, told: str) -> None:
    fetch = FETCH % f"{way}, transferSyntaxUIDs: ['1.2.840.10008.1.2.4.90'], complete: false"
    steps = PUBLISHED + LOCATED + fetch.rstrip()[:-1] + f", expect: {{count: 0, {told}}}}}\n"
    assert run(tmp_path, steps).verdict is Verdict.PASS


def test_images_that_do_not_come_are_missed(tmp_path: Path) -> None:
    record = run(
        tmp_path, PUBLISHED + LOCATED + FETCH % "by: rad-69, transferSyntaxUIDs: ['1.2.840.10008.1.2.4.90']"
    )
    failed = [check for check in record.steps[-1].checks if not check.ok]
    assert record.verdict is Verdict.FAIL
    assert any("missing: " in str(check.observed) for check in failed)
    assert any("XDSRepositoryError" in str(check.observed) for check in failed)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"by": "wado-rs", "through": "g"}, "an imaging gateway is asked by rad-69 or xc-wado"),
        ({"by": "xc-wado"}, "xc-wado goes through an imaging gateway, which is missing"),
    ],
)
def test_what_leads_through_a_gateway_names_it(keys: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Fetch.model_validate({"consumer": "c", "series": "s", **keys})
