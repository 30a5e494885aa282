from __future__ import annotations

import pytest
from rule_examples import broken_by, entry, in_module

from xdsi_sim.rules.transactions import check_registration


@pytest.mark.parametrize("rule", in_module("patient_info"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


SOUND = (
    "PID-3|L1^^^&2.999.1.8&ISO~L2^^^&2.999.1.8&ISO",
    "PID-5|Doe^Jo",
    "PID-5|Roe^Jo",
    "PID-7|1956",
    "PID-39|x",
)


@pytest.mark.parametrize(
    ("info", "wrong"),
    [
        (SOUND, None),
        ((*SOUND, "Doe^Jo"), "Doe^Jo"),
        (("PID-0|x",), "PID-0|x"),
        (("PID-40|x",), "PID-40|x"),
        (("PID-03|x",), "PID-03|x"),
        (("PID-3",), "PID-3"),
        (("pid-3|x",), "pid-3|x"),
        (("PID-7|1956", "PID-7|1957"), "PID-7|1956, PID-7|1957"),
        (("PID-8|F~M",), "PID-8|F~M"),
    ],
)
def test_source_patient_info_is_fields_of_pid(info: tuple[str, ...], wrong: str | None) -> None:
    told = [error.codeContext for error in check_registration(entry(sourcePatientInfo=info)).errors]
    assert len(told) == (wrong is not None)
    assert all(text.endswith(f"attribute=sourcePatientInfo; value={wrong}; rule=D31") for text in told)


@pytest.mark.parametrize(
    ("rule", "info", "text"),
    [
        ("D31", ("PID-7|1956", "PID-7|1957"), "sourcePatientInfo holds PID-7 more than once: "),
        ("D31", ("PID-8|F~M",), "sourcePatientInfo holds PID-8 more than once: "),
        ("D32", ("PID-12|x",), "sourcePatientInfo holds PID-12: 'PID-12|x'"),
        ("D33", ("PID-3|x", "PID-7|1956"), "sourcePatientInfo lacks PID-5, PID-8: "),
    ],
)
def test_the_field_that_is_wrong_is_named(rule: str, info: tuple[str, ...], text: str) -> None:
    found = check_registration(entry(sourcePatientInfo=info)).findings
    assert [one.text.startswith(text) for one in found if one.rule == rule] == [True]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"sourcePatientId": "L1^^^&2.999.1.1&ISO"}, ["D16"]),
        ({"sourcePatientId": "L1", "patientId": "P1"}, ["F12", "D15", "D15"]),
        *[({"sourcePatientInfo": (*SOUND, "PID-8|F", f"PID-{n}|x")}, ["D32"]) for n in (2, 4, 12, 19)],
        ({"sourcePatientInfo": (*SOUND, "PID-8|F", "PID-29|x")}, []),
        ({"sourcePatientInfo": SOUND}, ["D33"]),
        ({"sourcePatientInfo": ()}, []),
    ],
)
def test_what_a_source_says_of_its_patient_is_noted(changes: dict[str, object], found: list[str]) -> None:
    assert [finding.rule for finding in check_registration(entry(**changes)).findings] == found
