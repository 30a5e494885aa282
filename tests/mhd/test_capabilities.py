from __future__ import annotations

from a_fhir_face import XML, ask
from fhir.resources.R4B.capabilitystatement import CapabilityStatement


def test_the_statement_says_what_is_served(url: str) -> None:
    answer = ask("GET", f"{url}/metadata")
    told = CapabilityStatement.model_validate(answer.json)
    assert told.implementation.url == url
    assert told.format == ["application/fhir+json", "application/fhir+xml"]
    (rest,) = told.rest
    assert [each.code for each in rest.interaction] == ["transaction"]
    resources = {each.type: each for each in rest.resource}
    assert set(resources) == {"DocumentReference", "List", "Binary", "Patient"}
    params = {each.name: each.type for each in resources["DocumentReference"].searchParam}
    assert params["patient.identifier"] == "token"
    assert {"modality", "bodysite", "accession-number", "study-instance-uid", "period"} <= set(params)
    assert len(params) == len(resources["DocumentReference"].searchParam)
    assert (
        CapabilityStatement.model_validate_xml(ask("GET", f"{url}/metadata", Accept=XML).body).kind
        == "instance"
    )


def test_every_parameter_that_is_told_is_understood(url: str) -> None:
    told = ask("GET", f"{url}/metadata").json
    values = {"date": "2024", "reference": "Patient/P1", "string": "a", "token": "urn:oid:2.9|a"}
    for resource in told["rest"][0]["resource"][:2]:
        for param in resource["searchParam"]:
            value = "2.999.1" if param["name"] == "targetCommunityIdList" else values[param["type"]]
            answer = ask("GET", f"{url}/{resource['type']}?{param['name']}={value}", Prefer="handling=strict")
            assert f"{param['name']} is not known" not in answer.texts
