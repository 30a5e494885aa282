from __future__ import annotations

import pytest

from xdsi_sim.actors.commit import RefusedAtCommit
from xdsi_sim.actors.registry_port import PatientChange
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.rules.registry import Verdict
from xdsi_sim.store.registry import SqliteRegistryStore

PATIENT = "P1^^^&2.999.10.1&ISO"
VERDICT = Verdict(findings=(Finding(rule="D01", severity=Severity.ERROR, text="no"),))


def test_who_asked_is_told_what_was_found_and_nothing_has_changed(store: SqliteRegistryStore) -> None:
    asked = []

    def decide(patients: object) -> PatientChange:
        asked.append(patients)
        raise RefusedAtCommit(VERDICT)

    for _ in range(2):
        with pytest.raises(RefusedAtCommit) as refused:
            store.feed((PATIENT,), decide).result(timeout=10)
        assert refused.value.verdict is VERDICT
    assert asked[0] == asked[-1]
    store.feed((PATIENT,), lambda _patients: PatientChange(announced=(PATIENT,))).result(timeout=10)
    with pytest.raises(RefusedAtCommit):
        store.feed((PATIENT,), decide).result(timeout=10)
    assert asked[-1] != asked[0]
