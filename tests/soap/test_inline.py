from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

import pytest
from a_peak import peak_of
from hypothesis import example, given
from hypothesis import strategies as st

from xdsi_sim.content import BytesContent, SegmentsContent, read_all
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.limits import Limits
from xdsi_sim.soap.inline import LARGE, InlineContents, InlineCutter, decode_inline
from xdsi_sim.soap.mtom import Package
from xdsi_sim.soap.spool import Spool

SMALL = 8
"""What counts as large here."""
TEXT = base64.b64encode(b"more than it takes")


def cut(xml: bytes, *cuts: int, limits: Limits = Limits(), folder: Path = Path("unused")) -> Package:
    """What a cutter makes of an envelope that comes in pieces."""
    root = bytearray()
    cutter = InlineCutter(root.extend, lambda: Spool(folder, limits), limits, large=SMALL)
    for start, end in zip((0, *cuts), (*cuts, len(xml)), strict=True):
        cutter.feed(xml[start:end])
    cutter.close()
    return Package(root=bytes(root), parts={}, mtom=False, raw=(), inline=cutter.contents())


def every_cut(xml: bytes) -> Sequence[tuple[int, ...]]:
    return [(), *((at,) for at in range(1, len(xml))), tuple(range(1, len(xml)))]


CUT = {
    "no prefix": b"<Document>%s</Document>",
    "a prefix": b"<x:Document xmlns:x='urn:x'>%s</x:Document>",
    "attributes": b"<Document id='a>b\"/' \n b=\"/Document>'\">%s</Document >",
    "an empty one before": b"<r><Document/><Document id='x'/><Document\n/><Document>%s</Document></r>",
    "a small one before": b"<r><Document>QQ==</Document><Document>%s</Document></r>",
    "behind a comment": b"<!-- <Document>AAAAAAAAAAAA</Document> --><Document>%s</Document>",
    "behind CDATA": b"<r><![CDATA[<Document>AAAAAAAAAAAA]]><Document>%s</Document></r>",
    "behind an instruction": b"<?p <Document>AAAAAAAAAAAA?><Document>%s</Document>",
    "white space around": b"<Document>\r\n\t %s\n</Document>",
}


@pytest.mark.parametrize("name", CUT)
def test_a_large_document_is_cut_wherever_the_bytes_are_split(name: str) -> None:
    xml = CUT[name] % TEXT
    for cuts in every_cut(xml):
        package = cut(xml, *cuts)
        (placeholder,) = package.inline
        assert package.root.replace(placeholder.encode(), b"").count(TEXT) == 0
        (element,) = [item for item in parse(package.root).iter("{*}Document") if item.text == placeholder]
        assert read_all(package.content_of(element)) == b"more than it takes"


@pytest.mark.parametrize(
    "line_end", [b"\n", b"\r\n", b"&#13;\n", b"&#xD;\n", b"&#10;", b"&#x0a;", b"&#0009;", b"&#x20;", b" \t"]
)
def test_lines_end_in_any_white_space_written_or_referred_to(line_end: bytes) -> None:
    text = b"".join(TEXT[at : at + 5] + line_end for at in range(0, len(TEXT), 5))
    xml = b"<r><Document>%s</Document></r>" % text
    for cuts in every_cut(xml):
        package = cut(xml, *cuts)
        assert read_all(package.content_of(parse(package.root)[0])) == b"more than it takes"


UNTOUCHED = [
    b"<Document>QUJD</Document>",
    b"<Documents>%s</Documents>" % TEXT,
    b"<MyDocument>%s</MyDocument>" % TEXT,
    b"<document>%s</document>" % TEXT,
    b"<a.Document>%s</a.Document>" % TEXT,
    b"<Document:x xmlns:Document='urn:x'>%s</Document:x>" % TEXT,
    b"<Document-x>%s</Document-x>" % TEXT,
    b"<r><Document/>%s</r>" % TEXT,
    b"<r a='Document'>%s</r>" % TEXT,
    b"<Document>no, not base64</Document>",
    b"<Document>A&amp;A%s</Document>" % TEXT,
    b"<Document><x/>%s</Document>" % TEXT,
    b"<Document><!-- c -->%s</Document>" % TEXT,
    b"<Document><![CDATA[%s]]></Document>" % TEXT,
    b"<!-- <Document>%s</Document> --><r/>" % TEXT,
    b"<r><![CDATA[<Document>%s</Document>]]></r>" % TEXT,
    b"<?p <Document>%s</Document>?><r/>" % TEXT,
    ("<Document>" + TEXT.decode() + "</Document>").encode("utf-16"),
    b"<Document",
    b"<",
    b"",
]


@pytest.mark.parametrize("xml", UNTOUCHED)
def test_everything_else_passes_untouched(xml: bytes) -> None:
    for cuts in every_cut(xml):
        package = cut(xml, *cuts)
        assert (package.root, package.inline) == (xml, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT + b"!", "the content of x:Document is not base64: '!' is no character of base64"),
        (TEXT + b"\xc3\xa4", "the octet 0xc3 is no character"),
        (TEXT + b"=", "xcess|padding"),
        (TEXT + b"A", "multiple of 4"),
        (TEXT + b"QQ==QQ==", "padding"),
        (TEXT + b"&amp;", "'&' is no character"),
        (TEXT + b"<y/>", "markup stands in it"),
        (TEXT + b"<!-- c -->", "markup stands in it"),
    ],
)
def test_a_text_that_ceases_to_be_base64_is_refused_in_words(text: bytes, words: str) -> None:
    xml = b"<x:Document>%s</x:Document>" % text
    for cuts in every_cut(xml):
        with pytest.raises(ProtocolViolation, match=words) as refused:
            cut(xml, *cuts)
        assert refused.value.rule == "B12"


def test_a_base64_that_stays_in_the_tree_is_refused_in_the_same_words() -> None:
    assert decode_inline("x", " QU\nJD ") == b"ABC"
    with pytest.raises(ProtocolViolation, match="the content of x is not base64: '!' is no character"):
        decode_inline("x", "QUJD!")
    with pytest.raises(ProtocolViolation, match="0xc3"):
        decode_inline("x", "ä")


def test_what_stands_for_a_content_is_good_for_one_message_only() -> None:
    xml = b"<r><Document>%s</Document></r>" % TEXT
    (seen,) = cut(xml).inline
    forged = cut(b"<r><d>%s</d><Document>%s</Document></r>" % (seen.encode(), TEXT))
    first, second = parse(forged.root)
    with pytest.raises(ProtocolViolation) as refused:
        forged.content_of(first)
    assert refused.value.rule == "B12"
    assert read_all(forged.content_of(second)) == b"more than it takes"


def test_a_placeholder_with_something_beside_it_is_none() -> None:
    package = cut(b"<r><Document>%s</Document></r>" % TEXT)
    (placeholder,) = package.inline
    for text in (f"{placeholder} ", f"{placeholder}<x/>", f"<x/>{placeholder}"):
        with pytest.raises(ProtocolViolation):
            package.content_of(parse(f"<Document>{text}</Document>".encode()))


def test_white_space_without_end_is_no_way_round_the_limit() -> None:
    with pytest.raises(LimitExceeded, match=r"twice limits\.document=10"):
        cut(b"<Document>" + b" " * 40 + b"</Document>", limits=Limits(document=10))


def test_memory_does_not_grow_with_the_text(tmp_path: Path) -> None:
    line = base64.b64encode(bytes(48 * 1024)) + b"&#13;\n"

    def cut_off() -> InlineCutter:
        cutter = InlineCutter(bytearray().extend, lambda: Spool(tmp_path))
        cutter.feed(b"<r><Document>")
        for _ in range(400):
            cutter.feed(line)
        cutter.feed(b"</Document></r>")
        return cutter

    cutter, peak = peak_of(cut_off, 2_000_000)
    (content,) = cutter.contents().values()
    assert content.size == 400 * 48 * 1024
    assert peak < 2_000_000


# --- against a reading of the whole tree ------------------------------------------------------

NAMES = st.sampled_from(["Document", "x:Document", "Documents", "a", "x:a"])
REFERENCES = st.sampled_from(["&#13;\n", "&#xA;", " ", "\n", "\t"])
BASE64 = st.binary(max_size=30).map(base64.b64encode).map(bytes.decode)
LINES = st.tuples(BASE64, REFERENCES, st.integers(1, 9)).map(
    lambda item: "".join(item[0][at : at + item[2]] + item[1] for at in range(0, len(item[0]), item[2]))
)
ASIDE = st.sampled_from(
    ["<!-- <Document>AAAAAAAAAAAAAAAA -->", "<?p <Document>AAAAAAAAAAAAAAAA?>", "<![CDATA[<Document>AAAA]]>"]
)
ATTRIBUTES = st.sampled_from(["", " id='1'", ' id=">"', " id='/'", "\n", " a=\"'\" b='\"'"])


def element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(NAMES, ATTRIBUTES, content).map(
        lambda item: f"<{item[0]}{item[1]}>{item[2]}</{item[0]}>" if item[2] else f"<{item[0]}{item[1]}/>"
    )


TREES = st.recursive(
    element(BASE64 | LINES | st.sampled_from(["text", "a b!"])),
    lambda inner: element(st.lists(inner | ASIDE, max_size=4).map("".join)),
    max_leaves=12,
)


@given(TREES, st.lists(st.integers(0, 400), max_size=6))
@example("<Document><Document>AAAAAAAAAAAA</Document></Document>", [11])
def test_a_cut_envelope_says_what_the_whole_one_says(tree: str, cuts: list[int]) -> None:
    xml = f"<r xmlns:x='urn:x'>{tree}</r>".encode()
    package = cut(xml, *sorted(min(at, len(xml)) for at in cuts))
    whole = Package(root=xml, parts={}, mtom=False, raw=())
    for found, expected in zip(parse(package.root).iter(), parse(xml).iter(), strict=True):
        assert (found.tag, dict(found.attrib), found.tail) == (
            expected.tag,
            dict(expected.attrib),
            expected.tail,
        )
        assert said(package, found) == said(whole, expected)


def said(package: Package, element: Element) -> bytes | str | None:
    try:
        return read_all(package.content_of(element))
    except ProtocolViolation as refused:
        return refused.rule


@given(
    st.lists(
        st.sampled_from([b"<", b">", b"/", b"Document", b"x:", b"!--", b"-->", b"<![CDATA[", b"]]>", b"?"])
        | st.sampled_from([b"'", b'"', b"&#13;", b"&", b"=", TEXT, b"\xff\xfe"])
        | st.binary(max_size=4),
        max_size=30,
    ).map(b"".join),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_any_bytes_end_the_same_however_they_are_split(data: bytes, cuts: list[int]) -> None:
    assert ended(data, *sorted(min(at, len(data)) for at in cuts)) == ended(data)


def ended(data: bytes, *cuts: int) -> tuple[object, ...]:
    try:
        package = cut(data, *cuts)
    except ProtocolViolation as refused:
        return (refused.rule,)
    root = package.root
    for placeholder in package.inline:
        root = root.replace(placeholder.encode(), b"|")
    return (root, *(read_all(content) for content in package.inline.values()))


# --- what is written --------------------------------------------------------------------------


def test_large_contents_are_encoded_while_they_are_sent_and_small_ones_at_once() -> None:
    contents = InlineContents()
    large = [bytes(LARGE), b"x" * (LARGE + 1)]
    small = contents.attach(BytesContent(b"small"))
    pieces = [b"<r>", *(b"<d>" + contents.attach(BytesContent(data)) + b"</d>" for data in large), b"</r>"]
    segments = contents.segments([small, *pieces])
    assert small == base64.b64encode(b"small")
    assert [type(segment).__name__ for segment in segments if not isinstance(segment, bytes)] == [
        "Base64Content",
        "Base64Content",
    ]
    expected = [b"<d>" + base64.b64encode(data) + b"</d>" for data in large]
    assert read_all(SegmentsContent(tuple(segments))) == b"".join((small, b"<r>", *expected, b"</r>"))
