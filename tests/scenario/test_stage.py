from __future__ import annotations

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.client.answers import Reply
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.scenario.stage import answered, details_of, listed, plural


def test_replies_are_put_in_the_terms_of_an_expectation() -> None:
    good = Reply(answer=RegistryResponse(), exchange="e")
    none = Reply(answer=NoAnswer("refused"), exchange="e")
    assert answered(good, receiver="r", transaction="ITI-42").status == "Success"
    assert answered(none, receiver="r", transaction="ITI-42").status == "no answer: refused"


def test_counts_and_lists_read_well() -> None:
    assert [plural(1, "entry", "entries"), plural(2, "entry", "entries"), plural(0, "image")] == [
        "1 entry",
        "2 entries",
        "0 images",
    ]
    assert listed(["b", "a", "b"]) == "b, a"
    assert details_of({"A": "1", "B": ""}) == (("A", "1"),)
