from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from a_fhir_face import a_bundle
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.fhir.models import read_resource, write_resource
from xdsi_sim.fhir.outcome import Rejected


def test_a_resource_is_the_same_in_both_forms() -> None:
    bundle = a_bundle(1)
    assert read_resource(write_resource(bundle, "json"), "json") == bundle
    again = read_resource(write_resource(bundle, "xml"), "xml")
    assert json.dumps(again, sort_keys=True) == json.dumps(bundle, sort_keys=True)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[]", "no resource"),
        (b"\xff", "not UTF-8"),
        (b"{}", "no resourceType"),
        (b'{"resourceType":7}', "no resourceType"),
        (b'{"resourceType":"Nope"}', "'Nope' is no type of resource"),
        (b'{"resourceType":"Address"}', "'Address' is no type of resource"),
        (b'{"resourceType":"Bundle"}', "'type' is required"),
        (b'{"resourceType":"Bundle","type":"batch","x":1}', "x: Extra inputs"),
        (b'{"resourceType":"Bundle","type":"batch","entry":{}}', "entry"),
        (b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":5}]}', "entry"),
        (b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Q"}}]}', "'Q'"),
        (b'{"resourceType":"List","status":"current","mode":"working","date":"20-1"}', "date"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested"),
        (b'{"resourceType":"Bundle","a":' + b'{"a":' * 99 + b"1" + b"}" * 100, "nested"),
    ],
)
def test_bad_json_is_told_what_is_wrong_with_it(body: bytes, text: str) -> None:
    with pytest.raises(Rejected, match=text):
        read_resource(body, "json")


FHIR = b'<Bundle xmlns="http://hl7.org/fhir">'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "no XML"),
        (b"<Bundle/>", "namespace"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + FHIR + b"</Bundle>", "document type"),
        (FHIR + b"<x/></Bundle>", "'x' is not known there"),
        (FHIR + b'<type value="batch"/><entry><resource><Nope/></resource></entry></Bundle>', "Nope"),
        (FHIR + b"<type>batch</type></Bundle>", "required"),
        (b'<Nope xmlns="http://hl7.org/fhir"/>', "'Nope' is no type"),
    ],
)
def test_bad_xml_is_told_what_is_wrong_with_it(body: bytes, text: str) -> None:
    with pytest.raises(Rejected, match=text):
        read_resource(body, "xml")


@given(st.binary(max_size=200))
def test_any_octets_are_a_resource_or_rejected(body: bytes) -> None:
    for form in ("json", "xml"):
        with pytest.raises(Rejected):
            read_resource(body, form)  # type: ignore[arg-type]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["resourceType", "type", "entry", "resource", "id", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(JSON_VALUES)
def test_any_bundle_is_a_resource_or_rejected(value: Any) -> None:
    body = json.dumps({"resourceType": "Bundle", "type": "batch", "entry": [value]}).encode()
    with suppress(Rejected):
        assert read_resource(body, "json")["resourceType"] == "Bundle"


@pytest.mark.parametrize("text", ["§", "!!!!", "YW-J", "=YWJ"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_is_no_base64_is_refused_and_not_cut_short(text: str, form: Any) -> None:
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": text}
    xml = f'<Binary xmlns="http://hl7.org/fhir"><contentType value="a/b"/><data value="{text}"/></Binary>'
    with pytest.raises(Rejected, match=r"Binary\.data is not base64"):
        read_resource(xml.encode() if form == "xml" else json.dumps(binary).encode(), form)


def test_base64_may_be_broken_into_lines() -> None:
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": "YW\nJj ZA =="}
    assert read_resource(json.dumps(binary).encode(), "json")["data"] == "YWJjZA=="
