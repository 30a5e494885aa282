from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import a_query
from an_exchange import a_message, an_exchange
from wire import message

from xdsi_sim.content import read_all
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.judging.replays import Replays, replayed
from xdsi_sim.store.recordings import Recordings

HL7 = (
    b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
    b'<PRPA_IN201305UV02 xmlns="urn:hl7-org:v3"><id root="%s" extension="m"/>'
    b'<controlActProcess><queryByParameter><queryId root="2.999.8" extension="%s"/></queryByParameter>'
    b"</controlActProcess></PRPA_IN201305UV02></e:Body></e:Envelope>"
)
ACK = (
    b'<id root="2.999.7" extension="m"/><acknowledgement><targetMessage><id root="2.999.7" extension="m"/>'
    b'</targetMessage></acknowledgement><queryAck><queryId extension="q1" root="2.999.8"/></queryAck>'
)


def query(id_: str = "urn:uuid:asked") -> HttpMessage:
    media, body = message("http://registry.test/", "ITI-18", a_query())
    return a_message(
        "POST /c/registry HTTP/1.1", body.replace(b"urn:uuid:asked", id_.encode()), Content_Type=media
    )


def known(folder: Path, *exchanges: Exchange) -> Replays:
    recordings = Recordings(folder / "kept")
    for exchange in exchanges:
        recordings.keep(exchange)
    return Replays(recordings, "/c/registry", folder)


def test_an_answer_relates_to_the_new_request_and_is_else_as_it_was(tmp_path: Path) -> None:
    body = b"<x><wsa:RelatesTo\n RelationshipType='r'> urn:uuid:asked </wsa:RelatesTo>urn:uuid:asked</x>"
    recorded = an_exchange(1, request=query(), response=a_message("HTTP/1.1 200 OK", body))
    replays = known(tmp_path, recorded)
    asked = replays.likeness(query("urn:uuid:new"))
    found = replays.find(asked)
    assert found is not None
    answer = replayed(found, asked)
    assert read_all(answer.body) == body.replace(b"urn:uuid:asked ", b"urn:uuid:new ", 1)
    assert answer.body.size == len(read_all(answer.body))


def test_an_acknowledgement_of_hl7_names_the_new_message(tmp_path: Path) -> None:
    def asking(root: bytes, query_id: bytes) -> HttpMessage:
        return a_message("POST /c/registry HTTP/1.1", HL7 % (root, query_id))

    answer = a_message("HTTP/1.1 200 OK", ACK)
    replays = known(tmp_path, an_exchange(1, request=asking(b"2.999.7", b"q1"), response=answer))
    asked = replays.likeness(asking(b"2.999.77", b"q2"))
    found = replays.find(asked)
    assert found is not None
    told = read_all(replayed(found, asked).body)
    assert told == (
        b'<id root="2.999.7" extension="m"/><acknowledgement><targetMessage>'
        b'<id root="2.999.77" extension="m"/></targetMessage></acknowledgement>'
        b'<queryAck><queryId extension="q2" root="2.999.8"/></queryAck>'
    )


def test_a_coded_answer_stays_as_it_is(tmp_path: Path) -> None:
    coded = a_message("HTTP/1.1 200 OK", b"<RelatesTo>urn:uuid:asked</RelatesTo>", Content_Encoding="gzip")
    replays = known(tmp_path, an_exchange(1, request=query(), response=coded))
    asked = replays.likeness(query("urn:uuid:new"))
    found = replays.find(asked)
    assert found is not None
    assert read_all(replayed(found, asked).body) == read_all(coded.body)


def test_an_empty_recording_says_so(tmp_path: Path) -> None:
    replays = known(tmp_path)
    assert replays.find(replays.likeness(query())) is None
    assert replays.miss(replays.likeness(query())) == "the recording kept is empty"


@pytest.mark.parametrize("body", [b"", b"<x/>"])
def test_an_answer_that_relates_to_nothing_is_given_as_it_is(tmp_path: Path, body: bytes) -> None:
    replays = known(tmp_path, an_exchange(1, request=query(), response=a_message("HTTP/1.1 202 A", body)))
    asked = replays.likeness(query("urn:uuid:new"))
    found = replays.find(asked)
    assert found is not None
    assert read_all(replayed(found, asked).body) == body
