from __future__ import annotations

import pytest
from an_exchange import an_exchange
from ruamel.yaml import YAML

from xdsi_sim.inspector.snippets import as_step, as_test, file_of


def test_a_step_is_yaml_that_names_file_receiver_and_status() -> None:
    (step,) = YAML(typ="safe").load(as_step(an_exchange(7, status="Failure")))
    assert step == {
        "name": "ITI-18 to registry, as it was recorded",
        "send": {"file": f"{0:012}-request.http", "to": "registry"},
        "expect": {"status": "Failure"},
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("HTTP 200", "Success"),
        ("HTTP 404", "HTTP 404"),
        ("no answer: timed out", None),
        ("Fault Sender", "Fault Sender"),
    ],
)
def test_what_came_is_expected_again(status: str, expected: str | None) -> None:
    (step,) = YAML(typ="safe").load(as_step(an_exchange(status=status)))
    assert step.get("expect", {}).get("status") == expected
    assert ("expect=" in as_test(an_exchange(status=status), "central")) is (expected is not None)


def test_a_test_is_python_whatever_a_peer_is_called() -> None:
    exchange = an_exchange(transaction="RAD-69", receiver="x'); import os; ('\u202e\n")
    text = as_test(exchange, "central")
    compile(text, "test.py", "exec")
    assert "\u202e" not in text
    assert "def test_rad_69_as_recorded(xdsi_play):" in text
    (step,) = YAML(typ="safe").load(as_step(exchange))
    assert step["send"]["to"].startswith("x')")


def test_a_file_is_named_by_the_id() -> None:
    assert file_of(an_exchange(id="abcdef0123456789"), "response") == "abcdef012345-response.http"
