from __future__ import annotations

from submissions import MANIFEST, a_folder, a_set, a_submission, an_entry

from xdsi_sim.ebrim.described import complete, described
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.xml import Element, parse, serialise
from xdsi_sim.messages.submit import SubmitObjectsRequest

OWN = {"repositoryUniqueId": "2.999.9", "hash": "ab", "size": "7"}


def objects_of(submission: Element) -> Element:
    objects = SubmitObjectsRequest(element=submission).object_list
    assert objects is not None
    return objects


def test_what_is_said_of_each_document_is_what_reading_the_whole_would_tell() -> None:
    request = a_submission(entries=(an_entry(1), an_entry(2, hash=None, size=None)), folders=(a_folder(1),))
    found = described(objects_of(request.element))
    objects = request.objects
    carriers = (*objects.submissionSets, *objects.documentEntries, *objects.folders)
    assert {(value.entryUUID, value.uniqueId) for value in found} == {
        (value.entryUUID, value.uniqueId) for value in carriers
    }
    assert [(value.mimeType, value.hash, value.size) for value in found if value.is_entry] == [
        (entry.mimeType, entry.hash, entry.size) for entry in objects.documentEntries
    ]


def test_what_says_of_which_study_a_manifest_is_is_read() -> None:
    (entry,) = a_submission(entries=(an_entry(**MANIFEST),)).objects.documentEntries
    (found,) = (
        value for value in described(objects_of(a_submission(entries=(entry,)).element)) if value.is_entry
    )
    assert entry.formatCode is not None
    assert (found.formatCode, found.referenceIdList) == (entry.formatCode.code, entry.referenceIdList)


def test_nothing_is_said_of_an_attribute_that_is_there_twice() -> None:
    entry = an_entry(hash=None, extra=(Slot("hash", ("aa", "bb")),))
    (found,) = (
        value for value in described(objects_of(a_submission(entries=(entry,)).element)) if value.is_entry
    )
    assert found.hash is None


def test_given_slots_take_the_place_of_those_that_were_there_and_all_else_stays() -> None:
    entry = an_entry(hash="00", repositoryUniqueId="1.2", extra=(Slot("urn:x", ("1",), "urn:type"),))
    submission = a_submission(entries=(entry,), set_=a_set()).element
    complete(submission, {entry.entryUUID: OWN})
    (read,) = read_object_list(objects_of(submission)).documentEntries
    assert (read.repositoryUniqueId, read.hash, read.size) == ("2.999.9", "ab", "7")
    assert read.extra == entry.extra
    assert read.uniqueId == entry.uniqueId


def test_what_values_cannot_hold_is_passed_on() -> None:
    text = a_submission().written().replace(b"<rim:ValueList>", b'<rim:ValueList xmlns:y="urn:y">')
    submission = parse(text.replace(b'name="creationTime"', b'name="creationTime" slotType="urn:kept"'))
    complete(submission, {an_entry().entryUUID: OWN})
    assert b'slotType="urn:kept"' in serialise(submission)
