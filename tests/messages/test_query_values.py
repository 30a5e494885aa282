from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.messages.query_values import LONGEST_VALUE, decode, encode
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("text", "values", "in_parentheses"),
    [
        ("'one'", ("one",), False),
        ("('one')", ("one",), True),
        (" ( 'one' , 'two' ) ", ("one", "two"), True),
        ("'Children''s Hospital'", ("Children's Hospital",), False),
        ("('a,b','(c)')", ("a,b", "(c)"), True),
        ("20240101", ("20240101",), False),
        ("bare", ("bare",), False),
    ],
)
def test_values_are_read_as_the_framework_writes_them(
    text: str, values: tuple[str, ...], in_parentheses: bool
) -> None:
    coded = decode(text)
    assert (coded.values, coded.in_parentheses) == (values, in_parentheses)


@pytest.mark.parametrize("text", ["", "'open", "('a'", "('a',)", "()", "'a''", "('a' 'b')", "'a'b"])
def test_values_that_do_not_close_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)


@given(st.lists(TEXT, min_size=1, max_size=12))
def test_what_is_encoded_is_decoded_and_no_value_grows_too_long(values: list[str]) -> None:
    many = FIND_DOCUMENTS.by_name["$XDSDocumentEntryClassCode"]
    slot = encode(many, *values)
    assert [value for text in slot.values for value in decode(text).values] == values
    assert all(len(text) <= LONGEST_VALUE or len(decode(text).values) == 1 for text in slot.values)


def test_numbers_go_without_quotes_and_single_values_without_parentheses() -> None:
    assert encode(FIND_DOCUMENTS.by_name["$XDSDocumentEntryCreationTimeFrom"], "2024").values == ("2024",)
    assert encode(FIND_DOCUMENTS.by_name["$XDSDocumentEntryPatientId"], "p").values == ("'p'",)


@pytest.mark.parametrize(("more", "lengths"), [(0, [256]), (1, [128, 130])])
def test_a_list_is_parted_where_it_would_grow_too_long(more: int, lengths: list[int]) -> None:
    param = FIND_DOCUMENTS.by_name["$XDSDocumentEntryClassCode"]
    values = "a" * 124, "b" * (125 + more)
    slot = encode(param, *values)
    assert [len(text) for text in slot.values] == lengths
    assert [value for text in slot.values for value in decode(text).values] == list(values)


def test_each_part_of_a_list_is_as_long_as_it_may_be() -> None:
    values = "x" * 250, "a" * 124, "b" * 125
    slot = encode(FIND_DOCUMENTS.by_name["$XDSDocumentEntryClassCode"], *values)
    assert [len(text) for text in slot.values] == [254, 256]


def test_a_value_that_is_too_long_alone_is_not_parted() -> None:
    slot = encode(FIND_DOCUMENTS.by_name["$XDSDocumentEntryClassCode"], "a" * 300, "b")
    assert [len(text) for text in slot.values] == [304, 5]
