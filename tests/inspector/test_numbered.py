from __future__ import annotations

from pathlib import Path

from xdsi_sim.inspector.numbered import folder_of, next_number


def test_a_report_never_takes_the_place_of_another(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    assert next_number(runs) == 1
    folder_of(runs, 1).mkdir(parents=True)
    folder_of(runs, 12).mkdir()
    (runs / "notes").mkdir()
    assert next_number(runs) == 13
    assert next_number(runs, [20]) == 21
