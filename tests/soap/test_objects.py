from __future__ import annotations

from pathlib import Path

import pytest
from submissions import an_association, an_entry, uuid

from xdsi_sim.content import read_all
from xdsi_sim.ebrim.fragments import FragmentRun, heads_of
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.writer import write_object, write_object_list, write_object_ref
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.limits import Limits
from xdsi_sim.messages.query import AdhocQueryResponse, read_query_response
from xdsi_sim.soap.objects import ObjectsCutter
from xdsi_sim.soap.spool import Spool
from xdsi_sim.vocab import NS

HEAD = (
    f'<s:Envelope xmlns:s="{NS.SOAP}"><s:Body><q:AdhocQueryResponse xmlns:q="{NS.QUERY}" xmlns:r="{NS.RIM}" '
    'status="done"><r:RegistryObjectList>'
)
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
TAIL = "</r:RegistryObjectList></q:AdhocQueryResponse></s:Body></s:Envelope>"
ENTRIES = tuple(an_entry(number) for number in range(1, 4))
UNIQUE_IDS = [entry.uniqueId for entry in ENTRIES]
OBJECTS = b"\n ".join(map(write_object, (*ENTRIES, an_association(uuid(1), uuid(2))))) + write_object_ref(
    uuid(9)
)


class Reader:
    """What is cut, and what is left."""

    def __init__(self, folder: Path, limits: Limits = Limits()) -> None:
        self.left = bytearray()
        self.limits = limits
        self.cutter = ObjectsCutter(
            self.left.extend, lambda in_memory, **how: Spool(folder, in_memory=in_memory, **how), limits
        )

    def read(self, data: bytes, step: int = 1000) -> AdhocQueryResponse:
        for start in range(0, len(data), step):
            self.cutter.feed(data[start : start + step])
        self.cutter.close()
        contents = self.cutter.contents()
        body = parse(bytes(self.left), self.limits)[0][0]
        return read_query_response(body, lambda element: contents[element.text or ""])


def cut(folder: Path, objects: bytes, step: int = 1000) -> bytes:
    """All objects, one after the other."""
    (run,) = Reader(folder).read(whole(objects), step).fragments
    assert isinstance(run, FragmentRun)
    return read_all(run)


def whole(objects: bytes) -> bytes:
    return HEAD.encode() + objects + TAIL.encode()


@pytest.mark.parametrize("step", [2, 7, 1000, 100_000])
def test_objects_are_cut_out_and_the_envelope_stays(tmp_path: Path, step: int) -> None:
    reader = Reader(tmp_path)
    answer = reader.read(whole(OBJECTS), step)
    assert b"ExtrinsicObject" not in reader.left
    assert answer.status == "done"
    (run,) = answer.fragments
    assert isinstance(run, FragmentRun)
    assert [head.element for head in run.heads] == [*["ExtrinsicObject"] * 3, "Association", "ObjectRef"]
    assert answer.objects == read_query_response(parse(whole(OBJECTS))[0][0]).objects
    assert [entry.uniqueId for entry in answer.objects.documentEntries] == UNIQUE_IDS


def test_each_object_is_complete_in_namespaces_that_were_declared_around_it(tmp_path: Path) -> None:
    bare = f'<r:ObjectRef id="a"/><ObjectRef xmlns="{NS.RIM}" id="b"/>'
    (run,) = Reader(tmp_path).read(whole(bare.encode())).fragments
    assert isinstance(run, FragmentRun)
    data = read_all(run)
    pieces = [data[head.start : head.start + head.size] for head in run.heads]
    assert [parse(piece).tag for piece in pieces] == [f"{{{NS.RIM}}}ObjectRef"] * 2


def test_what_stands_between_objects_and_is_none_stays_in_its_order(tmp_path: Path) -> None:
    label = '<r:Classification id="c" classifiedObject="x"/>'
    reader = Reader(tmp_path)
    answer = reader.read(whole(b"".join((label.encode(), OBJECTS, label.encode()))))
    run, *rest = answer.fragments
    assert isinstance(run, FragmentRun)
    assert (len(run.heads), len(rest)) == (5, 2)


def test_objects_of_another_list_are_not_the_answer(tmp_path: Path) -> None:
    inner = write_object_list(RegistryObjectList(objectRefs=(uuid(1),))).decode()
    package = f'<r:RegistryPackage id="p">{inner}</r:RegistryPackage>'
    (run,) = Reader(tmp_path).read(whole(package.encode())).fragments
    assert isinstance(run, FragmentRun)
    assert [(head.element, head.id) for head in run.heads] == [("RegistryPackage", "p")]
    other = Reader(tmp_path)
    other.cutter.feed(whole(b"").replace(b"AdhocQueryResponse", b"Other")[:-20])
    assert other.cutter.contents() == {}


def test_an_answer_without_objects_has_none(tmp_path: Path) -> None:
    assert Reader(tmp_path).read(whole(b"")).fragments == ()


def test_a_byte_order_mark_and_a_declaration_may_come_first(tmp_path: Path) -> None:
    declaration = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n'
    assert len(Reader(tmp_path).read(declaration + whole(OBJECTS)).objects.documentEntries) == 3


def test_a_body_in_utf_16_passes_as_a_whole(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    answer = reader.read(whole(OBJECTS).decode().encode("utf-16"), 1001)
    assert [entry.uniqueId for entry in answer.objects.documentEntries] == UNIQUE_IDS
    assert reader.cutter.contents() == {}


def test_objects_go_on_octet_for_octet(tmp_path: Path) -> None:
    assert cut(tmp_path, OBJECTS.replace(b"\n ", b"")) == OBJECTS.replace(b"\n ", b"")
    odd = f"""<r:ObjectRef xmlns:r = '{NS.RIM}'\n  home='>"' id = "a"></r:ObjectRef >""".encode()
    assert cut(tmp_path, odd) == odd


@pytest.mark.parametrize(
    "written",
    [
        '<ObjectRef xmlns="urn:oasis&#58;names:tc:ebxml-regrep:xsd:rim:3.0" id="a"/>',
        "<r:ObjectRef id='a'><r:ObjectRef/><r:ObjectRefX/><r:ObjectRef>1</r:ObjectRef></r:ObjectRef>",
        '<r:ObjectRef id="a"><q:b/></r:ObjectRef>',
        f'<r:ObjectRef xmlns:r="{NS.RIM}" xmlns:x="{INSTANCE}" x:type="q:Special" id="a"/>',
    ],
)
def test_an_object_is_the_same_alone_as_in_the_answer(tmp_path: Path, written: str) -> None:
    alone = parse(cut(tmp_path, written.encode()))
    within = parse(whole(written.encode()))[0][0][0][0]
    assert [(each.tag, dict(each.attrib), each.text) for each in alone.iter()] == [
        (each.tag, dict(each.attrib), each.text) for each in within.iter()
    ]
    assert alone.nsmap.items() >= ({"q": NS.QUERY}.items() if "q:" in written else {}.items())


@pytest.mark.parametrize("step", [2, 1000])
def test_what_is_no_element_is_left_out_and_a_text_stays_a_text(tmp_path: Path, step: int) -> None:
    aside = b"<!-- <r:ObjectRef/> --><?target </r:ObjectRef>?>"
    object_ = b'<r:ObjectRef xmlns:r="%s" id="a">%s1<![CDATA[</r:ObjectRef>&]]>2</r:ObjectRef>'
    filled = object_ % (NS.RIM.encode(), aside)
    expected = object_.partition(b"%s1")[0] % NS.RIM.encode() + b"1&lt;/r:ObjectRef&gt;&amp;2</r:ObjectRef>"
    assert cut(tmp_path, aside + filled + aside + b" <![CDATA[<r:ObjectRef/>]]>" + aside, step) == expected


@pytest.mark.parametrize(
    ("inner", "left"),
    [
        ('<x:ObjectRef xmlns:x="urn:x"/>', 1),
        ('<r:ObjectRef xmlns:r="urn:x"/>', 1),
        ("<ObjectRef/>", 1),
        ("<r:Classification/>", 1),
        ("<!-- <r:ObjectRef/> -->", 0),
        ("<![CDATA[<r:ObjectRef/>]]>", 0),
    ],
)
def test_what_only_looks_like_an_object_is_none(tmp_path: Path, inner: str, left: int) -> None:
    reader = Reader(tmp_path)
    answer = reader.read(whole(inner.encode()))
    assert reader.cutter.contents() == {}
    assert len(answer.fragments) == left


@pytest.mark.parametrize(
    ("before", "cut_"),
    [
        ("<!-- <r:RegistryObjectList><r:ObjectRef/></r:RegistryObjectList> -->", 5),
        ("<r:RegistryObjectList><r:ObjectRef/></r:RegistryObjectList>", 5),
        ('<q:AdhocQueryResponse><RegistryObjectList xmlns="urn:x"/></q:AdhocQueryResponse>', 0),
        ("<q:AdhocQueryResponse><r:RegistryObjectList/></q:AdhocQueryResponse>", 0),
    ],
)
def test_objects_are_cut_out_of_what_looks_like_the_list_first(
    tmp_path: Path, before: str, cut_: int
) -> None:
    header = f'<s:Header xmlns:q="{NS.QUERY}" xmlns:r="{NS.RIM}">{before}</s:Header>'.encode()
    reader = Reader(tmp_path)
    reader.cutter.feed(whole(OBJECTS).replace(b"<s:Body>", header + b"<s:Body>"))
    reader.cutter.close()
    assert len(list(heads_of(reader.cutter.contents().values()))) == cut_
    assert before.encode() in reader.left


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (whole(b"<r:ObjectRef>"), ProtocolViolation, "not well-formed"),
        (whole(b"<x:ObjectRef/>"), ProtocolViolation, "not well-formed"),
        (whole(OBJECTS)[:-4], ProtocolViolation, "not well-formed"),
        (whole(OBJECTS)[:-100], ProtocolViolation, "not well-formed"),
        (b"<!DOCTYPE a><!-- -->" + whole(OBJECTS), ProtocolViolation, "document type"),
        (b"<!DOCTYPE a><a/>", ProtocolViolation, "document type"),
        (whole(b"<r:ObjectRef <!-- --> id='a'/>"), ProtocolViolation, "not well-formed"),
        (whole(b"<r:ObjectRef/><!-- a -- b -->"), ProtocolViolation, "not well-formed"),
        (whole(b"<r:ObjectRef/>&nobody;"), ProtocolViolation, "not well-formed"),
        (whole(b"<r:ObjectRef/><!-- "), ProtocolViolation, "not well-formed"),
        (whole(b"<r:ObjectRef/></r:Other>"), ProtocolViolation, "not well-formed"),
        (whole(b"<r:ObjectRef><r:a></r:ObjectRef></r:a>"), ProtocolViolation, "not well-formed"),
        (whole(b"<r:ObjectRef r:a='' q:a='' r:a=''/>"), ProtocolViolation, "not well-formed"),
        (whole(b"<r:ObjectRef>\xff</r:ObjectRef>"), ProtocolViolation, "not valid UTF-8"),
        (whole(b"<r:ObjectRef/>" * 201), LimitExceeded, r"limits\.elements=200"),
        (whole(b"<r:ObjectRef>" + b"<r:Slot/>" * 250), LimitExceeded, r"limits\.elements=200"),
        (whole(b"<r:Note/>" * 250), LimitExceeded, r"limits\.elements=200"),
        (whole(b"<!-- -->" * 250), LimitExceeded, r"limits\.elements=200"),
        (whole(b"<r:Slot><r:ObjectRef/></r:Slot>" * 250), LimitExceeded, r"limits\.elements=200"),
        (whole(b"<r:ObjectRef>" + b"x" * 20_000), LimitExceeded, r"limits\.soap_root=15000"),
        (whole(b"<r:ObjectRef x='" + b"x" * 20_000), LimitExceeded, r"limits\.soap_root=15000"),
        (
            whole(b"<r:ObjectRef %s/>" % b" ".join(b'a%d=""' % n for n in range(300))),
            LimitExceeded,
            "attributes",
        ),
    ],
)
def test_what_is_broken_or_too_large_is_refused(
    tmp_path: Path, data: bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Reader(tmp_path, Limits(elements=200, soap_root=15_000)).read(data)


def test_the_number_of_octets_between_objects_is_what_is_limited(tmp_path: Path) -> None:
    many = b"".join(write_object(an_entry(number)) for number in range(40))
    answer = Reader(tmp_path, Limits(elements=120, soap_root=30_000)).read(whole(many))
    assert len(answer.objects.documentEntries) == 40
