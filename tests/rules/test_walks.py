from __future__ import annotations

from submissions import an_entry

from xdsi_sim.ebrim.model import Author, Slot
from xdsi_sim.rules.walks import fields, has_extras


def test_fields_are_read_with_their_names_in_order() -> None:
    entry = an_entry()
    assert list(fields(["size", "hash"])(entry)) == [("size", entry.size), ("hash", entry.hash)]
    assert list(fields(["size"])(entry)) == [("size", entry.size)]
    assert list(fields([])(entry)) == []


def test_extras_are_those_of_the_object_and_of_its_authors() -> None:
    extra = (Slot("urn:x:y", ("z",)),)
    assert not has_extras(an_entry(author=(Author(authorPerson="^A"),)))
    assert has_extras(an_entry(extra=extra))
    assert has_extras(an_entry(author=(Author(authorPerson="^A"), Author(authorPerson="^B", extra=extra))))
