from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xdsi_sim.actors.patient_seeker import PatientSeeker
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.rules.discovery import check_discovery

ANNA = Person(name=PersonName("Roth", "Anna"), birthTime="1963", gender="F", mothersMaidenName="Grün")


@pytest.mark.parametrize("community", ["urn:oid:2.999.1", "2.999.1"])
def test_a_query_breaks_no_rule_and_says_who_asks(community: str) -> None:
    seeker = PatientSeeker(community=community, clock=lambda: datetime(2024, 2, 12, tzinfo=UTC))
    query = seeker.ask(ANNA, (Ii("2.999", "1"),), receiver="urn:oid:2.999.2", least=80)
    assert check_discovery(query).findings == ()
    assert (query.sender, query.community, query.receiver) == ("2.999.1", "2.999.1", "2.999.2")
    assert (query.names, query.birthTime, query.gender) == ((ANNA.name,), "1963", "F")
    assert (query.mothersMaidenName, query.ids, query.least) == ("Grün", (Ii("2.999", "1"),), 80)
    assert query.time == "20240212000000"
    assert query.id != query.queryId != seeker.ask(ANNA, (), receiver="2.999.2").queryId


def test_who_has_no_name_is_asked_for_by_id() -> None:
    query = PatientSeeker(community="2.999.1").ask(Person(), (Ii("2.999", "1"),), receiver="2.999.2")
    assert query.names == ()
    assert check_discovery(query).accepted
