from __future__ import annotations

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.load.settings import Limit, LoadSettings, read_load


def test_what_is_asked_for_is_read() -> None:
    told = "users=50, duration=2m,rate=12.5,spawn=5,failures=0.1%,p95=500ms,ITI-18.p99=1.5s"
    assert read_load(told) == LoadSettings(
        users=50,
        duration=120,
        rate=12.5,
        spawn=5,
        failures=0.001,
        limits=(Limit(what="p95", seconds=0.5), Limit(what="p99", seconds=1.5, of="ITI-18")),
    )
    assert str(read_load(told).limits[1]) == "ITI-18.p99 <= 1500 ms"


def test_what_is_not_said_is_one_user_for_a_minute_who_never_fails() -> None:
    assert read_load("") == LoadSettings(users=1, duration=60, failures=0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("users", "'users' is not NAME=VALUE"),
        ("users=", "'users=' is not NAME=VALUE"),
        ("userz=3", "there is no 'userz'.*users"),
        ("users=0", "no number from 1 to 10000"),
        ("users=1e3", "no number from 1 to 10000"),
        ("users=99999999999999", "no number from 1 to 10000"),
        ("duration=0", "duration=0 is no time"),
        ("duration=-1s", "is no time"),
        ("p95=fast", "p95=fast is no time"),
        ("failures=0.1", "is no share, such as 0.1%"),
        ("failures=200%", "is no share"),
        ("rate=0", "is no number above 0"),
        ("rate=nan", "is no number above 0"),
        ("ITI-18.p97=1s", "there is no 'ITI-18.p97'"),
    ],
)
def test_what_cannot_be_is_told(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_load(text)
