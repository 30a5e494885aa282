from __future__ import annotations

from submissions import a_provision

from xdsi_sim.actors.fhir_recipient import FhirRecipient
from xdsi_sim.actors.flow import Call, NoAnswer, run
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.vocab import FAILURE


def test_what_came_goes_on_to_the_taker_and_its_answer_comes_back() -> None:
    calls: list[Call] = []
    answer = RegistryResponse()

    def take(call: Call) -> RegistryResponse:
        calls.append(call)
        return answer

    request = a_provision()
    assert run(FhirRecipient(taker="http://repository").provide(request), take) is answer
    ((url, transaction),) = [(call.url, call.transaction) for call in calls]
    assert (url, transaction, calls[0].message) == ("http://repository", "ITI-41", request)


def test_a_taker_that_is_silent_has_taken_nothing() -> None:
    answer = run(FhirRecipient(taker="x").provide(a_provision()), lambda _call: NoAnswer("down"))
    assert answer.status == FAILURE
    assert answer.errors[0].codeContext == "no answer to ITI-41: down"
