from __future__ import annotations

import pytest
from rule_examples import PROVISIONS, described_by, in_module, provision_broken_by
from submissions import a_provision, an_entry, uuid

from xdsi_sim.rules.subjects import Fingerprint
from xdsi_sim.rules.transactions import check_provision


@pytest.mark.parametrize("rule", in_module("repository"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in provision_broken_by(rule)


def test_every_rule_has_an_example() -> None:
    assert PROVISIONS.keys() == {*in_module("repository"), *in_module("document_content")}


def test_hash_and_size_may_be_left_to_the_repository() -> None:
    request = a_provision(entries=(an_entry(hash=None, size=None),)).submission
    assert check_provision(
        request, described_by(request), (Fingerprint(id=uuid(1), hash="0" * 40, size=1),)
    ).accepted
