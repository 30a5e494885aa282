from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import Severity
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import RunRecord, Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.scenario.tables import joined
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen

ARCHITECTURES = sorted(scenarios().glob("architecture-*.yaml"))
INVARIANTS = sorted(scenarios().glob("invariants-*.yaml"))
SHIPPED = sorted({*scenarios().glob("*.yaml")} - {*ARCHITECTURES, *INVARIANTS})
TOPOLOGIES = sorted((scenarios() / "topologies").glob("*.yaml"))


def passing(path: Path, folder: Path) -> RunRecord:
    """The record of a scenario, which has to pass."""
    loaded = load_scenario(path)
    with start(loaded.topology, folder, Listen("127.0.0.1", 0)) as running:
        record = play(loaded, running)
    assert record.verdict is Verdict.PASS, [step for step in record.steps if step.verdict is not Verdict.PASS]
    # what was refused was to be refused, else a step would not have passed
    accepted = [exchange for exchange in record.exchanges if exchange.status == "Success"]
    found = [finding for exchange in accepted for finding in exchange.findings]
    assert [finding for finding in found if finding.severity is not Severity.INFO] == []
    wrong = {exchange.id for exchange in record.exchanges if exchange.deviations}  # on purpose
    right = [step for step in record.steps if not wrong & set(step.exchanges)]
    assert [finding for step in right for finding in step.findings] == []
    return record


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_every_shipped_scenario_passes_without_findings(path: Path, tmp_path: Path) -> None:
    assert passing(path, tmp_path).steps


def test_in_every_architecture_the_same_images_come_to_the_last_octet(tmp_path: Path) -> None:
    records = {path.stem: passing(path, tmp_path / path.stem) for path in ARCHITECTURES}
    assert [*records] == ["architecture-a", "architecture-b", "architecture-c", "architecture-mixed"]
    compared = [
        dict(step.details)["Digest of UIDs and bytes"]
        for record in records.values()
        for step in record.steps
        if step.kind == "compare"
    ]
    assert len(compared) == 4 * 3  # each way of getting images, in each architecture
    assert len(set(compared)) == 1


def test_in_every_architecture_every_stack_finds_and_brings_the_same(tmp_path: Path) -> None:
    records = [passing(path, tmp_path / path.stem) for path in INVARIANTS]
    (table,) = joined((record.scenario, table) for record in records for table in record.tables)
    assert [row for row in table.rows if table.differing(row)] == []
    stacks = {(row[0], row[1].partition(",")[0]) for row in table.rows}
    assert stacks == {
        *((f"invariants-{name}", "what was put in") for name in ("a", "b", "c", "mixed")),
        *((f"invariants-{name}", stack) for name in ("a", "b", "c", "mixed") for stack in ("xds-i", "mhd")),
        *((f"invariants-{name}", "xca-i") for name in ("b", "mixed")),
    }
    cells = {(row[0].removeprefix("invariants-"), *row[1].split(",")[:2]) for row in table.rows}
    for name, stack in {"a": "xds-i", "b": "xca-i", "c": "xds-i", "mixed": "xca-i"}.items():
        for way in ("images by WADO-RS", "images by RAD-69", "images by XC-WADO"):
            assert any(cell[:2] == (name, stack) and cell[2].strip().startswith(way) for cell in cells), way
    assert len({row[2:] for row in table.rows}) == 1
    assert [cell.partition(",")[0] for cell in table.rows[0][2:]] == ["2", "2", "21", "21"]


@pytest.mark.parametrize(
    ("fault", "columns"),
    [
        (
            "{actor: pacs-north, deviation: image-of-another-patient, transaction: WADO-RS}",
            ["UIDs and bytes"],
        ),
        (
            "{actor: registry, deviation: object-left-out, transaction: ITI-18, call: 1}",
            ["Documents", "Level 1, entries", "Instances", "UIDs and bytes"],
        ),
    ],
)
def test_a_way_that_brings_something_else_is_named_with_its_columns(
    fault: str, columns: list[str], tmp_path: Path
) -> None:
    text = (scenarios() / "invariants-a.yaml").read_text("utf-8")
    for folder in ("topologies/", "parts/"):
        text = text.replace(folder, f"{scenarios()}/{folder}")
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace("steps:\n", f"steps:\n  - {{name: wrong, fault: {fault}}}\n", 1), "utf-8")
    loaded = load_scenario(path)
    with start(loaded.topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        record = play(loaded, running)
    assert record.verdict is Verdict.FAIL
    (table,) = record.tables
    verdicts = {row[0]: row[-1] for row in table.shown_rows}
    assert f"no: {', '.join(columns)}" in verdicts.values()
    step = next(each.step for each in record.all_steps if each.step.table is table)
    assert [check.text for check in step.checks if not check.ok] == [
        f"{column} is the same in every row" for column in columns
    ]


@pytest.mark.parametrize("path", TOPOLOGIES, ids=[path.stem for path in TOPOLOGIES])
def test_every_shipped_topology_can_be_started(path: Path, tmp_path: Path) -> None:
    start(load_topology(path), tmp_path, Listen("127.0.0.1", 0)).close()
