from __future__ import annotations

import pytest
from answer_examples import BROKEN, HOME, find, rules_of
from submissions import uuid

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import GET_DOCUMENTS
from xdsi_sim.rules.gateway import CommunityProvision, CommunityQuery, CommunityRetrieve, CommunityUpdate
from xdsi_sim.rules.registry import judge, rules

BY_ID = Slot("$XDSDocumentEntryEntryUUID", (f"('{uuid(1)}')",))
KNOWN = frozenset({HOME})
MISSING, UNKNOWN = ["XDSMissingHomeCommunityId"], ["XDSUnknownCommunity"]


@pytest.mark.parametrize("rule", ["I29", "I30"])
def test_the_example_of_a_rule_breaks_it(rule: str) -> None:
    assert rule in rules_of(BROKEN[rule])


@pytest.mark.parametrize(
    ("home", "known", "codes"),
    [
        (HOME, KNOWN, []),
        (HOME, None, []),
        (None, KNOWN, MISSING),
        ("", None, MISSING),
        ("urn:oid:2.999.9", KNOWN, UNKNOWN),
    ],
)
def test_a_query_by_ids_and_a_retrieve_name_a_known_community(
    home: str | None, known: frozenset[str] | None, codes: list[str]
) -> None:
    request = AdhocQueryRequest(id=GET_DOCUMENTS.id, parameters=(BY_ID,), home=home)
    query = CommunityQuery(request=request, communities=known)
    retrieve = CommunityRetrieve(documents=((home, "2.999.2.1"),), communities=known)
    for subject, rule in ((query, "I28"), (retrieve, "H15")):
        assert [error.errorCode for error in judge([(subject, rules(rule))]).errors] == codes


@pytest.mark.parametrize(
    ("homes", "known", "codes"),
    [
        ((HOME,), KNOWN, []),
        ((HOME,), None, []),
        ((), KNOWN, MISSING),
        (("",), None, MISSING),
        (("urn:oid:2.999.9",), KNOWN, UNKNOWN),
        ((HOME, HOME), KNOWN, UNKNOWN),
    ],
)
def test_documents_for_another_community_name_it(
    homes: tuple[str, ...], known: frozenset[str] | None, codes: list[str]
) -> None:
    provision = CommunityProvision(homes=homes, communities=known)
    assert [error.errorCode for error in judge([(provision, rules("G21"))]).errors] == codes


@pytest.mark.parametrize(
    ("homes", "codes"),
    [
        ((HOME, HOME), []),
        ((HOME, None), MISSING),
        ((None, ""), MISSING * 2),
        (("urn:oid:2.999.9",), UNKNOWN),
        ((HOME, "urn:oid:2.999.8"), ["XDSMetadataUpdateError"]),
        ((), ["XDSMetadataUpdateError"]),
    ],
)
def test_an_update_that_is_forwarded_is_of_one_known_community(
    homes: tuple[str | None, ...], codes: list[str]
) -> None:
    entries = tuple((home, uuid(number)) for number, home in enumerate(homes))
    update = CommunityUpdate(entries=entries, communities=frozenset({HOME, "urn:oid:2.999.8"}))
    assert [error.errorCode for error in judge([(update, rules("L31"))]).errors] == codes


def test_a_query_for_a_patient_needs_no_community() -> None:
    assert judge([(CommunityQuery(request=find(), communities=KNOWN), rules("I28"))]).accepted
