from __future__ import annotations

import pytest

from xdsi_sim import vocab
from xdsi_sim.vocab import ACTIONS, NS, TRANSACTIONS, Transaction

each_transaction = pytest.mark.parametrize("transaction", TRANSACTIONS.values(), ids=lambda value: value.name)


@each_transaction
def test_transaction_is_found_by_name_and_by_action(transaction: Transaction) -> None:
    assert TRANSACTIONS[transaction.name] is transaction
    assert ACTIONS[transaction.action] is transaction


def test_no_two_transactions_have_one_action() -> None:
    assert len(ACTIONS) == len(TRANSACTIONS)


@each_transaction
def test_messages_are_named_in_a_known_namespace(transaction: Transaction) -> None:
    known = {value for name, value in vars(NS).items() if name.isupper()}
    for name in (transaction.request, transaction.response):
        namespace, _, local = name[1:].partition("}")
        assert namespace in known
        assert local.isidentifier()


@each_transaction
def test_response_action_is_one_of_a_response(transaction: Transaction) -> None:
    numbered = transaction.response_action.startswith(f"{NS.HL7}:")  # HL7 numbers its messages
    assert numbered or transaction.response_action.endswith("Response")
    assert transaction.action not in {other.response_action for other in TRANSACTIONS.values()}


def test_images_are_answered_with_the_action_of_documents() -> None:
    assert TRANSACTIONS["RAD-69"].response_action == TRANSACTIONS["ITI-43"].response_action


def test_what_carries_documents_travels_as_mtom() -> None:
    assert {name for name, value in TRANSACTIONS.items() if value.mtom} == {
        "ITI-39",
        "ITI-41",
        "ITI-43",
        "RAD-69",
        "RAD-75",
    }


def test_every_public_name_is_there() -> None:
    assert [name for name in vocab.__all__ if not hasattr(vocab, name)] == []
