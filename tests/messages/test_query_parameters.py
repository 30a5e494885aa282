from __future__ import annotations

from xdsi_sim.messages.query_parameters import ENTRIES, for_multiple_patients, ids


def test_of_multiple_patients_none_need_be_named_but_one_of_the_ways_must_be_taken() -> None:
    changed = {param.name: param for param in for_multiple_patients(ENTRIES, "$XDSDocumentEntryClassCode")}
    patient, code = changed["$XDSDocumentEntryPatientId"], changed["$XDSDocumentEntryClassCode"]
    assert (patient.required, patient.many, patient.any_of) == (False, True, False)
    assert code.any_of
    assert changed["$XDSDocumentEntryStatus"].required


def test_logical_ids_need_the_second_level() -> None:
    assert [param.level for param in ids("$XDSFolder", logical=True)] == [1, 1, 2]
    assert [param.many for param in ids("$XDSFolder", many=False)] == [False, False]
