from __future__ import annotations

import re

import pytest
from rule_examples import OF_ANOTHER, broken_by, classified, entry, in_module
from submissions import a_set, a_submission

from xdsi_sim.ebrim.model import Classification, Slot
from xdsi_sim.ebrim.tables import SUBMISSION_SET
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.submit import SubmitObjectsRequest, read_submit_objects
from xdsi_sim.rules.transactions import check_registration


def errors_of(request: SubmitObjectsRequest) -> tuple[RegistryError, ...]:
    """What a registry says of the request as it would come over the wire."""
    return check_registration(read_submit_objects(parse(request.written()))).errors


@pytest.mark.parametrize("rule", in_module("classification"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


SET_LABEL = SUBMISSION_SET.label
FOREIGN = {
    "a code": (classified(classifiedObject="xx"), "C11", "classifiedObject of classCode"),
    "a second code": (
        entry(extra=classified(classifiedObject="xx").objects.documentEntries[0].extra),
        "C11",
        "classifiedObject of classCode",
    ),
    "a label": (
        a_submission(
            set_=a_set(extra=(Classification(classificationNode=SET_LABEL, classifiedObject="xx"),))
        ),
        "C11",
        "classifiedObject of a Classification",
    ),
    "an id": (entry(patientId=None, extra=(OF_ANOTHER,)), "C12", "registryObject of patientId"),
    "a second id": (entry(extra=(OF_ANOTHER,)), "C12", "registryObject of patientId"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_says_that_it_is_of_another_object_is_that_one_error(case: str) -> None:
    request, rule, what = FOREIGN[case]
    (error,) = errors_of(request)
    assert error.errorCode == "XDSRegistryMetadataError"
    assert error.codeContext.startswith(f"{what} is not the id of the object that it stands in; object=")
    assert error.codeContext.endswith(f"; attribute={what.split()[0]}; value=xx; rule={rule}")


@pytest.mark.parametrize("schemes", [("s", "t"), ()])
def test_a_code_has_one_coding_scheme_and_no_more(schemes: tuple[str, ...]) -> None:
    (error,) = (
        each
        for each in errors_of(classified(slots=(Slot("codingScheme", schemes),)))
        if "C17" in each.codeContext
    )
    assert error.codeContext.startswith("classCode has not exactly one codingScheme; ")


def test_a_second_code_has_a_coding_scheme_too() -> None:
    second = classified(slots=(Slot("codingScheme", ("",)),)).objects.documentEntries[0].extra
    told = [each.codeContext.rpartition("rule=")[2] for each in errors_of(entry(extra=second))]
    assert told == ["C17", "D06"]


def test_parts_of_an_object_without_id_are_not_judged_for_it() -> None:
    text = a_submission().written()
    without = re.sub(rb'(<rim:ExtrinsicObject [^>]*)\bid="[^"]+"', rb"\1", text)
    assert without != text
    told = [error.codeContext for error in check_registration(read_submit_objects(parse(without))).errors]
    assert told[0] == "DocumentEntry has no id; attribute=entryUUID; rule=C08"
    assert [text.rpartition("rule=")[2] for text in told] == ["C08", "E10"]
