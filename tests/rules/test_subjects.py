from __future__ import annotations

from rule_examples import KNOWN, OTHER
from submissions import AUTHORITY, PATIENT, a_folder, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.ebrim.model import DocumentEntry, Folder
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.subjects import Lookup, Submission, id_key, is_uuid
from xdsi_sim.vocab import Association as Type


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


def test_what_is_replaced_and_appended_to_is_looked_up_as_such() -> None:
    capitals = uuid(7).replace("4000", "ABCD")
    links = (
        an_association(uuid(1), uuid(8), Type.RPLC),
        an_association(uuid(1), capitals, Type.XFRM_RPLC),
        an_association(uuid(1), "Document02", Type.RPLC),
        an_association(uuid(1), uuid(9), Type.APND),
        an_association(uuid(1), uuid(10), Type.SIGNS),
    )
    lookup = Lookup.of(a_submission(more=links).objects)
    assert lookup.replaced == (uuid(8), capitals.lower())
    assert lookup.appended == (uuid(9),)
    assert {uuid(8), capitals.lower(), uuid(9), uuid(10)} <= set(lookup.uuids)
    assert all(map(is_uuid, lookup.uuids))


def test_an_association_without_ends_leads_to_nothing_that_is_looked_up() -> None:
    open_ended = an_association(uuid(1), uuid(2), Type.RPLC, sourceObject=None, targetObject=None)
    lookup = Lookup.of(a_submission(associations=(open_ended,)).objects)
    assert (set(lookup.uuids), lookup.replaced) == ({uuid(1), uuid(100)}, ())


def test_what_has_no_id_of_its_own_or_patient_is_not_looked_up() -> None:
    bare = an_entry(uniqueId=None, patientId=None)
    lookup = Lookup.of(a_submission(entries=(bare,), set_=a_set(uniqueId="", patientId="")).objects)
    assert (lookup.uniqueIds, lookup.patientIds) == ((), ())


def seen(request: SubmitObjectsRequest) -> Submission:
    return Submission.of(request, column=1, known=KNOWN)


def test_an_object_of_the_request_hides_one_of_the_registry() -> None:
    submission = seen(a_submission(entries=(an_entry(8),)))
    assert (submission.kind_of(uuid(8)), submission.registered(uuid(8))) == (DocumentEntry, None)
    assert (submission.kind_of(uuid(209)), submission.kind_of(uuid(77))) == (Folder, None)
    assert submission.within(None) is submission.registered(None) is submission.patient_of(None) is None


def test_the_patient_of_an_object_is_the_one_who_survived() -> None:
    merged = f"old^^^&{AUTHORITY}&ISO"
    submission = seen(
        a_submission(entries=(an_entry(patientId=merged),), more=(an_association(uuid(1), uuid(9)),))
    )
    assert submission.patient_of(uuid(1)) == PATIENT
    assert submission.patient_of(uuid(9)) == OTHER
    assert submission.patient_of(submission.members[0].entryUUID) is None
    assert submission.surviving(None) is None


def test_members_are_told_from_relationships_and_those_of_the_set_from_others() -> None:
    inside = an_association(uuid(200), uuid(1), entryUUID="inside")
    linked = an_association(uuid(100), "inside")
    outside = an_association(uuid(100), uuid(9))
    relation = an_association(uuid(1), uuid(11), Type.APND)
    submission = seen(a_submission(folders=(a_folder(),), more=(inside, linked, outside, relation)))
    assert submission.relationships == (relation,)
    assert inside in submission.members
    assert inside not in submission.members_of_the_set
    assert linked in submission.members_of_the_set
    assert [each.targetObject for each in submission.entries_of_the_set] == [uuid(1), uuid(9)]
