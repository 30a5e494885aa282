from __future__ import annotations

from dataclasses import replace

import pytest
from answer_examples import BROKEN, HOME, find, rules_of
from submissions import uuid

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import GET_DOCUMENTS
from xdsi_sim.rules.gateway import (
    CommunityObjects,
    CommunityProvision,
    CommunityQuery,
    CommunityRetrieve,
    CommunityUpdate,
    is_stray,
)
from xdsi_sim.rules.registry import judge, rules

BY_ID = Slot("$XDSDocumentEntryEntryUUID", (f"('{uuid(1)}')",))
KNOWN = frozenset({HOME})
SLOT = "slot homeCommunityId of RequestSlotList"
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


UPDATE, ABSENT = "the update is", "is missing"
IDS = AdhocQueryRequest(id=GET_DOCUMENTS.id, parameters=(BY_ID,))


@pytest.mark.parametrize(
    ("subject", "rule", "told"),
    [
        (
            CommunityProvision(homes=(HOME, "x")),
            "G21",
            (None, f"the {SLOT} names more than one community: '{HOME} x'"),
        ),
        (CommunityProvision(homes=()), "G21", (None, f"{SLOT} {ABSENT}")),
        (
            CommunityProvision(homes=("2.999.1",), communities=KNOWN),
            "G21",
            (None, "homeCommunityId lacks urn:oid: before the OID: '2.999.1'"),
        ),
        (CommunityUpdate(entries=()), "L31", (None, f"{UPDATE} of no DocumentEntry")),
        (
            CommunityUpdate(entries=((HOME, "a"), ("x", "b"))),
            "L31",
            (None, f"{UPDATE} of several communities, which no update can be"),
        ),
        (CommunityUpdate(entries=((None, "a"),)), "L31", ("a", f"homeCommunityId {ABSENT}")),
        (CommunityRetrieve(documents=((None, "1.2"),)), "H15", ("1.2", f"HomeCommunityId {ABSENT}")),
        (
            CommunityRetrieve(documents=(("x", "1.2"),), communities=KNOWN),
            "H15",
            ("1.2", "HomeCommunityId names no community that is known here: 'x'"),
        ),
        (CommunityQuery(request=IDS), "I28", (IDS.id, f"home {ABSENT}")),
        (CommunityQuery(request=IDS, named_by="$x"), "I28", (IDS.id, f"$x {ABSENT}")),
        (
            CommunityObjects(
                objects=(
                    ("ExtrinsicObject", "a", None),
                    ("ExtrinsicObject", "b", "x"),
                    ("ObjectRef", "c", ""),
                ),
                community=HOME,
                told=1,
            ),
            "I29",
            ("a", f"{HOME} gave ExtrinsicObject without home; not passed on"),
        ),
        (
            CommunityObjects(objects=(("ExtrinsicObject", "b", "x"),), community=HOME, told=1),
            "I29",
            ("b", f"{HOME} gave ExtrinsicObject that names another community; not passed on: 'x'"),
        ),
    ],
)
def test_what_is_wrong_is_said_of_the_object(
    subject: object, rule: str, told: tuple[str | None, str]
) -> None:
    verdict = judge([(subject, rules(rule))])
    assert (verdict.places[0].object, verdict.findings[0].text) == told


def test_of_many_strays_the_number_is_told() -> None:
    strays = tuple(("ExtrinsicObject", str(number), None) for number in range(5))
    given = CommunityObjects(objects=strays, community=HOME, told=2)
    texts = [finding.text for finding in judge([(given, rules("I29"))]).findings]
    assert texts[2:] == [f"{HOME} gave 3 more objects that do not name it; not passed on"]
    assert judge([(replace(given, told=5), rules("I29"))]).findings[4:] != ()
    assert len(judge([(replace(given, told=5), rules("I29"))]).findings) == 5


@pytest.mark.parametrize(
    ("stray", "element", "home", "community"),
    [
        (True, "ExtrinsicObject", None, None),
        (True, "ObjectRef", "", HOME),
        (False, "Association", None, HOME),
        (False, "ExtrinsicObject", HOME, None),
        (False, "ExtrinsicObject", HOME, HOME),
        (True, "Association", "urn:oid:2.999.9", HOME),
    ],
)
def test_an_object_that_does_not_name_its_community_is_a_stray(
    stray: bool, element: str, home: str | None, community: str | None
) -> None:
    assert is_stray(element, home, community) is stray


def test_a_query_for_a_patient_needs_no_community() -> None:
    assert judge([(CommunityQuery(request=find(), communities=KNOWN), rules("I28"))]).accepted
