from __future__ import annotations

from concurrent.futures import Future

import pytest
from submissions import AUTHORITY, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.actors.bulk import register_all
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.registry_port import Consequences, RegistryChange
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.vocab import Association as AssociationType


@pytest.fixture
def registry(store: SqliteRegistryStore) -> DocumentRegistry:
    return DocumentRegistry(store=store, patientAuthority=AUTHORITY)


def versions(count: int) -> list[SubmitObjectsRequest]:
    """A document, and submissions each of which replaces the one of the submission before it."""
    requests = [a_submission(entries=(an_entry(1),), set_=a_set(1001))]
    for number in range(2, count + 1):
        replaces = an_association(uuid(number), uuid(number - 1), AssociationType.RPLC)
        requests.append(
            a_submission(entries=(an_entry(number),), set_=a_set(1000 + number), more=(replaces,))
        )
    return requests


def test_each_submission_finds_those_before_it(registry: DocumentRegistry) -> None:
    responses = list(register_all(registry, versions(50)))
    assert [status_name(response.status) for response in responses] == ["Success"] * 50


def test_answers_come_in_the_order_of_the_requests_whatever_they_are(registry: DocumentRegistry) -> None:
    taken, new = a_submission(), a_submission(entries=(an_entry(2),), set_=a_set(101))
    unfit = a_submission(entries=(an_entry(3, patientId="nobody"),), set_=a_set(102))
    responses = register_all(registry, [taken, unfit, taken, new])
    assert [status_name(response.status) for response in responses] == [
        "Success",
        "Failure",
        "Failure",
        "Success",
    ]


class Slow:
    """A store that commits when six changes have been brought."""

    def __init__(self) -> None:
        self.futures: list[Future[None]] = []

    def apply(self, _change: RegistryChange, _consequences: Consequences) -> Future[None]:
        self.futures.append(Future())
        if len(self.futures) > 5:
            for future in self.futures:
                if not future.done():
                    future.set_result(None)
        return self.futures[-1]


def test_a_commit_is_not_waited_for_before_the_next_is_judged() -> None:
    requests = [a_submission(entries=(an_entry(n),), set_=a_set(1000 + n)) for n in range(1, 7)]
    registry = DocumentRegistry(store=Slow())  # type: ignore[arg-type]
    assert len(list(register_all(registry, requests))) == 6


def test_what_fails_in_the_store_is_raised(registry: DocumentRegistry, store: SqliteRegistryStore) -> None:
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        list(register_all(registry, [a_submission()]))
