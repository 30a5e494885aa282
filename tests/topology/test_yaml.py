from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.yaml import parse_yaml, read_yaml


def place_of(error: UsageError) -> tuple[int | None, int | None]:
    return error.line, error.column


@pytest.mark.parametrize("text", ["2.10", "0123", "2024-01-01", "1e3", "0x1f", "true", "yes", "2.999"])
def test_plain_values_stay_the_text_that_was_written(text: str) -> None:
    assert parse_yaml(f"value: {text}", "a.yaml").value == {"value": text}


@pytest.mark.parametrize("text", ["~", "null", ""])
def test_nothing_is_none(text: str) -> None:
    assert parse_yaml(f"value: {text}\n", "a.yaml").value == {"value": None}


def test_quoted_nothing_is_an_empty_text() -> None:
    assert parse_yaml("value: ''", "a.yaml").value == {"value": ""}


def test_positions_are_kept_for_values_and_keys() -> None:
    document = parse_yaml("top:\n  - name: a\n    load: b\n", "a.yaml")
    assert place_of(document.error(("top", 0, "load"), "")) == (3, 11)
    assert place_of(document.error(("top", 0, "load"), "", at_key=True)) == (3, 5)
    assert document.position(("top", 0)) == (2, 5)


def test_missing_part_is_reported_where_it_is_missing() -> None:
    document = parse_yaml("top:\n  - name: a\n", "a.yaml")
    assert place_of(document.error(("top", 0, "load", "x"), "")) == (2, 5)


def test_absent_value_is_reported_at_its_key() -> None:
    document = parse_yaml("a: 1\nb:\n\n\nc: 1\n", "a.yaml")
    assert place_of(document.error(("b",), "")) == (2, 1)


def test_alias_is_a_copy_of_what_has_the_anchor() -> None:
    assert parse_yaml("a: &x [1]\nb: *x\n", "a.yaml").value == {"a": ["1"], "b": ["1"]}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "the key 'a' is here twice, first in line 1"),
        ("a: b\n\tc: d\n", (2, 1), "a tab; YAML is indented with blanks"),
        ("a: [1, 2\n", (1, 4), "the bracket is never closed"),
        ("a: {b: 1\n", (1, 4), "the bracket is never closed"),
        ("a: {b c}: d}\n", (1, 9), "quote the text"),
        ("a: 'x\n", (1, 4), "the quote is never closed"),
        ("a: b: c\n", (1, 5), "quote the text"),
        ("a: @x\n", (1, 4), "a text cannot begin with '@': quote it"),
        ("a: %x\n", (1, 4), "a text cannot begin with '%': quote it"),
        ("a: 1\n  b: 2\n", (2, 4), "quote the text"),
        ("- a\nb: c\n", (2, 1), "this line is not indented like the ones before it"),
        ("a: |\n  x\n y\n", (3, 2), "a text where a key is expected: indent or quote it"),
        ("a: [b]c\n", (1, 7), "a text where a key is expected: indent or quote it"),
        ("a: - b\n", (1, 4), "a list begins on a line of its own"),
        ("a: *x\n", (1, 4), "the alias '*x' has no anchor '&x'"),
        ("a: &a [*a]\n", (1, 4), "values are nested more than 40 deep"),
        (BOMB, (1, 10), "the file expands to more than 20000 values"),
        ("a: !!python/object:os.system x\n", (1, 4), "the tag tag:yaml.org,2002:python/object:os.system"),
        ("a: !mine x\n", (1, 4), "the tag !mine is not allowed here"),
        ("? [a, b]\n: 1\n", (1, 3), "a key must be a text"),
        ("a: 1\n---\nb: 2\n", (2, 1), "the file holds more than one document"),
        ("a: \x01\n", (1, 4), "a control character is not allowed here"),
        ('a: "\\q"\n', (1, 6), "found unknown escape character 'q'"),
        ("# nothing\n", (1, 1), "the file is empty"),
        ("", (1, 1), "the file is empty"),
    ],
)
def test_broken_yaml_is_reported_with_its_place(text: str, place: tuple[int, int], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_yaml(text, "a.yaml")
    assert place_of(caught.value) == place
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"a.yaml:{place[0]}:{place[1]}: ")


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "[" * 50 + "]" * 50])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="nested more than 40 deep"):
        parse_yaml(text, "a.yaml")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a: 1\nb: \xe4\n", "2:4: the file is not UTF-8"),
        (b"a: " + b"x" * 4_000_000, "the file is larger than 4000000 octets"),
    ],
)
def test_file_that_cannot_be_text_of_ours_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_yaml(path)
    assert words in str(caught.value)


def test_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path).value == {"a": "1"}


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: No such file"):
        read_yaml(tmp_path / "absent.yaml")
    with pytest.raises(UsageError, match=r"cannot be read: Is a directory"):
        read_yaml(tmp_path)
