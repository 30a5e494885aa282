from __future__ import annotations

from contextlib import closing
from pathlib import Path

from xdsi_sim.store.instance_schema import SCHEMA
from xdsi_sim.store.sqlite import Database, open_to_read


def test_a_new_store_has_all_steps_behind_it(tmp_path: Path) -> None:
    Database(tmp_path / "instances.db", SCHEMA).close()
    with closing(open_to_read(tmp_path / "instances.db", SCHEMA)) as reader:
        names = {name for (name,) in reader.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert reader.execute("PRAGMA user_version").fetchone() == (len(SCHEMA.migrations),)
    assert {"instance", "metadata", "publication", "rejection", "study", "series", "image", "term"} <= names
