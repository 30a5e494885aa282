from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from wire import QUERY, message

from xdsi_sim.ebrim.xml import Element, parse, serialise
from xdsi_sim.errors import ProtocolViolation, Severity
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.schema import MOST_FINDINGS, refuse, schema_findings
from xdsi_sim.vocab import NS

NAMESPACES = f'xmlns="{NS.QUERY}" xmlns:r="{NS.RIM}" xmlns:xds="{NS.XDS}" xmlns:lcm="{NS.LCM}"'
INCLUDE = f'<xop:Include xmlns:xop="{NS.XOP}" href="cid:1"/>'
WIDE = "<r:Slot/>" * 20_000


def query(inside: str, option: str = "<ResponseOption/>") -> Element:
    """A query in a Body, on a line of its own."""
    return parse(
        f'<s:Envelope xmlns:s="{NS.SOAP}"><s:Body>\n<AdhocQueryRequest {NAMESPACES}>{option}'
        f'<r:AdhocQuery id="urn:uuid:1">{inside}</r:AdhocQuery></AdhocQueryRequest>'
        "</s:Body></s:Envelope>".encode()
    )[0][0]


def provision(document: str) -> Element:
    return parse(
        f"<xds:ProvideAndRegisterDocumentSetRequest {NAMESPACES}><lcm:SubmitObjectsRequest>"
        f"<r:RegistryObjectList/></lcm:SubmitObjectsRequest>{document}"
        "</xds:ProvideAndRegisterDocumentSetRequest>".encode()
    )


def texts(body: Element) -> list[str]:
    return [finding.text for finding in schema_findings(body)]


def test_what_we_write_keeps_to_the_schemas() -> None:
    assert texts(read_envelope(message("http://x")[1]).body) == []
    assert texts(parse(CODECS["ITI-18"].write_request(QUERY, lambda _content: b"")[0])) == []


@pytest.mark.parametrize(
    ("body", "place", "text"),
    [
        (
            query("<r:Slot name='a'><r:ValueList/></r:Slot>\n<r:Slot><r:ValueList/></r:Slot>"),
            "line 3, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot[2]",
            "attribute name is missing",
        ),
        (
            query("<r:Slot name='a' k='1'><r:ValueList/></r:Slot>"),
            "line 2, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot",
            "attribute k does not belong here",
        ),
        (
            query("<r:Name/><r:Name/>"),
            "line 2, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Name[2]",
            "stands where",
        ),
        (
            query("<r:Slot name='a'/>"),
            "line 2, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot",
            "ends where rim:ValueList is expected",
        ),
        (
            query("", "<ResponseOption returnType='Leaf'/>"),
            "line 2, /query:AdhocQueryRequest/query:ResponseOption",
            "attribute returnType 'Leaf' is none of 'ObjectRef', ",
        ),
        (
            query("", "<ResponseOption returnComposedObjects='yes'/>"),
            "line 2, /query:AdhocQueryRequest/query:ResponseOption",
            "attribute returnComposedObjects 'yes' is no xs:boolean",
        ),
        (
            query(f"<r:Slot name='a'><r:ValueList><r:Value>{'x' * 257}</r:Value></r:ValueList></r:Slot>"),
            "line 2, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot/rim:ValueList/rim:Value",
            "holds 257 characters, 256 is the most",
        ),
        (
            query("text<r:Name/>"),
            "line 2, /query:AdhocQueryRequest/rim:AdhocQuery",
            "holds text beside its elements",
        ),
        (
            query("<r:Slot name='a'><r:ValueList><r:Value><r:Value/></r:Value></r:ValueList></r:Slot>"),
            "line 2, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot/rim:ValueList/rim:Value",
            "holds an element where text is expected",
        ),
        (parse(b"<x xmlns='urn:y'/>"), "line 1, /{urn:y}x", "is no element of these schemas"),
    ],
)
def test_what_breaks_a_schema_is_told_with_line_and_path(body: Element, place: str, text: str) -> None:
    (finding,) = schema_findings(body)
    assert (finding.rule, finding.severity, finding.location) == ("C01", Severity.ERROR, place)
    assert finding.text.startswith(text)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (f'<xds:Document id="d">{INCLUDE}</xds:Document>', []),
        ('<xds:Document id="d">YWJj</xds:Document>', []),
        (f"<xds:Document>{INCLUDE}</xds:Document>", ["attribute id is missing"]),
        ('<xds:Document id="d">YQ</xds:Document>', ["'YQ' is no xs:base64Binary"]),
        (
            f'<xds:Document id="d">{INCLUDE}{INCLUDE}</xds:Document>',
            ["holds an element where text is expected"],
        ),
        (f"<r:Name>{INCLUDE}</r:Name>", ["stands where xds:Document is expected"]),
    ],
)
def test_an_include_is_to_the_schema_what_it_stands_for(document: str, found: list[str]) -> None:
    body = provision(document)
    before = serialise(body)
    assert texts(body) == found
    assert serialise(body) == before


def test_of_many_findings_the_first_are_told_and_the_rest_counted() -> None:
    found = texts(query("<r:Slot><r:ValueList/></r:Slot>" * (MOST_FINDINGS + 7)))
    assert found[:-1] == ["attribute name is missing"] * MOST_FINDINGS
    assert found[-1] == "the schemas find 7 more places"


def test_a_refusal_names_the_first_and_counts_the_rest() -> None:
    refuse(())
    with pytest.raises(ProtocolViolation) as refused:
        refuse(schema_findings(query("<r:Slot><r:ValueList/></r:Slot>" * 5)))
    assert (refused.value.code, refused.value.rule) == ("Sender", "C01")
    assert refused.value.reason.startswith(
        "the body breaks the schema: line 2, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot[1]: attribute"
    )
    assert refused.value.reason.endswith("; and 2 more")


def test_a_body_whose_errors_would_cost_too_much_is_not_judged() -> None:
    (finding,) = schema_findings(query(WIDE))
    assert finding.severity is Severity.INFO
    refuse((finding,))


def test_many_sound_objects_are_judged() -> None:
    assert texts(query("<r:Slot name='a'><r:ValueList/></r:Slot>" * 3000)) == []


def test_a_message_names_no_schema_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.xsd"
        hint = f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x {url}"'
        assert texts(query(f'<r:Name {hint}><x xmlns="urn:x"/></r:Name>')) != []
        with pytest.raises(BlockingIOError):
            server.accept()


def test_what_is_looked_at_at_once_is_told_of_each_alone() -> None:
    def wrong(number: int) -> Element:
        text = (
            f'<q:AdhocQueryRequest xmlns:q="{NS.QUERY}" xmlns:rim="{NS.RIM}">'
            f'<q:ResponseOption wrong{number}="1"/><rim:AdhocQuery id="urn:x"/></q:AdhocQueryRequest>'
        )
        return parse(text.encode())

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: schema_findings(wrong(number)), range(1_500)))
    assert [len(findings) for findings in found] == [1] * 1_500
    for number, (finding,) in enumerate(found):
        assert finding.text == f"attribute wrong{number} does not belong here"
