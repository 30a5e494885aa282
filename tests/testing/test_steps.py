from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from xdsi_sim.errors import UsageError
from xdsi_sim.testing.steps import Steps


def test_a_step_gives_what_a_scenario_would_save(xdsi_play: Steps) -> None:
    loaded = xdsi_play("load", expect={"count": 2}, source="pacs-north", samples=["cr-chest"])
    assert loaded is not None


def test_an_expectation_that_does_not_hold_fails_the_test(xdsi_play: Steps) -> None:
    with pytest.raises(AssertionError, match=r"load: .*\n  number of .* expected 99, observed"):
        xdsi_play("load", expect={"count": 99}, source="pacs-north", samples=["cr-chest"])


def test_an_unknown_step_is_told_with_the_near_word(xdsi_play: Steps) -> None:
    with pytest.raises(UsageError, match="Did you mean 'publish'"):
        xdsi_play("publis")
    with pytest.raises(ValidationError):
        xdsi_play("publish", sauce="pacs-north")


def test_paths_begin_beside_the_test(xdsi_play: Steps) -> None:
    assert xdsi_play._folder == Path(__file__).parent


def test_a_file_is_sent_without_a_scenario(xdsi_play: Steps, tmp_path: Path) -> None:
    message = tmp_path / "broken.xml"
    message.write_text("<broken", encoding="utf-8")
    xdsi_play("send", file=str(message), to="registry", expect={"status": "Fault Sender"})
