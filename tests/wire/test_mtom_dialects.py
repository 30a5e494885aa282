"""How stacks pack ITI-41, a row each: over raw sockets to a repository that gives the same bytes back."""

from __future__ import annotations

import base64
import gzip
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from a_domain import domain, provision, response_of
from wire import Answer, message, post, send

from xdsi_sim.content import read_all
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.soap.mtom import PackageReader
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import SUCCESS

DOCUMENT = secrets.token_bytes(300_000) + b"\r\n--b\r\n\r\n--b--\r\n"
INCLUDE = re.compile(rb"<xop:Include[^>]*/>")
GOOD_TYPE = (
    'type="application/xop+xml"; start-info="application/soap+xml"; start="<root@x>"; boundary="MIME_b"'
)
GOOD_ROOT = 'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"'
BINARY = "Content-Transfer-Encoding: binary"


@dataclass(frozen=True)
class Dialect:
    """What a stack writes that others do not."""

    name: str
    parameters: str = GOOD_TYPE
    boundary: str = "MIME_b"
    root: tuple[str, ...] = (GOOD_ROOT, BINARY, "Content-ID: <root@x>")
    part: tuple[str, ...] = ("Content-Type: application/octet-stream", BINARY, "Content-ID: <doc@x>")
    href: str = "cid:doc@x"
    encoding: str = "binary"
    preamble: bytes = b""
    epilogue: bytes = b"\r\n"
    root_last: bool = False
    findings: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    kind: str = "multipart/related"


def boundary(text: str, *, quoted: bool = True) -> Dialect:
    value = f'"{text}"' if quoted else text
    return Dialect(f"boundary {value}", GOOD_TYPE.replace('"MIME_b"', value), boundary=text, preamble=b"\r\n")


def encoded(encoding: str) -> Dialect:
    header = f"Content-Transfer-Encoding: {encoding}"
    return Dialect(encoding, part=(header, "Content-ID: <doc@x>"), encoding=encoding.lower())


ROOT_HEADERS = (GOOD_ROOT, BINARY)
NO_START = GOOD_TYPE.replace('start="<root@x>"; ', "")
DIALECTS = (
    Dialect("as it should be"),
    boundary("uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    boundary("----=_Part_1_2.3"),
    boundary("a=b/c+d:e'f(g)"),
    boundary("with blank"),
    boundary("MIMEBoundary_plain", quoted=False),
    boundary("----=_Part=5", quoted=False),
    Dialect("preamble", preamble=b"This is a multi-part message.\r\nSkip it.\r\n"),
    Dialect("epilogue", epilogue=b"\r\nbye\r\n--MIME_b\r\n\r\nno part\r\n"),
    Dialect("no last line end", epilogue=b""),
    Dialect("start without brackets", GOOD_TYPE.replace("<root@x>", "root@x")),
    Dialect("no start", NO_START, root=ROOT_HEADERS),
    Dialect("root last, by start", root_last=True),
    Dialect("root without brackets", root=(*ROOT_HEADERS, "Content-ID: root@x")),
    Dialect("Content-Id", part=("Content-Id: <doc@x>",)),
    Dialect("content-id", part=("content-id:<doc@x>",)),
    Dialect("folded header", part=("Content-Type:\r\n application/dicom", "Content-ID:\r\n\t<doc@x>")),
    Dialect("no transfer encoding", part=("Content-ID: <doc@x>",)),
    encoded("7bit"),
    encoded("8bit"),
    encoded("BINARY"),
    encoded("base64"),
    encoded("Quoted-Printable"),
    Dialect("cid encoded", href="cid:doc%40x"),
    Dialect("cid encoded in both", href="cid:doc%40x", part=("Content-ID: <doc%40x>",)),
    Dialect("a cid that is a URL", href="cid:http%3A%2F%2Fx%2Fd", part=("Content-ID: <http://x/d>",)),
    Dialect("CID", href="CID:doc@x"),
    Dialect("type text/xml", GOOD_TYPE.replace("application/xop+xml", "text/xml"), findings=("B04",)),
    Dialect(
        "type application/soap+xml",
        GOOD_TYPE.replace("application/xop+xml", "application/soap+xml"),
        findings=("B04",),
    ),
    Dialect("start-info text/xml", GOOD_TYPE.replace("application/soap+xml", "text/xml"), findings=("B05",)),
    Dialect(
        "start-info with action",
        GOOD_TYPE.replace('"application/soap+xml"', r'"application/soap+xml; action=\"urn:x\""'),
    ),
    Dialect("boundary alone", "boundary=MIME_b", findings=("B04", "B05")),
    Dialect(
        "root of another type",
        root=("Content-Type: application/soap+xml", "Content-ID: <root@x>"),
        findings=("B07", "B07"),
    ),
    Dialect(
        "root of type text/xml",
        root=('Content-Type: application/xop+xml; type="text/xml"', "Content-ID: <root@x>"),
        findings=("B07",),
    ),
    Dialect("root without a type", root=("Content-ID: <root@x>",), findings=("B07", "B07")),
    Dialect("upper case", kind="Multipart/Related"),
    Dialect("gzip", headers=("Content-Encoding: gzip",)),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("domain")) as started:
        yield started


def envelope(url: str, number: int) -> bytes:
    """The root part of an ITI-41."""
    _, body = message(url, "ITI-41", provision(number, DOCUMENT))
    body = body.replace(b"urn:uuid:asked", new_uuid().encode())
    return body[body.index(b"<soap:Envelope") : body.index(b"</soap:Envelope>") + 16]


def quoted_printable(data: bytes) -> bytes:
    """Of binary: the standard library takes line ends for those of a text."""
    octets = [b"=%02X" % octet for octet in data]
    return b"=\r\n".join(b"".join(octets[at : at + 25]) for at in range(0, len(octets), 25))


def packed(dialect: Dialect, root: bytes, *more: tuple[tuple[str, ...], bytes]) -> tuple[str, bytes]:
    """Content-Type and body."""
    include = b'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="%s"/>'
    root = INCLUDE.sub(include % dialect.href.encode(), root)
    encode = {"base64": base64.encodebytes, "quoted-printable": quoted_printable}.get(dialect.encoding, bytes)
    parts = [(dialect.root, root), (dialect.part, encode(DOCUMENT)), *more]
    if dialect.root_last:
        parts.reverse()
    delimiter = f"\r\n--{dialect.boundary}".encode()
    written = b"".join(
        delimiter + b"\r\n" + "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n" + content
        for headers, content in parts
    )
    body = dialect.preamble + written.removeprefix(b"" if dialect.preamble else b"\r\n")
    body += delimiter + b"--" + dialect.epilogue
    if dialect.headers:
        body = gzip.compress(body, 1)
    return f"{dialect.kind}; {dialect.parameters}", body


def provide(
    running: RunningTopology, number: int, content_type: str, body: bytes, *headers: str
) -> list[str]:
    """Send ITI-41, see the document come back by ITI-43; gives the rules of the findings."""
    url = running.url_of("repository")
    answer = send(url, post(url, content_type, body, *headers))
    assert (answer.status, response_of(answer).status) == (200, SUCCESS), answer.body
    exchange = next(item for item in reversed(running.exchanges()) if item.transaction == "ITI-41")
    assert read_all(exchange.request.body) == body  # as it was on the wire
    assert retrieved(running, number) == DOCUMENT
    assert list(running._spool.iterdir()) == []
    return [finding.rule for finding in exchange.findings]


def retrieved(running: RunningTopology, number: int) -> bytes:
    url = running.url_of("repository")
    uniqueId = provision(number).submission.objects.documentEntries[0].uniqueId or ""
    asked = RetrieveDocumentSetRequest(
        requests=(DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=uniqueId),)
    )
    return document_of(running, send(url, post(url, *message(url, "ITI-43", asked))))


def document_of(running: RunningTopology, answer: Answer) -> bytes:
    reader = PackageReader(answer.headers["content-type"], running._spool)
    reader.feed(answer.body)
    package = reader.finish()
    (content,) = package.parts.values()
    data = read_all(content)
    package.discard()
    return data


@pytest.mark.parametrize(
    ("number", "dialect"), [*enumerate(DIALECTS)], ids=[dialect.name for dialect in DIALECTS]
)
def test_the_document_comes_back_however_it_was_packed(
    running: RunningTopology, number: int, dialect: Dialect
) -> None:
    root = envelope(running.url_of("repository"), number)
    found = provide(running, number, *packed(dialect, root), *dialect.headers)
    assert found == list(dialect.findings)


def inline(root: bytes, line_end: bytes) -> bytes:
    text = base64.b64encode(DOCUMENT)
    if line_end:
        text = b"".join(text[at : at + 76] + line_end for at in range(0, len(text), 76))
    return INCLUDE.sub(lambda _include: text, root)


@pytest.mark.parametrize("line_end", [b"", b"\n", b"\r\n", b"&#13;\n", b"&#xD;\n"])
@pytest.mark.parametrize("mtom", [True, False])
def test_a_document_may_be_base64_in_the_envelope(
    running: RunningTopology, line_end: bytes, mtom: bool
) -> None:
    number = 100 + 2 * len(line_end) + 20 * line_end.startswith(b"&#x") + mtom
    root = inline(envelope(running.url_of("repository"), number), line_end)
    if not mtom:
        assert provide(running, number, "application/soap+xml", root) == ["B01"]
        return
    one_part = b"--b\r\n" + f"{GOOD_ROOT}\r\n\r\n".encode() + root + b"\r\n--b--"
    content_type = f"multipart/related; {NO_START.replace('MIME_b', 'b')}"
    assert provide(running, number, content_type, one_part) == ["B14"]


def test_base64_larger_than_any_text_of_the_parser_and_any_envelope(running: RunningTopology) -> None:
    url = running.url_of("repository")
    large = secrets.token_bytes(3 << 20) * 9
    root = INCLUDE.sub(lambda _include: base64.encodebytes(large), envelope(url, 200))
    assert len(root) > 36_000_000
    answer = send(url, post(url, "application/soap+xml", root))
    assert response_of(answer).status == SUCCESS
    assert retrieved(running, 200) == large


def test_a_part_that_nothing_names_is_a_finding(running: RunningTopology) -> None:
    root = envelope(running.url_of("repository"), 201)
    found = provide(running, 201, *packed(DIALECTS[0], root, (("Content-ID: <other>",), b"more")))
    assert found == ["B11"]


@pytest.mark.parametrize(
    ("dialect", "rule"),
    [
        (Dialect("no such part", href="cid:other@x"), "B08"),
        (Dialect("no cid", href="http://x/doc"), "B08"),
        (Dialect("no such start", GOOD_TYPE.replace("root@x", "other")), "B06"),
        (Dialect("two of a name", part=("Content-ID: <root@x>",)), "B10"),
        (Dialect("unknown encoding", part=("Content-Transfer-Encoding: x", "Content-ID: <doc@x>")), "B13"),
        (replace(encoded("base64"), encoding="binary"), "B13"),
        (Dialect("another boundary", GOOD_TYPE.replace("MIME_b", "MIME_c")), "B03"),
        (Dialect("no boundary", GOOD_TYPE.partition("; boundary")[0]), "B03"),
    ],
    ids=lambda value: value.name if isinstance(value, Dialect) else value,
)
def test_what_cannot_be_unpacked_is_a_fault_that_says_what_was_found(
    running: RunningTopology, dialect: Dialect, rule: str
) -> None:
    url = running.url_of("repository")
    answer = send(url, post(url, *packed(dialect, envelope(url, 300))))
    assert (answer.status, f"[{rule}]" in answer.body.decode()) == (400, True), answer.body
    assert list(running._spool.iterdir()) == []


@pytest.mark.parametrize("at", [0, 100_000, 399_000])
def test_content_that_is_not_base64_is_a_fault_that_names_the_character(
    running: RunningTopology, at: int
) -> None:
    url = running.url_of("repository")
    text = base64.b64encode(DOCUMENT)
    root = INCLUDE.sub(lambda _include: text[:at] + b"*" + text[at:], envelope(url, 301))
    answer = send(url, post(url, "application/soap+xml", root))
    assert answer.status == 400
    assert "'*' is no character of base64 [B12]" in answer.body.decode()
    assert list(running._spool.iterdir()) == []
