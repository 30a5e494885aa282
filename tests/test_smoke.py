"""The shortest whole path: a topology starts, a study is published, found and fetched. Run on every Python."""

from __future__ import annotations

from pathlib import Path

from xdsi_sim.cli import main


def test_the_central_scenario_passes(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("sys.argv", ["xdsi-sim", "run", "central", "--reports", str(tmp_path), "--listen", "127.0.0.1:0"])
    try:
        main()
    except SystemExit as ended:
        assert ended.code in (0, None)
    assert (tmp_path / "report.html").is_file()
