from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from xdsi_sim.ids import counted, new_mark, new_token, new_uid, new_uuid

VERSION_4 = re.compile("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_no_token_is_like_another_whichever_thread_asks() -> None:
    with ThreadPoolExecutor(8) as threads:
        tokens = list(threads.map(lambda _number: new_token(), range(5000)))
    assert len(set(tokens)) == 5000
    assert {len(token) for token in tokens} == {32}


def test_a_new_uuid_is_a_random_one_in_form() -> None:
    assert VERSION_4.fullmatch(new_uuid())


def test_a_new_uid_is_a_uuid_in_decimal() -> None:
    prefix, _, digits = new_uid().rpartition(".")
    assert prefix == "2.25"
    assert UUID(int=int(digits)).version == 4
    assert new_uid() != new_uid()


def drawn() -> list[str]:
    return [new_uuid(), new_uid(), new_mark(), new_uuid(), new_token()]


def test_ids_that_are_counted_are_the_same_for_a_seed_and_others_for_another() -> None:
    with counted(7):
        first = drawn()
        assert VERSION_4.fullmatch(first[0])
    with counted(7):
        assert drawn() == first
    with counted(8):
        assert not set(drawn()) & set(first)
    assert not set(drawn()) & set(first)
    assert len(set(first)) == len(first)


def test_names_of_files_do_not_change_what_is_counted_for_messages() -> None:
    with counted(7):
        first = new_uuid(), new_mark()
    with counted(7):
        new_token()
        assert (new_uuid(), new_mark()) == first
