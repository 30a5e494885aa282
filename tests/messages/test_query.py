from __future__ import annotations

import pytest
import submissions
from hypothesis import given
from hypothesis import strategies as st
from samples import a_full_list, an_entry
from schemas import each_schema, faults
from strategies import registry_object_lists, slots, texts

from xdsi_sim.ebrim.model import RegistryObjectList, Slot
from xdsi_sim.ebrim.writer import write_object, write_object_ref
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.query import (
    LEAF_CLASS,
    OBJECT_REF,
    AdhocQueryRequest,
    AdhocQueryResponse,
    in_portions,
    read_query_request,
    read_query_response,
    write_query_request,
    write_query_response,
)
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.vocab import FAILURE, NS, PARTIAL_SUCCESS, SUCCESS

FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
AN_ERROR = RegistryError(errorCode="XDSRegistryError", codeContext="c", location="")
QUERIES = st.builds(
    AdhocQueryRequest,
    id=texts(),
    parameters=st.lists(slots(), max_size=3).map(tuple),
    returnType=texts(),
    home=st.none() | texts(),
)


# --- request ----------------------------------------------------------------------------------


@given(QUERIES)
def test_query_reads_back(query: AdhocQueryRequest) -> None:
    assert read_query_request(parse(write_query_request(query))) == query


@each_schema
@pytest.mark.parametrize("returnType", [LEAF_CLASS, OBJECT_REF])
@pytest.mark.parametrize("home", [None, "urn:oid:2.999"])
def test_query_is_valid(returnType: str, home: str | None, source: str) -> None:
    parameters = (Slot("$XDSDocumentEntryPatientId", ("'P1^^^&1.2.3&ISO'",)), Slot("$MyOwn", ()))
    query = AdhocQueryRequest(id=FIND_DOCUMENTS, parameters=parameters, returnType=returnType, home=home)
    assert faults(write_query_request(query), source) == []


def test_parameters_of_one_name_stay_apart_and_in_order() -> None:
    parameters = (Slot("$a", ("1", "2")), Slot("$b", ()), Slot("$a", ("3",)))
    query = AdhocQueryRequest(id=FIND_DOCUMENTS, parameters=parameters)
    assert read_query_request(parse(write_query_request(query))).parameters == parameters


def test_return_type_has_the_default_of_the_schema() -> None:
    text = f'<a xmlns:q="{NS.QUERY}" xmlns:r="{NS.RIM}"><q:ResponseOption/><r:AdhocQuery id="i"/></a>'
    assert read_query_request(parse(text.encode())) == AdhocQueryRequest(id="i", returnType="RegistryObject")


@pytest.mark.parametrize("missing", ["query:ResponseOption", "rim:AdhocQuery"])
def test_query_without_a_required_part_is_refused(missing: str) -> None:
    parts = {"query:ResponseOption": "<q:ResponseOption/>", "rim:AdhocQuery": "<r:AdhocQuery/>"}
    inside = "".join(text for name, text in parts.items() if name != missing)
    with pytest.raises(ProtocolViolation, match=f"holds no {missing}") as caught:
        read_query_request(parse(f'<a xmlns:q="{NS.QUERY}" xmlns:r="{NS.RIM}">{inside}</a>'.encode()))
    assert caught.value.rule == "I02"


# --- response ---------------------------------------------------------------------------------


@given(registry_object_lists())
def test_objects_found_read_back(objects: RegistryObjectList) -> None:
    fragments = (*map(write_object, objects.objects()), *map(write_object_ref, objects.objectRefs))
    response = AdhocQueryResponse(fragments=fragments)
    read = read_query_response(parse(b"".join(write_query_response(response))))
    assert (read.status, read.errors, read.objects) == (SUCCESS, (), objects)


@pytest.mark.parametrize(
    "response",
    [
        AdhocQueryResponse(),
        AdhocQueryResponse(status=FAILURE, errors=(AN_ERROR,)),
        AdhocQueryResponse(
            status=PARTIAL_SUCCESS, errors=(AN_ERROR, AN_ERROR), fragments=(write_object(an_entry()),)
        ),
        AdhocQueryResponse(status='odd "&" one'),
    ],
)
def test_status_errors_and_fragments_read_back(response: AdhocQueryResponse) -> None:
    read = read_query_response(parse(b"".join(write_query_response(response))))
    assert (read.status, read.errors, read.objects) == (response.status, response.errors, response.objects)


@each_schema
@pytest.mark.parametrize("errors", [(), (AN_ERROR,)])
def test_response_is_valid_also_without_objects(errors: tuple[RegistryError, ...], source: str) -> None:
    objects = a_full_list()
    full = (*map(write_object, objects.objects()), write_object_ref("urn:uuid:1", "urn:oid:2.999"))
    for fragments in ((), full):
        response = AdhocQueryResponse(errors=errors, fragments=fragments)
        assert faults(b"".join(write_query_response(response)), source) == []


def test_fragments_go_out_as_they_were_stored() -> None:
    fragments = (b'<x xmlns="urn:x" a="1"  />', b"<y></y>")
    assert write_query_response(AdhocQueryResponse(fragments=fragments))[2:4] == fragments


def test_fragments_that_pass_through_keep_what_no_value_holds() -> None:
    text = (
        f'<q:AdhocQueryResponse xmlns:q="{NS.QUERY}" xmlns:r="{NS.RIM}" xmlns:m="urn:mine" status="s">'
        '<r:RegistryObjectList> <r:ObjectRef id="o" home="urn:oid:2.999" m:a="é"/>\n'
        '<r:ExtrinsicObject id="e"><r:VersionInfo comment="c"/></r:ExtrinsicObject></r:RegistryObjectList>'
        "</q:AdhocQueryResponse>"
    )
    read = read_query_response(parse(text.encode()))
    again = parse(b"".join(write_query_response(read)))
    assert dict(again[0][0].attrib) == {"id": "o", "home": "urn:oid:2.999", "{urn:mine}a": "é"}
    assert again[0][1][0].get("comment") == "c"


def test_an_answer_without_object_list_found_nothing() -> None:
    read = read_query_response(parse(f'<q:AdhocQueryResponse xmlns:q="{NS.QUERY}" status="s"/>'.encode()))
    assert (read, read.objects) == (AdhocQueryResponse(status="s"), RegistryObjectList())


def test_an_answer_is_read_in_portions() -> None:
    fragments = tuple(write_object(submissions.an_entry(number)) for number in range(5))
    answer = AdhocQueryResponse(fragments=fragments)
    portions = [len(portion.documentEntries) for portion in in_portions(answer, most=2)]
    assert portions == [2, 2, 1]
    assert (
        tuple(e for part in in_portions(answer, 2) for e in part.documentEntries)
        == answer.objects.documentEntries
    )


def test_classifications_beside_their_objects_are_read_with_them() -> None:
    beside = f'<rim:Classification xmlns:rim="{NS.RIM}" id="c" classifiedObject="x"/>'.encode()
    fragments = (*(write_object(submissions.an_entry(number)) for number in range(3)), beside)
    answer = AdhocQueryResponse(fragments=fragments)
    assert [len(portion.documentEntries) for portion in in_portions(answer, most=1)] == [3]
