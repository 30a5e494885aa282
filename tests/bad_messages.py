"""Bad messages, one row each: what is sent, and the answer that it must get."""
# ruff: noqa: E501  a row of the table is one line

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from a_domain import provision
from wire import message

from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.vocab import NS, TRANSACTIONS

__all__ = ["FRAMING", "ROWS", "Bad", "Framing"]

SOAP = "application/soap+xml; charset=UTF-8"
Change = Callable[[bytes], bytes]


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A request that is refused, with HTTP status, fault (or RegistryError) and rule of its answer."""

    name: str
    body: bytes
    status: int = 400
    code: str = "Sender"
    """Of the fault; an errorCode of the profile where the status is 200."""
    subcode: str | None = None
    rule: str
    content_type: str = SOAP
    actor: str = "registry"
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Framing:
    """Octets that are hardly HTTP: `{path}`, `{host}` and `{trace}` are put in."""

    name: str
    data: bytes
    status: int | None
    """None where there is no answer: the peer has left in the middle, or sends a line without an end."""
    outcome: str | None = None
    """Status of the record; None where the request has not reached an actor, so that there is none."""


def _good(transaction: str, value: object) -> tuple[str, bytes]:
    return message("http://127.0.0.1/c/x", transaction, value)


_INSTANCE = ImagingDocumentRequest(
    studyInstanceUID="1.2",
    seriesInstanceUID="1.2.3",
    document=DocumentRequest(repositoryUniqueId="2.999.1.21", documentUniqueId="1.2.3.4"),
)
_ASKED = RetrieveDocumentSetRequest(
    requests=(DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId="1.2.3"),)
)
QUERY = message("http://x")[1]
MTOM_TYPE, PROVIDE = _good("ITI-41", provision(1))
_OBJECTS = provision(1).submission.objects
_TWO = SubmitObjectsRequest(objects=replace(_OBJECTS, documentEntries=_OBJECTS.documentEntries * 2))
REGISTER = _good("ITI-42", provision(1).submission)[1]
RETRIEVE_TYPE, RETRIEVE = _good("ITI-43", _ASKED)
_DOCUMENT_REQUEST = re.compile(rb"<xds:DocumentRequest>.*</xds:DocumentRequest>")
IMAGING_TYPE, IMAGING = _good(
    "RAD-69", RetrieveImagingDocumentSetRequest(requests=(_INSTANCE,), transferSyntaxUIDs=("1.2",))
)
_BOUNDARY = b"--" + re.findall(rb'boundary="([^"]+)"', MTOM_TYPE.encode())[0]
_IMAGING_BOUNDARY = b"--" + re.findall(rb'boundary="([^"]+)"', IMAGING_TYPE.encode())[0]
_ACTION = TRANSACTIONS["ITI-18"].action.encode()


def _with(old: bytes | str, new: bytes | str, good: bytes = QUERY) -> bytes:
    """The good message with one thing changed; what is not there cannot be changed."""
    old, new = (part.encode() if isinstance(part, str) else part for part in (old, new))
    assert old in good, old
    return good.replace(old, new, 1)


def _header(block: str) -> bytes:
    """One more header."""
    return _with("<soap:Header>", f"<soap:Header>{block}")


def _action(name: str) -> bytes:
    return _with(_ACTION, TRANSACTIONS[name].action)


def _body(text: str) -> bytes:
    """Another content of the Body."""
    return re.sub(rb"(<soap:Body>).*(</soap:Body>)", lambda match: match[1] + text.encode() + match[2], QUERY)


_BARE = re.sub(rb"<soap:Header>.*</soap:Header>", b"", QUERY)
_LONG_HEADER = b"X: " + b"x" * 20_000

_XML = (
    Bad(name="no body", body=b"", rule="A03"),
    Bad(name="white space alone", body=b" \r\n\t", rule="A03"),
    Bad(name="no XML", body=b"hello", rule="A03"),
    Bad(name="JSON as SOAP", body=b'{"a": 1}', rule="A03"),
    Bad(name="XML cut short", body=QUERY[:-20], rule="A03"),
    Bad(name="XML twice", body=QUERY + QUERY, rule="A03"),
    Bad(name="a prefix of nothing", body=_body("<n:x/>"), rule="A03"),
    Bad(name="an attribute twice", body=_body("<x a='1' a='2'/>"), rule="A03"),
    Bad(name="a reference to nothing", body=_body("<x>&nothing;</x>"), rule="A03"),
    Bad(name="a DOCTYPE", body=b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + QUERY, rule="A03"),
    Bad(name="an external DTD", body=b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>" + QUERY, rule="A03"),
    Bad(
        name="entities that double",
        body=b"<!DOCTYPE x [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>" + _body("<x>&b;</x>"),
        rule="A03",
    ),
    Bad(name="a null in the text", body=_with("LeafClass", b"Leaf\x00"), rule="A03"),
    Bad(name="a reference to a control character", body=_with("LeafClass", "Leaf&#1;"), rule="A03"),
    Bad(name="invalid UTF-8", body=_with("LeafClass", b"Leaf\xff"), rule="A22"),
    Bad(name="overlong UTF-8", body=_with("LeafClass", b"Leaf\xc0\xaf"), rule="A22"),
    Bad(name="half a UTF-16 pair as UTF-8", body=_with("LeafClass", b"Leaf\xed\xa0\x80"), rule="A22"),
    Bad(
        name="an encoding declared that is not read",
        body=b'<?xml version="1.0" encoding="ISO-8859-1"?>' + QUERY,
        rule="A22",
    ),
    Bad(
        name="UTF-16 that declares Latin 1",
        body=('<?xml version="1.0" encoding="ISO-8859-1"?>' + QUERY.decode()).encode("utf-16"),
        content_type="application/soap+xml",
        rule="A22",
    ),
    Bad(name="UTF-16 cut in a character", body=QUERY.decode().encode("utf-16")[:-1], content_type="application/soap+xml", rule="A22"),
    Bad(name="UTF-16 without a mark", body=QUERY.decode().encode("utf-16-le"), content_type="application/soap+xml", rule="A03"),
    Bad(name="UTF-16 said to be UTF-8", body=QUERY.decode().encode("utf-16"), rule="A22"),
    Bad(name="UTF-8 said to be UTF-16", body=QUERY, content_type="application/soap+xml; charset=UTF-16", rule="A22"),
    Bad(name="UTF-8 said to be Latin 1", body=QUERY, content_type='application/soap+xml; charset="iso-8859-1"', rule="A22"),
    Bad(name="a tree too wide", body=b"<x>" + b"<y/>" * 200_001 + b"</x>", status=413, rule="A23"),
    Bad(name="a tree too deep", body=b"<x>" * 5000 + b"</x>" * 5000, status=413, rule="A23"),
    Bad(name="a text too long", body=_body(f"<x>{'x' * 10_500_000}</x>"), status=413, rule="A23"),
    Bad(name="an octet stream zipped", body=b"\x1f\x8b\x08\x00" + bytes(40), headers=("Content-Encoding: gzip",), rule="A02"),
)  # fmt: skip

_MEDIA = (
    Bad(name="another media type", body=b"{}", content_type="application/json", status=415, rule="A02"),
    Bad(name="no media type", body=QUERY, content_type="", status=415, rule="A02"),
    Bad(name="a media type that is none", body=QUERY, content_type=";;;=", status=415, rule="A02"),
    Bad(name="a form", body=b"a=1", content_type="application/x-www-form-urlencoded", status=415, rule="A02"),
    Bad(name="a multipart form", body=PROVIDE, content_type=MTOM_TYPE.replace("related", "form-data"), status=415, rule="A02"),
)  # fmt: skip

_SOAP = (
    Bad(name="no SOAP", body=b"<html/>", rule="A04"),
    Bad(name="the body alone", body=re.sub(rb".*<soap:Body>(.*)</soap:Body>.*", rb"\1", QUERY), rule="A04"),
    Bad(name="SOAP 1.1", body=QUERY.replace(NS.SOAP.encode(), NS.SOAP11.encode()), content_type="text/xml", status=500, code="VersionMismatch", rule="A04"),
    Bad(name="SOAP 1.1 as 1.2", body=QUERY.replace(NS.SOAP.encode(), NS.SOAP11.encode()), status=500, code="VersionMismatch", rule="A04"),
    Bad(name="an envelope of the future", body=QUERY.replace(NS.SOAP.encode(), b"urn:soap-2"), status=500, code="VersionMismatch", rule="A04"),
    Bad(name="an envelope without namespace", body=b"<Envelope><Body><x/></Body></Envelope>", status=500, code="VersionMismatch", rule="A04"),
    Bad(name="no Body", body=re.sub(rb"<soap:Body>.*</soap:Body>", b"", QUERY), rule="A05"),
    Bad(name="an empty Body", body=_body(""), rule="A05"),
    Bad(name="text in the Body", body=_body("hello"), rule="A05"),
    Bad(name="two children in Body", body=_with("</soap:Body>", "<x/></soap:Body>"), rule="A05"),
    Bad(name="a fault as request", body=_body("<soap:Fault/>"), rule="A09"),
)  # fmt: skip

_MUST = {"status": 500, "code": "MustUnderstand", "rule": "A15"}
_TWICE = {"subcode": "InvalidAddressingHeader"}
_ELSEWHERE = "<wsa:Address>http://127.0.0.1:9/elsewhere</wsa:Address>"

_ADDRESSING = (
    Bad(name="a header that must be understood", body=_header('<t:T xmlns:t="urn:t" soap:mustUnderstand="1"/>'), **_MUST),
    Bad(name="the same for whoever comes next", body=_header(f'<t:T xmlns:t="urn:t" soap:mustUnderstand="true" soap:role="{NS.SOAP}/role/next"/>'), **_MUST),
    Bad(name="a token that nobody reads", body=_header('<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" soap:mustUnderstand="true"/>'), **_MUST),
    Bad(name="a WS-Addressing header that is none", body=_header('<wsa:Other soap:mustUnderstand="1"/>'), **_MUST),
    Bad(name="a header without namespace", body=_header('<T soap:mustUnderstand="1"/>'), **_MUST),
    Bad(name="wsa:Action twice", body=_header("<wsa:Action>x</wsa:Action>"), rule="A06", **_TWICE),
    Bad(name="wsa:MessageID twice", body=_header("<wsa:MessageID>urn:x</wsa:MessageID>"), rule="A10", **_TWICE),
    Bad(name="wsa:To twice", body=_header("<wsa:To>urn:x</wsa:To>"), rule="A14", **_TWICE),
    Bad(name="wsa:ReplyTo twice", body=_header("<wsa:ReplyTo/>"), rule="A12", **_TWICE),
    Bad(name="wsa:RelatesTo twice", body=_header("<wsa:RelatesTo>urn:x</wsa:RelatesTo>" * 2), rule="A19", **_TWICE),
    Bad(name="wsa:FaultTo twice", body=_header("<wsa:FaultTo/>" * 2), rule="A13", **_TWICE),
    Bad(name="an empty wsa:Action", body=_with(_ACTION, " "), rule="A06", **_TWICE),
    Bad(name="an element in wsa:Action", body=_with(_ACTION, "<x/>"), rule="A06", **_TWICE),
    Bad(name="an unknown operation", body=_with(_ACTION, "urn:other"), subcode="ActionNotSupported", rule="A08"),
    Bad(name="an operation of another actor", body=_action("ITI-43"), subcode="ActionNotSupported", rule="A08"),
    Bad(name="an action that does not fit the body", body=_action("ITI-42"), rule="A09"),
    Bad(name="no header, and a body that says nothing", body=_with("AdhocQueryRequest", "Nothing", _BARE).replace(b"/query:AdhocQueryRequest", b"/query:Nothing"), subcode="MessageAddressingHeaderRequired", rule="A06"),
    Bad(name="WS-Addressing of 2004", body=QUERY.replace(NS.WSA.encode(), b"http://schemas.xmlsoap.org/ws/2004/08/addressing"), rule="A17"),
    Bad(name="an answer address of its own", body=_with("addressing/anonymous", "addressing/elsewhere"), subcode="OnlyAnonymousAddressSupported", rule="A13"),
    Bad(name="a fault address of its own", body=_header(f"<wsa:FaultTo>{_ELSEWHERE}</wsa:FaultTo>"), subcode="OnlyAnonymousAddressSupported", rule="A13"),
)  # fmt: skip


def _mime(name: str, rule: str, body: bytes, content_type: str = MTOM_TYPE, status: int = 400) -> Bad:
    return Bad(name=name, rule=rule, body=body, content_type=content_type, status=status, actor="repository")


def _part(headers: str, content: str = "x") -> bytes:
    """One more part at the end of the good message."""
    end = _BOUNDARY + b"--"
    return _with(end, _BOUNDARY + f"\r\n{headers}\r\n\r\n{content}\r\n".encode() + end, PROVIDE)


def _document(content: str) -> bytes:
    """Another content of xds:Document."""
    return re.sub(
        rb"(<xds:Document [^>]*>).*(</xds:Document>)", lambda m: m[1] + content.encode() + m[2], PROVIDE
    )


def _large(good: bytes) -> bytes:
    """The same with a document that does not stay in memory."""
    head, mark, document = good.partition(b"document-1@xdsi-sim>\r\n\r\n")
    assert mark
    return head + mark + bytes(300_000) + document


_INCLUDE = f'<xop:Include xmlns:xop="{NS.XOP}" href="cid:document-1@xdsi-sim"/>'
_PARTED = 'multipart/related; boundary=b; type="application/xop+xml"; start-info="application/soap+xml"'

_MIME = (
    _mime("multipart without boundary", "B03", PROVIDE, "multipart/related"),
    _mime("an empty boundary", "B03", PROVIDE, 'multipart/related; boundary=""'),
    _mime("a boundary too long", "B03", PROVIDE, f"multipart/related; boundary={'b' * 300}"),
    _mime("another boundary than said", "B03", PROVIDE, _PARTED),
    _mime("multipart cut short", "B03", PROVIDE[: len(PROVIDE) // 2]),
    _mime("multipart without its end", "B03", _with(_BOUNDARY + b"--", b"", PROVIDE)),
    _mime("multipart of nothing", "B06", b"--b--", _PARTED),
    _mime("a start that names no part", "B06", PROVIDE, MTOM_TYPE.replace("<root@", "<other@")),
    _mime("two parts of one name", "B10", _part("Content-ID: <document-1@xdsi-sim>")),
    _mime("a transfer encoding of nobody", "B13", _part("Content-ID: <x>\r\nContent-Transfer-Encoding: x-own")),
    _mime("base64 that is none", "B13", _part("Content-ID: <x>\r\nContent-Transfer-Encoding: base64", "???!")),
    _mime("a part with a long head", "A23", _part("X: " + "x" * 20_000), status=413),
    _mime("too many parts", "A23", b"--b\r\n\r\nx\r\n" * 10_001 + b"--b--", _PARTED, status=413),
    _mime("a part that is not there", "B08", _document(_INCLUDE.replace("document-1", "document-9"))),
    _mime("a part from elsewhere", "B08", _document(_INCLUDE.replace("cid:", "http://127.0.0.1:9/"))),
    _mime("a part without a name", "B08", _document(f'<xop:Include xmlns:xop="{NS.XOP}"/>')),
    _mime("text beside a part", "B09", _document(f"YWJj{_INCLUDE}")),
    _mime("two parts in one place", "B09", _document(_INCLUDE + _INCLUDE)),
    _mime("a document that is no base64", "B12", _document("???")),
    _mime("a document that is an element", "B12", _document("<x/>")),
    _mime("a root that is no XML", "A03", b"--b\r\n\r\nhello\r\n--b--", _PARTED),
    _mime("a root that is empty", "A03", b"--b\r\n\r\n\r\n--b--", _PARTED),
    _mime("a large part that is not asked for", "B08", _large(_document(_INCLUDE.replace("document-1", "document-9")))),
    _mime("a large part and a root that is no XML", "A03", _large(PROVIDE).replace(b"<soap:Envelope", b"<soap:Envelope &")),
    _mime("a large part cut short", "B03", _large(PROVIDE)[:-100]),
    _mime("a large part twice", "B10", _large(_part("Content-ID: <document-1@xdsi-sim>"))),
    _mime("two submissions", "C01", re.sub(rb"(<lcm:Submit.*</lcm:SubmitObjectsRequest>)", rb"\1\1", PROVIDE)),
    _mime("a submission without its request", "C01", re.sub(rb"<lcm:Submit.*</lcm:SubmitObjectsRequest>", b"", PROVIDE)),
)  # fmt: skip


def _imaging(name: str, rule: str, body: bytes) -> Bad:
    return Bad(name=name, rule=rule, body=body, content_type=IMAGING_TYPE, actor="pacs")


_BODY = (
    Bad(name="no ResponseOption", body=_with("query:ResponseOption", "query:Other"), rule="I02"),
    Bad(name="no AdhocQuery", body=_body(f'<q:AdhocQueryRequest xmlns:q="{NS.QUERY}"><q:ResponseOption/></q:AdhocQueryRequest>'), rule="I02"),
    Bad(name="no document asked for", body=_DOCUMENT_REQUEST.sub(b"", RETRIEVE), content_type=RETRIEVE_TYPE, actor="repository", rule="H01"),
    _imaging("no instance asked for", "H01", _DOCUMENT_REQUEST.sub(b"", IMAGING)),
    Bad(name="two ResponseOptions", body=re.sub(rb"(<query:ResponseOption[^>]*>)", rb"\1\1", QUERY), rule="C01"),
    Bad(name="two AdhocQueries", body=re.sub(rb"(<rim:AdhocQuery.*</rim:AdhocQuery>)", rb"\1\1", QUERY), rule="C01"),
    _imaging("two ids of one instance", "C01", re.sub(rb"(<xds:DocumentUniqueId.*</xds:DocumentUniqueId>)", rb"\1\1", IMAGING)),
    _imaging("instances in two namespaces", "H05", _with("</xds:DocumentRequest>", "</xds:DocumentRequest><xdsi:DocumentRequest/>", IMAGING)),
)  # fmt: skip

_META = "XDSRegistryMetadataError"


def _ebrim(name: str, code: str, rule: str, body: bytes) -> Bad:
    return Bad(name=name, status=200, code=code, rule=rule, body=body)


_EBRIM = (
    _ebrim("an unknown query", "XDSUnknownStoredQuery", "I01", _good("ITI-18", AdhocQueryRequest(id="urn:uuid:none"))[1]),
    _ebrim("a query for nobody", "XDSStoredQueryMissingParam", "I04", QUERY),
    _ebrim("no objects", _META, "C04", _good("ITI-42", SubmitObjectsRequest(objects=RegistryObjectList()))[1]),
    _ebrim("no list of objects", _META, "C03", re.sub(rb"<rim:RegistryObjectList.*</rim:RegistryObjectList>", b"", REGISTER)),
    _ebrim("an id twice", _META, "C08", _good("ITI-42", _TWO)[1]),
    _ebrim("an association to nothing", _META, "E02", re.sub(rb' targetObject="[^"]*"', b"", REGISTER)),
)  # fmt: skip

ROWS = (*_XML, *_MEDIA, *_SOAP, *_ADDRESSING, *_MIME, *_BODY, *_EBRIM)

_HEAD = (
    b"POST {path} HTTP/1.1\r\nHost: {host}\r\nXdsi-Trace: {trace}\r\nContent-Type: application/soap+xml\r\n"
)
_NO = {"status": 400}

FRAMING = (
    Framing(name="TLS on a plain port", data=b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50) + b"\r\n\r\n", **_NO),
    Framing(name="a request line of one word", data=b"POST\r\n\r\n", **_NO),
    Framing(name="a version of the future", data=b"POST {path} HTTP/9.9\r\n\r\n", **_NO),
    Framing(name="a header without a colon", data=_HEAD + b"nonsense\r\n\r\n", **_NO),
    Framing(name="a header too long", data=_HEAD + _LONG_HEADER + b"\r\n\r\n", status=None),
    Framing(name="a length that is none", data=_HEAD + b"Content-Length: many\r\n\r\n", **_NO),
    Framing(name="a length below zero", data=_HEAD + b"Content-Length: -1\r\n\r\n", **_NO),
    Framing(name="two lengths", data=_HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", **_NO),
    Framing(name="a length and chunks", data=_HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", **_NO),
    Framing(name="an encoding that is not decoded", data=_HEAD + b"Transfer-Encoding: gzip\r\n\r\nx", **_NO),
    Framing(name="a chunk that has no size", data=_HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", **_NO),
    Framing(name="a body cut short", data=_HEAD + b"Content-Length: 100\r\n\r\n<x>", status=None),
    Framing(name="a multipart cut short", data=_HEAD.replace(b"soap+xml", b"x; a=") + b"Content-Length: 9\r\n\r\n--", status=None),
    Framing(name="no length and no chunks", data=_HEAD + b"\r\n", status=400, outcome="Fault Sender"),
    Framing(name="PUT", data=_HEAD.replace(b"POST", b"PUT") + b"Content-Length: 1\r\n\r\nx", status=405, outcome="HTTP 405"),
    Framing(name="DELETE", data=_HEAD.replace(b"POST", b"DELETE") + b"\r\n", status=405, outcome="HTTP 405"),
    Framing(name="a method of nobody", data=_HEAD.replace(b"POST", b"BREW") + b"\r\n", status=405, outcome="HTTP 405"),
    Framing(name="GET without ?wsdl", data=_HEAD.replace(b"POST", b"GET") + b"\r\n", status=405, outcome="HTTP 405"),
    Framing(name="a path of nobody", data=_HEAD.replace(b"{path}", b"/c/nobody") + b"Content-Length: 1\r\n\r\nx", status=404),
    Framing(name="a path below", data=_HEAD.replace(b"{path}", b"{path}/x") + b"Content-Length: 1\r\n\r\nx", status=404, outcome="HTTP 404"),
)  # fmt: skip
