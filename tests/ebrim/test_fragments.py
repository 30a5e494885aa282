from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import associations, document_entries, folders, submission_sets
from submissions import a_folder, a_set, an_association, an_entry, uuid

from xdsi_sim.content import BytesContent, Content, Segment, SegmentsContent, read_all
from xdsi_sim.ebrim.fragments import (
    HOMED,
    FragmentRun,
    Head,
    at_home,
    heads_of,
    objects_in,
    read_head,
    without,
)
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.writer import write_object, write_object_ref
from xdsi_sim.ebrim.xml import parse, serialise
from xdsi_sim.vocab import NS

HOME, OTHER = "urn:oid:2.999.1", "urn:oid:2.999.2"
OBJECTS = (
    write_object(an_entry(1, homeCommunityId=OTHER)),
    write_object(a_set()),
    write_object(a_folder(homeCommunityId=HOME)),
    write_object(an_association(uuid(1), uuid(2))),
    write_object_ref(uuid(9)),
)


def run_of(*fragments: bytes) -> FragmentRun:
    heads, start = [], 0
    for fragment in fragments:
        heads.append(read_head(fragment, start))
        start += len(fragment)
    return FragmentRun(BytesContent(b"".join(fragments)), tuple(heads))


def homes(fragments: tuple[Segment, ...]) -> list[str | None]:
    text = read_all(SegmentsContent((f'<a xmlns:rim="{NS.RIM}">'.encode(), *fragments, b"</a>")))
    return [child.get("home") for child in parse(text)]


forms = pytest.mark.parametrize(
    "fragments", [OBJECTS, (run_of(*OBJECTS),), (OBJECTS[0], run_of(*OBJECTS[1:]))]
)


@forms
def test_what_names_its_community_gets_the_one_given(fragments: tuple[Segment, ...]) -> None:
    assert homes(at_home(fragments, HOME)) == [HOME, HOME, HOME, None, HOME]


@forms
def test_what_is_unwanted_is_left_out_and_all_else_stays_to_the_octet(fragments: tuple[Segment, ...]) -> None:
    kept = without(fragments, lambda head: head.home == OTHER)
    assert read_all(SegmentsContent(kept)) == b"".join(OBJECTS[1:])
    assert without(fragments, lambda _head: True) == ()


def test_nothing_is_made_where_nothing_changes() -> None:
    run = run_of(OBJECTS[2], OBJECTS[3])
    assert at_home((run,), HOME) == without((run,), lambda _head: False) == (run,)


@given(st.one_of(document_entries(), submission_sets(), folders(), associations()), st.booleans())
def test_a_head_says_what_the_object_says(value: Any, reserialised: bool) -> None:
    fragment = write_object(value)
    element = parse(fragment)
    if reserialised:
        fragment = serialise(element)
    (head,) = heads_of((fragment,))
    assert (head.id, head.home) == (element.get("id"), element.get("home"))
    assert element.tag == f"{{{NS.RIM}}}{head.element}"
    (stamped,) = at_home((fragment,), HOME)
    assert isinstance(stamped, bytes)
    assert parse(stamped).get("home") == (HOME if head.element in HOMED else head.home)


@pytest.mark.parametrize(
    ("tag", "home"),
    [
        ('<r:ObjectRef id="a" home="h"/>', "h"),
        ('<ObjectRef id=" home=" name="h"/>', None),
        ('<ObjectRef x:home="h" id="a"/>', None),
        ('<ObjectRef home="a&amp;b&gt;&quot;"/>', 'a&b>"'),
        ("<ObjectRef/>", None),
    ],
)
def test_a_home_is_no_other_attribute(tag: str, home: str | None) -> None:
    head = read_head(tag.encode())
    assert (head.element, head.home) == ("ObjectRef", home)


def test_what_is_no_object_is_none() -> None:
    with pytest.raises(ValueError, match="no object"):
        read_head(b"text")


def test_a_run_is_a_content() -> None:
    run: Content = run_of(*OBJECTS)
    assert (run.size, read_all(run)) == (sum(map(len, OBJECTS)), b"".join(OBJECTS))
    assert [head.start for head in heads_of((run,))] == [
        sum(map(len, OBJECTS[:number])) for number in range(len(OBJECTS))
    ]
    assert read_object_list(
        parse(b'<a xmlns:rim="%s">%s</a>' % (NS.RIM.encode(), read_all(run)))
    ).documentEntries
    assert isinstance(next(heads_of((run,))), Head)


def test_objects_come_one_by_one_out_of_runs_and_bytes() -> None:
    assert list(objects_in((OBJECTS[0], run_of(*OBJECTS), b"<a/>"))) == [OBJECTS[0], *OBJECTS, b"<a/>"]
