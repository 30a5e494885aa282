from __future__ import annotations

from submissions import a_submission, an_association, an_entry, uuid

from xdsi_sim.rules.subjects import Lookup, id_key, is_uuid


def test_what_must_be_looked_up_is_named_once() -> None:
    more = (an_association(uuid(1), uuid(7).upper().replace("URN:UUID", "urn:uuid"), "urn:x"),)
    lookup = Lookup.of(a_submission(entries=(an_entry(1), an_entry(2)), more=more).objects)
    assert set(lookup.uuids) == {uuid(1), uuid(2), uuid(7), uuid(100)}
    assert set(lookup.uniqueIds) == {"2.999.2.1", "2.999.2.2", "2.999.3.100"}
    assert lookup.patientIds == (an_entry().patientId,)


def test_uuids_are_compared_without_case_and_symbolic_ids_with() -> None:
    assert id_key("URN:UUID:AB") == id_key("urn:uuid:ab") or not is_uuid("URN:UUID:AB")
    assert id_key("urn:uuid:AB") == "urn:uuid:ab"
    assert id_key("Document01") == "Document01"
