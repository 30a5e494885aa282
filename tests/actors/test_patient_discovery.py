from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from xdsi_sim.actors.gateways import RespondingGateway
from xdsi_sim.actors.patient_discovery import DiscoveryPolicy
from xdsi_sim.actors.patient_seeker import PatientSeeker
from xdsi_sim.actors.registry_port import PatientChange
from xdsi_sim.messages.discovery import DiscoveryRequest, DiscoveryResponse
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.store.registry import SqliteRegistryStore

HOME, AUTHORITY = "urn:oid:2.999.2", "2.999.2.1"
SEEKER = PatientSeeker(community="urn:oid:2.999.1")
ANNA = Person(name=PersonName("Bergström", "Anna"), birthTime="19740312", gender="F")
NATIONAL = Ii("2.999.9", "NAT")
AS_IT_IS = DiscoveryPolicy()
GENDER, MOTHER = "LivingSubjectAdministrativeGenderRequested", "MothersMaidenNameRequested"

Ask = Callable[..., DiscoveryResponse]


@pytest.fixture
def tell(store: SqliteRegistryStore) -> Callable[..., None]:
    def feed(id: str, person: Person = ANNA, *others: str) -> None:
        ids = (f"{id}^^^&{AUTHORITY}&ISO",)
        change = PatientChange(announced=ids, described=ids, person=person, otherIds=others)
        store.feed(ids, lambda _known: change).result()

    return feed


@pytest.fixture
def ask(store: SqliteRegistryStore) -> Ask:
    def discover(person: Person = ANNA, *ids: Ii, policy: DiscoveryPolicy = AS_IT_IS, **more: Any) -> Any:
        gateway = RespondingGateway(
            homeCommunityId=HOME, registry="http://r", sources={}, directory=store, policy=policy
        )
        return gateway.discover(replace(asking(person, *ids), **more))

    return discover


def asking(person: Person, *ids: Ii) -> DiscoveryRequest:
    query = SEEKER.ask(person, ids, receiver=HOME)
    told = {
        "livingSubjectAdministrativeGender": person.gender,
        "mothersMaidenName": person.mothersMaidenName,
    }
    return replace(query, parameters=frozenset(name for name, value in told.items() if value))


def found(answer: DiscoveryResponse) -> list[str]:
    return [match.patientId.extension for match in answer.matches]


def test_a_patient_is_told_with_all_that_is_known(ask: Ask, tell: Any) -> None:
    tell("S7", ANNA, "NAT^^^&2.999.9&ISO")
    answer = ask()
    (match,) = answer.matches
    assert (answer.acknowledgement, answer.queryResponseCode) == ("AA", "OK")
    assert (match.patientId, match.homeCommunityId) == (Ii(AUTHORITY, "S7"), HOME)
    assert (match.person, match.otherIds, match.degree) == (ANNA, (NATIONAL,), 94)


def test_an_answer_says_what_it_answers(ask: Ask) -> None:
    query = replace(asking(ANNA), echo=b"<queryByParameter/>")
    answer = ask(id=query.id, queryId=query.queryId, echo=query.echo)
    assert (answer.target, answer.queryId, answer.echo) == (query.id, query.queryId, query.echo)
    assert (answer.sender, answer.receiver) == ("2.999.2", "2.999.1")
    assert answer.id.root not in ("", query.id.root)


def test_nobody_is_no_error(ask: Ask, tell: Any) -> None:
    tell("S7", replace(ANNA, birthTime="19990101"))
    answer = ask()
    assert (answer.acknowledgement, answer.queryResponseCode, found(answer)) == ("AA", "NF", [])


def test_an_id_finds_whoever_has_or_had_it(ask: Ask, tell: Any, store: SqliteRegistryStore) -> None:
    tell("S7", ANNA, "NAT^^^&2.999.9&ISO")
    tell("S8", Person())
    pair = (f"S8^^^&{AUTHORITY}&ISO", f"S7^^^&{AUTHORITY}&ISO")
    store.feed(pair, lambda _known: PatientChange(merged=pair)).result()
    for id in (NATIONAL, Ii(AUTHORITY, "S7"), Ii(AUTHORITY, "S8")):
        assert found(ask(Person(), id)) == ["S8"]
    assert found(ask(ANNA)) == ["S8"]  # whose name was known of the other id alone


def test_the_likeliest_is_the_first_and_the_unlikely_not_wanted(ask: Ask, tell: Any) -> None:
    tell("S1", replace(ANNA, gender=""))
    tell("S2")
    assert found(ask()) == ["S2", "S1"]
    assert found(ask(least=94)) == ["S2"]
    assert ask(least=95).queryResponseCode == "NF"


@pytest.mark.parametrize(
    ("several", "ids", "code", "requested"),
    [("all", ["S1", "S2"], "OK", ()), ("none", [], "NF", ()), ("ask", [], "OK", (GENDER,))],
)
def test_several_are_given_or_told_apart_or_nobody(
    several: Any, ids: list[str], code: str, requested: tuple[str, ...], ask: Ask, tell: Any
) -> None:
    tell("S1")
    tell("S2", replace(ANNA, gender="M"))
    policy = DiscoveryPolicy(several=several, timeToLive="PT1H")
    answer = ask(replace(ANNA, gender=""), policy=policy)
    assert (found(answer), answer.queryResponseCode, answer.requested) == (ids, code, requested)
    assert answer.timeToLive == (None if requested else "PT1H")
    assert found(ask(policy=policy)) == ["S1"]


def test_of_twins_in_all_that_is_known_nothing_can_be_asked(ask: Ask, tell: Any) -> None:
    tell("S1")
    tell("S2")
    answer = ask(policy=DiscoveryPolicy(several="ask"))
    assert (answer.queryResponseCode, answer.matches, answer.requested) == ("NF", (), ())


def test_too_many_are_asked_to_be_told_apart(ask: Ask, tell: Any) -> None:
    for number in range(3):
        tell(f"S{number}", replace(ANNA, mothersMaidenName=f"M{number}"))
    assert ask(policy=DiscoveryPolicy(most=2)).requested == (MOTHER,)
    assert len(ask(policy=DiscoveryPolicy(most=3)).matches) == 3


def test_what_is_required_is_asked_for_before_anybody_is_named(ask: Ask, tell: Any) -> None:
    policy = DiscoveryPolicy(requires=("PatientAddressRequested", GENDER))
    assert ask(policy=policy).queryResponseCode == "NF"  # that nobody is here may be said
    tell("S7", ANNA, "NAT^^^&2.999.9&ISO")
    answer = ask(policy=policy)
    assert (answer.requested, answer.matches) == (("PatientAddressRequested",), ())
    told = frozenset({"patientAddress", "livingSubjectAdministrativeGender"})
    assert found(ask(policy=policy, parameters=told)) == ["S7"]
    assert found(ask(Person(), NATIONAL, policy=policy)) == ["S7"]


def test_who_refuses_says_why(ask: Ask, tell: Any) -> None:
    tell("S7")
    answer = ask(policy=DiscoveryPolicy(refuses="ResponderBusy"))
    assert (answer.acknowledgement, answer.queryResponseCode, answer.issues) == (
        "AE",
        "AE",
        ("ResponderBusy",),
    )
    assert [error.errorCode for error in answer.errors] == ["ResponderBusy"]


def test_a_query_that_breaks_a_rule_is_told_which(ask: Ask, tell: Any) -> None:
    tell("S7")
    answer = ask(Person(name=ANNA.name))
    assert (answer.acknowledgement, answer.queryResponseCode) == ("AE", "QE")
    assert answer.texts == ("LivingSubjectBirthTime is missing, and there is no LivingSubjectId (rule N02)",)
    assert [finding.rule for finding in answer.findings] == ["N02"]


def test_a_gateway_without_a_directory_knows_nobody() -> None:
    gateway = RespondingGateway(homeCommunityId=HOME, registry="http://r", sources={})
    assert gateway.discover(asking(ANNA)).queryResponseCode == "NF"
