from __future__ import annotations

from pathlib import Path

from a_coded_domain import TABLE, coded_domain, written
from an_inspector import Inspector, words_of
from wire import get

from xdsi_sim.inspector.web import inspecting


def test_without_sets_any_code_will_do(inspector: Inspector) -> None:
    assert "Every attribute takes any code." in inspector.words("codes")


def test_sets_are_listed_by_attribute(tmp_path: Path) -> None:
    table = written(tmp_path, "codes.yaml", TABLE)
    with (
        coded_domain(tmp_path / "data", files=[str(table)], check="warn") as running,
        inspecting(running) as url,
    ):
        words = words_of(get(f"{url}codes").body.decode())
        assert "a code outside of its set: warn" in words
        assert "classCode 2" in words
        assert "IMAGES 1.3.6.1.4.1.19376.1.2.6.1 Images" in words
        table.unlink()
        assert "Not read" in words_of(get(f"{url}codes").body.decode())
