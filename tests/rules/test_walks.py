from __future__ import annotations

from submissions import an_entry

from xdsi_sim.rules.walks import fields


def test_fields_are_read_with_their_names_in_order() -> None:
    entry = an_entry()
    assert list(fields(["size", "hash"])(entry)) == [("size", entry.size), ("hash", entry.hash)]
    assert list(fields(["size"])(entry)) == [("size", entry.size)]
    assert list(fields([])(entry)) == []
