from __future__ import annotations

from submissions import an_entry

from xdsi_sim.ebrim.model import Author, Code
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.store.registry_schema import COLUMNS, Record


def test_columns_hold_what_is_searched_and_the_fragment_what_was_registered() -> None:
    code = Code.of("CT", "1.2.840.10008.2.16.4", "CT")
    entry = an_entry(
        creationTime="2024",
        objectType="urn:uuid:7EDCA82F-054D-47F2-A032-9B2A5B5186C1",
        eventCodeList=(code, code),
        author=(Author(authorPerson="^Roth"), Author(authorInstitution=("x",))),
        referenceIdList=("r1",),
    )
    record = Record.of(entry)
    kind, fragment, *rest = record.row
    columns = dict(zip(COLUMNS, rest, strict=True))
    assert kind == "DocumentEntry"
    assert isinstance(fragment, bytes)
    assert len(fragment) == len(write_object(entry))  # ids that are made differ
    assert (columns["entryUUID"], columns["patientId"]) == (entry.entryUUID, entry.patientId)
    assert columns["associationType"] is None
    assert columns["creationTime"] == "20240101000000"
    assert columns["objectType"] == "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
    assert columns["classCode"] == "IMAGES^^1.3.6.1.4.1.19376.1.2.6.1"
    assert columns["documentAvailability"].endswith(":Online")
    assert sorted(record.values) == [
        ("authorPerson", "^Roth"),
        ("confidentialityCode", "N^^2.16.840.1.113883.5.25"),
        ("eventCodeList", "CT^^1.2.840.10008.2.16.4"),
        ("referenceIdList", "r1"),
    ]
