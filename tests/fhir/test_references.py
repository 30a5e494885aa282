from __future__ import annotations

from xdsi_sim.fhir.references import index_of, resolving

INSIDE = {"resourceType": "Patient", "id": "in"}
BESIDE = {"resourceType": "Patient", "id": "beside"}


def test_references_lead_inside_beside_and_to_patients_by_address() -> None:
    index = index_of([{"fullUrl": "urn:uuid:1", "resource": BESIDE}, {"fullUrl": "urn:uuid:2"}])
    resolve = resolving({"contained": [INSIDE]}, index, "2.999.1")
    assert resolve({"reference": "#in"}) == INSIDE
    assert resolve({"reference": "urn:uuid:1"}) == resolve({"reference": "Patient/beside"}) == BESIDE
    known = resolve({"reference": "Patient/2.999.7-P1"})
    assert known is not None
    assert known["identifier"] == [{"system": "urn:oid:2.999.7", "value": "P1"}]
    own = resolve({"reference": "http://h/Patient/P1"})
    assert own is not None
    assert own["identifier"][0]["system"] == "urn:oid:2.999.1"
    assert resolve({"reference": "urn:uuid:2"}) is None
    assert resolve({}) is None
