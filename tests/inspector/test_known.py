from __future__ import annotations

import pytest
from wire import message

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.inspector.known import answers, asks, named
from xdsi_sim.rules.answers import ANSWER_RULES
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.vocab import TRANSACTIONS


def test_what_is_served_and_what_is_between_communities_is_known() -> None:
    assert {"ITI-38", "ITI-39", "ITI-80", "RAD-75"} <= set(TRANSACTIONS)
    assert set(TRANSACTIONS) <= set(CODECS)
    assert {name for name in TRANSACTIONS if not name.startswith("ITI-44")} <= set(ANSWER_RULES)


@pytest.mark.parametrize(
    ("name", "found"),
    [("iti-18", "ITI-18"), ("RAD-68", "ITI-41"), ("ITI-44", "ITI-44 add"), ("ITI-99", None)],
)
def test_a_transaction_has_the_names_that_people_give_it(name: str, found: str | None) -> None:
    transaction = named(name)
    assert (transaction and transaction.name) == found


def test_an_element_tells_which_transactions_it_may_be_of() -> None:
    body = read_envelope(message("http://x")[1]).body
    assert [one.name for one in asks(body)] == ["ITI-18", "ITI-38"]
    response = parse(f"<r xmlns='{TRANSACTIONS['ITI-42'].response[1:].partition('}')[0]}'/>".encode())
    assert [one.name for one in answers(response)] == []
