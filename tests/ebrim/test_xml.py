from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from xdsi_sim.ebrim.xml import (
    Opening,
    Place,
    check_content,
    escape,
    local_name,
    only_child,
    opening,
    parse,
    place_in,
    serialise,
)
from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.limits import Limits

ENTITIES = '<!DOCTYPE a [<!ENTITY e0 "lol">' + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)
)


# --- what is read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "<a>ж</a>".encode(),
        b"\xef\xbb\xbf" + "<a>ж</a>".encode(),
        "<?xml version='1.0' encoding = 'utf-8' ?><a>ж</a>".encode(),
        '<?xml version="1.0" encoding="UTF8"?><a>ж</a>'.encode(),
        b'<?xml version="1.0" encoding="US-ASCII"?><a>&#x436;</a>',
        '<?xml version="1.0" encoding="UTF-16"?><a>ж</a>'.encode("utf-16"),
        b"\xff\xfe" + "<a>ж</a>".encode("utf-16-le"),
        b"\xfe\xff" + "<a>ж</a>".encode("utf-16-be"),
        b"\xfe\xff" + '<?xml version="1.0" encoding="UTF-8"?><a>ж</a>'.encode("utf-16-be"),
    ],
)
def test_utf_8_and_utf_16_with_a_mark_are_read(data: bytes) -> None:
    assert parse(data).text == "ж"


@pytest.mark.parametrize(
    "inside",
    [
        "1<!-- comment -->2",
        "<!-- comment -->12",
        "1<?pi data?>2",
        "<![CDATA[12]]>",
        "1<![CDATA[2]]>",
        "<![CDATA[1]]><!-- c --><![CDATA[2]]>",
        "&#49;&#x32;",
    ],
)
def test_comments_instructions_and_cdata_do_not_cut_a_value(inside: str) -> None:
    assert parse(f"<a>{inside}</a>".encode()).text == "12"


def test_markup_in_cdata_is_text() -> None:
    assert parse(b"<a><![CDATA[<b>&c;</b>]]></a>").text == "<b>&c;</b>"


def test_every_thread_has_a_parser_of_its_own() -> None:
    with ThreadPoolExecutor(4) as pool:
        roots = pool.map(parse, [f"<a>{number}</a>".encode() for number in range(50)])
    assert [root.text for root in roots] == [str(number) for number in range(50)]


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
        b'<?xml version="1.0" encoding="windows-1252"?><a/>',
        b'<?xml version="1.0" encoding="no-such-thing"?><a/>',
        b"<a>\xff</a>",
        b"<a>\xc3</a>",
        b"<a>\xc0\xbc</a>",
        b"<a>\xed\xa0\x80</a>",
        b'<a b="\xe9"/>',
        # a declaration that hides behind white space is not believed
        ("<?xml version='1.0'" + " " * 300 + "encoding='ISO-8859-1'?><a>é</a>").encode("latin-1"),
        "<a/>".encode("utf-16")[:-1],
        b"\xff\xfe<\x00a\x00>\x00\x00\xd8<\x00/\x00a\x00>\x00",
    ],
)
def test_other_encodings_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        parse(data)
    assert caught.value.rule == "A22"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037"])
@pytest.mark.parametrize("declared", [True, False])
def test_an_encoding_is_not_guessed(encoding: str, declared: bool) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><a/>' if declared else "<a/>"
    with pytest.raises(ProtocolViolation) as caught:
        parse(text.encode(encoding))
    assert caught.value.rule == "A03"


@pytest.mark.parametrize(
    "data",
    [
        "<!DOCTYPE a><a/>",
        "<!-- c --> <?p?> <!DOCTYPE a><a/>",
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>',
        '<!DOCTYPE a PUBLIC "-//A//B//EN" "a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY e "x">]><a>1&e;2</a>',
        '<!DOCTYPE a [<!ENTITY e "x">]><a/>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/p"> %p;]><a/>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "default">]><a/>',
        f"{ENTITIES}]><a>&e9;</a>",
        f'{ENTITIES}]><a b="&e9;"/>',
        f'<!DOCTYPE a [<!ENTITY e "{"x" * 100_000}">]><a b="{"&e;" * 5_000}"/>',
        '<!DOCTYPE a [<!ENTITY e "&f;"><!ENTITY f "&e;">]><a b="&e;"/>',
    ],
)
def test_a_document_type_is_refused_whatever_it_declares(data: str) -> None:
    with pytest.raises(ProtocolViolation, match="document type declaration") as caught:
        parse(data.encode())
    assert (caught.value.rule, caught.value.http) == ("A03", 400)


def test_a_document_type_is_refused_in_utf_16_too() -> None:
    with pytest.raises(ProtocolViolation, match="document type declaration"):
        parse("<!DOCTYPE a><a/>".encode("utf-16"))


@pytest.mark.parametrize(
    "form", ['<!ENTITY e SYSTEM "{}">]><a>&e;</a>', '<!ENTITY % e SYSTEM "{}"> %e;]><a/>']
)
def test_no_external_entity_is_fetched(form: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/e"
        with pytest.raises(ProtocolViolation):
            parse(f"<!DOCTYPE a [{form.format(url)}".encode())
        with pytest.raises(BlockingIOError):  # nobody has called
            listener.accept()


def test_no_file_is_read_into_a_message(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with pytest.raises(ProtocolViolation) as caught:
        parse(f'<!DOCTYPE a [<!ENTITY e SYSTEM "{secret.as_uri()}">]><a>&e;</a>'.encode())
    assert "secret" not in str(caught.value)


def test_no_file_is_included() -> None:
    text = b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="/etc/hostname" parse="text"/></a>'
    assert "".join(parse(text).itertext()) == ""


def test_a_package_that_is_sent_as_xml_is_told_as_one() -> None:
    with pytest.raises(
        ProtocolViolation, match=r"^not well-formed XML: it begins as MIME does.*multipart/re"
    ):
        parse(b"\r\n--B\r\nContent-Type: application/xop+xml\r\n\r\n<a/>\r\n--B--\r\n")


@pytest.mark.parametrize(
    "data",
    [
        "",
        " ",
        "text",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>text",
        "<a b='1' b='2'/>",
        "<a>&e;</a>",
        "<a>&#1;</a>",
        "<a>\x00</a>",
        "<a>&lt</a>",
        "<x:a/>",
        "<a xmlns:x=''/>",
        " <?xml version='1.0'?><a/>",
    ],
)
def test_what_is_not_well_formed_is_refused_in_one_line(data: str) -> None:
    with pytest.raises(ProtocolViolation, match=r"^not well-formed XML: [^\n]+$") as caught:
        parse(data.encode())
    assert (caught.value.rule, type(caught.value)) == ("A03", ProtocolViolation)


@given(st.binary(max_size=60) | st.text("<>/a&;!?-[]='\" \ufeff", max_size=40).map(str.encode))
def test_any_bytes_are_an_element_or_refused(data: bytes) -> None:
    try:
        root = parse(data)
    except ProtocolViolation as violation:
        assert violation.rule in ("A03", "A22", "A23")  # noqa: PT017  # either outcome will do
    else:
        assert isinstance(root.tag, str)


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("child", ["<b/>", "<b></b>", "<b/>text", "<b c='1'/>"])
def test_elements_are_counted_with_and_without_end_tags(child: str) -> None:
    limits = Limits(elements=100)
    assert len(parse(f"<a>{child * 99}</a>".encode(), limits)) == 99
    with pytest.raises(LimitExceeded, match=r"101 elements exceed limits\.elements=100") as caught:
        parse(f"<a>{child * 100}</a>".encode(), limits)
    assert (caught.value.rule, caught.value.http) == ("A23", 413)


def test_elements_are_counted_in_utf_16() -> None:
    with pytest.raises(LimitExceeded):
        parse(("<a>" + "<b/>" * Limits().elements + "</a>").encode("utf-16"))


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (b"<a>" * 300 + b"</a>" * 300, "depth"),
        (b"<a>" + b"x" * 10_100_000 + b"</a>", "long|huge"),
        (b'<a b="' + b"x" * 10_100_000 + b'"/>', "long|huge|limit"),
        (b"<" + b"x" * 1_000_000 + b"/>", "long"),
        (b"<a " + b" ".join(b"b%d=''" % number for number in range(1_000_000)) + b"/>", "limit"),
    ],
    ids=["depth", "text", "attribute", "name", "attributes"],
)
def test_what_the_parser_does_not_take_is_a_limit_not_a_mistake(data: bytes, limit: str) -> None:
    with pytest.raises(LimitExceeded, match=limit) as caught:
        parse(data)
    assert caught.value.rule == "A23"
    assert "HUGE" not in caught.value.reason


ATTRIBUTES = " ".join(f"a{number} = '>\"'" for number in range(4))
NAMESPACES = " ".join(f"xmlns:n{number}='urn:n'" for number in range(3))
OTHERS = "<c d='' e=''/>" * 9
LOOKS_LIKE = "c='' " * 20
CROWD = Limits(attributes=4, namespaces=3)


def crowded(tag: str) -> bytes:
    return f"<r>{OTHERS}{tag}{OTHERS}</r>".encode()


@pytest.mark.parametrize(
    ("tag", "setting"),
    [
        (f"<x {ATTRIBUTES} b='' {NAMESPACES}/>", "limits.attributes=4"),
        (f"<x\n{NAMESPACES} xmlns='urn:x' {ATTRIBUTES}></x>", "limits.namespaces=3"),
    ],
)
def test_attributes_and_namespaces_of_one_element_have_limits(tag: str, setting: str) -> None:
    with pytest.raises(LimitExceeded, match=setting) as caught:
        parse(crowded(tag), CROWD)
    assert caught.value.rule == "A23"
    assert parse(crowded(tag)).tag == "r"


@pytest.mark.parametrize(
    "tag",
    [
        f"<x {ATTRIBUTES} {NAMESPACES}/>",
        f"<x {ATTRIBUTES}>{LOOKS_LIKE}</x>",
        f"<!-- {LOOKS_LIKE} -->",
        f"<![CDATA[{LOOKS_LIKE}]]>",
    ],
)
def test_what_looks_like_attributes_elsewhere_is_not_counted(tag: str) -> None:
    assert parse(crowded(tag), CROWD).tag == "r"


def test_a_message_as_deep_as_metadata_gets_is_read() -> None:
    assert parse(b"<a>" * 200 + b"</a>" * 200).tag == "a"


# --- writing ----------------------------------------------------------------------------------


@given(texts())
def test_escaped_text_reads_back_between_tags_and_in_attributes(text: str) -> None:
    root = parse(f'<a b="{escape(text)}">{escape(text)}</a>'.encode())
    assert (root.get("b"), root.text or "") == (text, text)


@pytest.mark.parametrize("text", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_a_character_without_a_form_in_xml_becomes_the_replacement_character(text: str) -> None:
    assert parse(f"<a>{escape(f'1{text}2')}</a>".encode()).text == "1\ufffd2"


def test_serialised_element_is_complete_without_its_surroundings() -> None:
    root = parse('<a xmlns="urn:a" xmlns:b="urn:b"> <b:c d="é"><e/></b:c> tail</a>'.encode())
    text = serialise(root[0])
    assert text.startswith(b"<b:c")
    assert text.endswith(b"</b:c>")
    assert "é".encode() in text
    assert [element.tag for element in parse(text).iter()] == ["{urn:b}c", "{urn:a}e"]


@pytest.mark.parametrize("data", [b"<a/>", b"<x:a xmlns:x='urn:x'/>", b"<a xmlns='urn:x'/>"])
def test_local_name_leaves_the_namespace_out(data: bytes) -> None:
    assert local_name(parse(data)) == "a"


def test_an_only_child_is_there_once_or_not_at_all() -> None:
    one, none = parse(b"<a><c/><b/><c/></a>"), parse(b"<a/>")
    assert only_child(one, "b") is one[1]
    assert only_child(none, "b") is None
    with pytest.raises(ProtocolViolation, match="a holds more than one c"):
        only_child(one, "c")


# --- a content and its place -------------------------------------------------------------------


def test_the_place_in_an_element_has_what_is_declared_around_it() -> None:
    root = parse(b'<a xmlns:b="urn:b"><d xmlns="urn:d"><b:c/></d></a>')
    assert place_in(root[0][0]) == Place(3, {"b": "urn:b", None: "urn:d"})
    assert place_in(root) == Place(1, {"b": "urn:b"})


PLACE = Place(4, {"r": "urn:r", None: "urn:d"})


@pytest.mark.parametrize(
    "content", [b"", b" a ", b"<a/><b>1</b>", b'<r:a r:b="1"/>', b"<!-- c --><a/><![CDATA[<b>]]><?d?>"]
)
def test_a_content_is_read_where_it_is_to_stand(content: bytes) -> None:
    check_content(content, PLACE)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"<a>", ProtocolViolation, "not well-formed"),
        (b"</o>", ProtocolViolation, "not well-formed"),
        (b"&nobody;", ProtocolViolation, "not well-formed"),
        (b"<a <!-- c --> b=''/>", ProtocolViolation, "not well-formed"),
        (b"<!-- a -- b -->", ProtocolViolation, "not well-formed"),
        (b"<![CDATA[\x01]]>", ProtocolViolation, "not well-formed"),
        (b"<!DOCTYPE a>", ProtocolViolation, "document type"),
        (b"<a>\xff</a>", ProtocolViolation, "not valid UTF-8"),
        (b"<r:a xmlns:s='urn:r' r:b='' s:b=''/>", ProtocolViolation, "redefined"),
        (b"<x:a/>", ProtocolViolation, "prefix x"),
        (b"<a x:b=''/>", ProtocolViolation, "prefix x"),
        (b"<a %s/>" % b" ".join(b'a%d=""' % n for n in range(300)), LimitExceeded, r"limits\.attributes"),
        (b"<a b='" + b"x" * 10_000_001 + b"'/>", LimitExceeded, "limit of the parser"),
        (b"x" * 10_000_001, LimitExceeded, "limit of the parser"),
    ],
)
def test_a_content_that_could_not_stand_there_is_refused(
    content: bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        check_content(content, PLACE)


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("depth", [1, 4, 200])
def test_a_content_is_refused_at_the_depth_at_which_its_document_would_be(depth: int, extra: int) -> None:
    nested = 256 - depth + extra
    content = b"<a>" * nested + b"</a>" * nested
    with pytest.raises(LimitExceeded) if extra else nullcontext():
        parse(b"<a>" * depth + content + b"</a>" * depth)
    with pytest.raises(LimitExceeded) if extra else nullcontext():
        check_content(content, Place(depth, {}))


# --- how a document begins -------------------------------------------------------------------

CDA = '<ClinicalDocument xmlns="urn:hl7-org:v3"><typeId root="1"/><id root="1.2" extension="ä"/><title>'
ROOT = "{urn:hl7-org:v3}ClinicalDocument"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (CDA.encode(), Opening(ROOT, {"root": "1.2", "extension": "ä"})),
        (CDA.encode("utf-16"), Opening(ROOT, {"root": "1.2", "extension": "ä"})),
        (
            b'<?xml version="1.0" encoding="ISO-8859-1"?><!-- c --><?p i?>' + CDA.encode("latin-1"),
            Opening(ROOT, {"root": "1.2", "extension": "ä"}),
        ),
        (CDA.encode()[:60], Opening(ROOT, None)),
        (CDA.encode()[:20], None),
        (b"<a>" + b"<b/>" * 5000 + b'<id xmlns="urn:hl7-org:v3" root="1"/>', Opening("a", {"root": "1"})),
        (b'<a><b><id xmlns="urn:hl7-org:v3"/></b></a>', Opening("a", None)),
        (b"<a><b></a>", None),
        (b"text", None),
        (b"", None),
        (ENTITIES.encode() + b"<a>&e9;</a>", None),
    ],
)
def test_root_and_child_are_read_from_the_first_octets(data: bytes, found: Opening | None) -> None:
    assert opening(data, "{urn:hl7-org:v3}id") == found
