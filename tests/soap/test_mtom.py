from __future__ import annotations

import base64
import gzip
import quopri
import secrets
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from a_peak import peak_of
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.content import BytesContent, FileContent, SegmentsContent, read_all
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import LimitExceeded, ProtocolViolation, Severity, UnsupportedMediaType
from xdsi_sim.limits import Limits
from xdsi_sim.soap.inline import LARGE
from xdsi_sim.soap.mtom import Attachments, Package, PackageReader
from xdsi_sim.soap.spool import IN_MEMORY

TYPE = 'multipart/related; type="application/xop+xml"; start-info="application/soap+xml"; boundary=b'


ROOT = ('Content-Type: application/xop+xml; type="application/soap+xml"',)
"""Headers of a root part as it should be."""


def receive(
    content_type: str,
    body: bytes,
    folder: Path,
    step: int = 1000,
    limits: Limits = Limits(),
    coding: str | None = None,
) -> Package:
    reader = PackageReader(content_type, folder, limits, coding=coding)
    for start in range(0, len(body), step):
        reader.feed(body[start : start + step])
    return reader.finish()


def part(content: bytes, *headers: str) -> bytes:
    return b"--b\r\n" + "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n" + content + b"\r\n"


def include(href: str) -> str:
    return f'<d><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="{href}"/></d>'


@pytest.mark.parametrize("mtom_", [True, False])
def test_what_is_attached_comes_out_at_the_other_end(tmp_path: Path, mtom_: bool) -> None:
    contents = [b"\r\n--b--", bytes(IN_MEMORY * 3), b""]
    attachments = Attachments(mtom=mtom_)
    xml = (
        b"<r>"
        + b"".join(b"<d>" + attachments.attach(BytesContent(data)) + b"</d>" for data in contents)
        + b"</r>"
    )
    body = read_all(SegmentsContent(tuple(attachments.body([xml]))))
    package = receive(attachments.content_type, body, tmp_path)
    assert package.mtom is mtom_
    assert [read_all(package.content_of(element)) for element in parse(package.root)] == contents
    assert read_all(SegmentsContent(package.raw)) == body
    assert package.findings == ()
    package.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_large_part_is_a_file_and_a_small_one_is_not(tmp_path: Path) -> None:
    body = (
        part(b"<x/>")
        + part(bytes(IN_MEMORY + 1), "Content-ID: <big>")
        + part(b"s", "Content-ID: <small>")
        + b"--b--"
    )
    package = receive(TYPE, body, tmp_path)
    assert isinstance(package.parts["big"], FileContent)
    assert isinstance(package.parts["small"], BytesContent)


@pytest.mark.parametrize(
    ("start", "cid"),
    [("", "any"), ('; start="<r@x>"', "r@x"), ("; start=r@x", "r@x"), ('; start="r@x"', "r@x")],
)
def test_the_root_is_named_by_start_or_comes_first(tmp_path: Path, start: str, cid: str) -> None:
    root, other = part(b"<root/>", f"content-id: <{cid}>"), part(b"other", "Content-ID: <o>")
    body = (root + other if not start else other + root) + b"--b--"
    assert receive(TYPE + start, body, tmp_path).root == b"<root/>"


@pytest.mark.parametrize(
    ("cid", "href"),
    [
        ("a@b/c", "cid:a%40b%2Fc"),
        ("a@b/c", "cid:a@b/c"),
        ("a%40b", "cid:a%40b"),  # some stacks write both of them encoded
        ("a+b", "CID:a+b"),
    ],
)
def test_a_content_id_is_found_percent_encoded_or_not(tmp_path: Path, cid: str, href: str) -> None:
    body = part(include(href).encode()) + part(b"x", f"Content-Id: <{cid}>") + b"--b--"
    package = receive(TYPE, body, tmp_path)
    assert read_all(package.content_of(parse(package.root))) == b"x"


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        (include("cid:nowhere"), "B08"),
        (include("http://example.org/x"), "B08"),
        (include("cid:o").replace("/></d>", "/>text</d>"), "B09"),
        ("<d>not base64!</d>", "B12"),
        ("<d>abc</d>", "B12"),
        ("<d>YWJj<x>YWJj</x></d>", "B12"),
    ],
)
def test_a_content_that_cannot_be_had_is_refused_by_rule(tmp_path: Path, xml: str, rule: str) -> None:
    package = receive(TYPE, part(xml.encode()) + part(b"x", "Content-ID: <o>") + b"--b--", tmp_path)
    with pytest.raises(ProtocolViolation) as refused:
        package.content_of(parse(package.root))
    assert refused.value.rule == rule


def test_inline_base64_may_be_broken_into_lines(tmp_path: Path) -> None:
    data = bytes(range(256))
    xml = b"<d>" + base64.encodebytes(data) + b"</d>"
    package = receive("application/soap+xml", xml, tmp_path)
    assert read_all(package.content_of(parse(package.root))) == data


@pytest.mark.parametrize(
    ("content_type", "body", "rule"),
    [
        (TYPE, part(b"<x/>"), "B03"),
        (TYPE + '; start="<gone>"', part(b"<x/>") + b"--b--", "B06"),
        (
            TYPE,
            part(b"<x/>") + part(b"1", "Content-ID: <a>") + part(b"2", "Content-ID: <a>") + b"--b--",
            "B10",
        ),
        (
            TYPE,
            part(b"<x/>", "Content-ID: <a>") + part(b"1", "Content-ID: <a>") + b"--b--",
            "B10",
        ),
        ("multipart/related", b"x", "B03"),
        ("text/plain", b"x", "A02"),
        ("", b"x", "A02"),
    ],
)
def test_a_package_that_is_none_is_refused_and_leaves_no_file(
    tmp_path: Path, content_type: str, body: bytes, rule: str
) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        receive(content_type, body, tmp_path)
    assert refused.value.rule == rule
    assert list(tmp_path.iterdir()) == []


def test_another_media_type_is_its_own_kind_of_refusal(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMediaType):
        receive("application/json", b"{}", tmp_path)


@pytest.mark.parametrize("step", [1000, 200_000])
def test_the_root_part_has_a_limit(tmp_path: Path, step: int) -> None:
    for size in (100, 100_000):
        limits = Limits(soap_root=size)
        assert receive("application/soap+xml", b"x" * size, tmp_path, step, limits).limits is limits
        with pytest.raises(LimitExceeded, match=f"limits.soap_root={size}"):
            receive("application/soap+xml", b"x" * (size + 1), tmp_path, step, limits)


@pytest.mark.parametrize("kind", [TYPE, "application/soap+xml"])
def test_inline_base64_does_not_count_as_envelope_and_has_the_limit_of_a_document(
    tmp_path: Path, kind: str
) -> None:
    data = bytes(range(256)) * 1024
    xml = b"<r><Document>" + base64.encodebytes(data) + b"</Document></r>"
    body = part(xml) + b"--b--" if kind == TYPE else xml
    package = receive(kind, body, tmp_path, limits=Limits(soap_root=1000 + LARGE))
    assert read_all(package.content_of(parse(package.root)[0])) == data
    assert read_all(SegmentsContent(package.raw)) == body
    package.discard()
    with pytest.raises(LimitExceeded, match=r"limits\.document=1000"):
        receive(kind, body, tmp_path, limits=Limits(document=1000))
    assert list(tmp_path.iterdir()) == []


def test_parts_that_nothing_names_are_findings_that_say_which(tmp_path: Path) -> None:
    body = (
        part(f"<r>{include('cid:a')}</r>".encode(), *ROOT)
        + part(b"1", "Content-ID: <a>")
        + part(b"2", "Content-ID: <b>")
        + part(b"3")
        + b"--b--"
    )
    package = receive(TYPE, body, tmp_path)
    assert len(list(package.unreferenced())) == 3
    package.content_of(parse(package.root)[0])
    found = list(package.unreferenced())
    assert [finding.rule for finding in found] == ["B11", "B11"]
    assert "Content-ID 'b'" in found[0].text
    assert "1 of the parts" in found[1].text


def test_a_large_document_in_the_envelope_of_a_package_is_noted(tmp_path: Path) -> None:
    xml = b"<r><Document>" + b"QUFB" * LARGE + b"</Document></r>"
    package = receive(TYPE, part(xml, *ROOT) + b"--b--", tmp_path)
    assert [(finding.rule, finding.severity) for finding in package.findings] == [("B14", Severity.INFO)]
    package.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", [1, 1000])
def test_a_gzip_body_is_inflated_and_recorded_as_it_came(tmp_path: Path, step: int) -> None:
    data = secrets.token_bytes(IN_MEMORY * 2)
    body = part(include("cid:o").encode(), *ROOT) + part(data, "Content-ID: <o>") + b"--b--"
    wire = gzip.compress(body[:1000]) + gzip.compress(body[1000:])
    package = receive(TYPE, wire, tmp_path, step, coding="gzip")
    assert read_all(package.content_of(parse(package.root))) == data
    assert read_all(SegmentsContent(package.raw)) == wire
    package.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wire", "coding", "http"),
    [
        (gzip.compress(b"<x/>", mtime=0)[:-1], "gzip", 400),
        (b"<x/>", "gzip", 400),
        (zlib.compress(b"<x/>"), "deflate", 415),
        (b"<x/>", "br", 415),
        (gzip.compress(bytes(20_000_000), mtime=0), "gzip", 413),
    ],
)
def test_a_coding_that_cannot_be_undone_is_refused(
    tmp_path: Path, wire: bytes, coding: str, http: int
) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        receive("application/soap+xml", wire, tmp_path, coding=coding)
    assert refused.value.http == http
    assert list(tmp_path.iterdir()) == []


def test_a_sender_that_leaves_takes_its_files_with_it(tmp_path: Path) -> None:
    reader = PackageReader(TYPE, tmp_path)
    reader.feed(part(b"<x/>") + part(bytes(IN_MEMORY * 2), "Content-ID: <big>"))
    assert len(list(tmp_path.iterdir())) == 1
    reader.abandon()
    assert list(tmp_path.iterdir()) == []


def test_parameters_that_stray_are_findings(tmp_path: Path) -> None:
    package = receive('multipart/related; type="text/xml"; boundary=b', part(b"<x/>") + b"--b--", tmp_path)
    assert [(finding.rule, finding.text) for finding in package.findings] == [
        ("B04", "Content-Type parameter type is 'text/xml', 'application/xop+xml' is expected"),
        ("B05", "Content-Type parameter start-info is None, 'application/soap+xml' is expected"),
        ("B07", "Content-Type of the root part is None, 'application/xop+xml' is expected"),
        ("B07", "parameter type of the root part is None, 'application/soap+xml' is expected"),
    ]


def test_xml_in_another_media_type_is_taken_with_a_finding(tmp_path: Path) -> None:
    package = receive("text/xml; charset=utf-8", b"<x/>", tmp_path)
    assert (package.root, [finding.rule for finding in package.findings]) == (b"<x/>", ["A02"])


def test_parts_without_a_content_id_are_passed_over(tmp_path: Path) -> None:
    body = part(b"<x/>") + part(b"1") + part(bytes(IN_MEMORY + 1)) + part(b"o", "Content-ID: <o>") + b"--b--"
    package = receive(TYPE, body, tmp_path)
    assert package.parts.keys() == {"o"}
    assert read_all(SegmentsContent(package.raw)) == body
    package.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encoded_parts_are_decoded_and_recorded_as_they_came(tmp_path: Path, encoding: str) -> None:
    encode = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}[encoding]
    header = f"Content-Transfer-Encoding: {encoding}"
    root, large = include("cid:o").encode(), bytes(range(256)) * 2000
    body = part(encode(root), header) + part(encode(large), header, "Content-ID: <o>") + b"--b--"
    package = receive(TYPE, body, tmp_path)
    assert read_all(package.content_of(parse(package.root))) == large
    assert read_all(SegmentsContent(package.raw)) == body
    package.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["binary", "base64"])
def test_memory_does_not_grow_with_a_part(tmp_path: Path, encoding: str) -> None:
    piece = base64.b64encode(bytes(48 * 1024))

    def read() -> Package:
        reader = PackageReader(TYPE, tmp_path)
        reader.feed(part(b"<x/>") + b"--b\r\nContent-ID: <o>\r\n")
        reader.feed(f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode())
        for _ in range(400):
            reader.feed(piece)
        reader.feed(b"\r\n--b--")
        return reader.finish()

    package, peak = peak_of(read, 2_000_000)
    assert package.parts["o"].size == 400 * (len(piece) if encoding == "binary" else 48 * 1024)
    assert peak < 2_000_000


def test_what_is_refused_late_leaves_no_file_and_takes_no_more(tmp_path: Path) -> None:
    large = part(bytes(IN_MEMORY * 2), "Content-ID: <a>")
    reader = PackageReader(TYPE, tmp_path)
    for piece in (part(b"<x/>"), large, large, large):
        reader.feed(piece)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProtocolViolation) as refused:
        reader.finish()
    assert refused.value.rule == "B10"


def test_two_parts_cannot_both_be_the_start(tmp_path: Path) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        receive(TYPE + '; start="<r>"', part(b"<x/>", "Content-ID: <r>") * 2 + b"--b--", tmp_path)
    assert refused.value.rule == "B10"


@pytest.mark.parametrize("mtom_", [True, False])
@given(contents=st.lists(st.binary(max_size=60), max_size=4), step=st.integers(1, 400))
def test_any_attachments_come_out_as_they_went_in(mtom_: bool, contents: list[bytes], step: int) -> None:
    attachments = Attachments(mtom=mtom_)
    inside = b"".join(b"<d>" + attachments.attach(BytesContent(data)) + b"</d>" for data in contents)
    body = read_all(SegmentsContent(tuple(attachments.body([b"<r>", inside, b"</r>"]))))
    package = receive(attachments.content_type, body, Path("unused"), step)
    assert [read_all(package.content_of(element)) for element in parse(package.root)] == contents
    assert read_all(SegmentsContent(package.raw)) == body


PIECES = (
    *(b"--b", b"--b--", b"\r\n", b"\n", b"\r\n--b\r\n", b"\r\n--b--", b"--b \t\r\n", b"\r\n\r\n"),
    *(
        b"Content-ID: <a>\r\n",
        b"Content-Id: b\r\n",
        b"X:\r\n Y\r\n",
        b"<Document>",
        b"</Document>",
        b"QUJD" * 8,
    ),
    *(f"Content-Transfer-Encoding: {name}\r\n".encode() for name in ("base64", "quoted-printable", "x")),
)


@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=5), max_size=30).map(b"".join),
    st.lists(st.integers(0, 300), max_size=8),
    st.sampled_from([TYPE, TYPE + "; start=a", "application/soap+xml"]),
)
def test_any_bytes_are_a_package_or_refused_and_the_same_in_any_pieces(
    body: bytes, cuts: list[int], content_type: str
) -> None:
    for data in (body, b"--b\r\n" + body + b"\r\n--b--"):
        assert outcome(content_type, data, *cuts) == outcome(content_type, data)


def outcome(content_type: str, body: bytes, *cuts: int) -> object:
    reader = PackageReader(content_type, Path("unused"))
    for start, end in pairwise((0, *sorted(cuts), max(0, len(body), *cuts))):
        reader.feed(body[start:end])
    try:
        package = reader.finish()
    except ProtocolViolation as refused:
        return refused.rule
    assert read_all(SegmentsContent(package.raw)) == body
    return package.root, {cid: read_all(content) for cid, content in package.parts.items()}


LARGE_PART = part(b"<r/>", *ROOT) + part(bytes(IN_MEMORY + 1), "Content-ID: <d>") + b"--b--"
LARGE_INLINE = b"<r><Document>" + base64.b64encode(bytes(2 * LARGE)) + b"</Document></r>"


ROOT_LAST = part(bytes(IN_MEMORY + 1), "Content-ID: <d>") + part(b"<r/>", *ROOT, "Content-ID: <r>") + b"--b--"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/soap+xml", LARGE_INLINE), (f'{TYPE}; start="<r>"', ROOT_LAST)],
    ids=["inline", "before the root"],
)
def test_what_cannot_be_spooled_is_raised_at_the_end_and_the_rest_let_through(
    tmp_path: Path, content_type: str, body: bytes
) -> None:
    with pytest.raises(FileNotFoundError):
        receive(content_type, body, tmp_path / "gone")


@pytest.mark.parametrize(("body", "coding"), [(LARGE_PART, None), (gzip.compress(LARGE_PART), "gzip")])
def test_a_document_that_cannot_be_spooled_leaves_the_envelope_to_be_answered(
    tmp_path: Path, body: bytes, coding: str | None
) -> None:
    reader = PackageReader(TYPE, tmp_path / "gone", Limits(inflated_ratio=10**6), coding=coding)
    for start in range(0, len(body), 1000):
        reader.feed(body[start : start + 1000])
    with pytest.raises(FileNotFoundError):
        reader.finish()
    package = reader.finish(answerable=True)
    assert (package.root, package.parts, package.mtom) == (b"<r/>", {}, True)
    assert str(package.trouble) == "No such file or directory"
