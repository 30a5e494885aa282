from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pydantic import ValidationError

from xdsi_sim.content import BytesContent
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.scenario.extract import PREFIXES, Capture, Seen, piece_of
from xdsi_sim.scenario.variables import NotThere

SOAP = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0">'
    b'<s:Body><r:RegistryError errorCode="A">one</r:RegistryError><r:RegistryError errorCode="B"/></s:Body></s:Envelope>'
)
JSON = b'[{"0020000D": {"Value": ["1.2"]}}, {"0020000D": {"Value": ["1.3"]}}]'


def message(body: bytes, kind: str = "application/soap+xml", **headers: str) -> HttpMessage:
    fields = (("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items()))
    return HttpMessage(start_line="HTTP/1.1 200 OK", headers=fields, body=BytesContent(body))


MTOM = message(
    b"--x\r\nContent-Type: application/xop+xml\r\nContent-ID: <a>\r\n\r\n" + SOAP + b"\r\n--x\r\n"
    b"Content-ID: <b>\r\n\r\n\0\1\r\n--x--\r\n",
    'multipart/related; boundary=x; type="application/xop+xml"; start="<a>"',
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("//rs:RegistryError[1]", "one"),
        ("//rs:RegistryError/@errorCode", ("A", "B")),
        ("count(//rs:RegistryError)", 2),
        ("string(//@errorCode)", "A"),
        ("//rs:RegistryError/@none", None),
        ("//rs:RegistryError/@errorCode = 'B'", True),
    ],
)
@pytest.mark.parametrize("whole", [message(SOAP), MTOM], ids=["plain", "mtom"])
def test_xpath_looks_into_the_soap_part(whole: HttpMessage, text: str, found: object, tmp_path: Path) -> None:
    assert piece_of(whole, "xpath", text, tmp_path) == found


def test_jsonpath_looks_into_json_also_where_it_is_compressed(tmp_path: Path) -> None:
    plain = message(JSON, "application/dicom+json")
    packed = message(gzip.compress(JSON), "application/dicom+json", Content_Encoding="gzip")
    for whole in (plain, packed):
        assert piece_of(whole, "jsonpath", "$[*]['0020000D'].Value[0]", tmp_path) == ("1.2", "1.3")
        assert piece_of(whole, "jsonpath", "$[1]['0020000D'].Value", tmp_path) == ["1.3"]
        assert piece_of(whole, "jsonpath", "$[7]", tmp_path) is None


@pytest.mark.parametrize(
    ("whole", "language", "text", "words"),
    [
        (message(JSON), "xpath", "//a", "cannot be read"),
        (
            message(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
            "xpath",
            "//a",
            "cannot",
        ),
        (message(SOAP), "jsonpath", "$", "is no JSON, it is application/soap"),
        (message(SOAP), "xpath", "//nobody:a", "is no XPath expression"),
    ],
)
def test_what_cannot_be_looked_into_is_told(
    whole: HttpMessage, language: str, text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(NotThere, match=words):
        piece_of(whole, language, text, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"xpath": "//a["}, "is no XPath expression"),
        ({"xpath": "//rimm:a"}, "prefix 'rimm' is not known"),
        ({"jsonpath": "$["}, "is no JSONPath"),
        ({}, "either an xpath or a jsonpath"),
        ({"xpath": "//a", "jsonpath": "$"}, "either an xpath or a jsonpath"),
        ({"xpath": "//a", "of": "both"}, "answer"),
    ],
)
def test_a_wrong_expression_is_told_before_anything_runs(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Capture.model_validate(wrong)


def test_an_expression_with_a_reference_is_checked_when_it_has_its_value() -> None:
    assert Capture.model_validate({"xpath": "//a[@b='${c}'"}).of == "answer"


def test_where_there_is_no_message_nothing_is_found() -> None:
    with pytest.raises(NotThere, match="there is no answer"):
        Capture(xpath="//a").of_message(Seen())


def test_the_usual_prefixes_are_known() -> None:
    assert {"soap", "wsa", "rim", "rs", "query", "lcm", "xds", "ihe", "xdsi", "xop", "hl7"} <= set(PREFIXES)
