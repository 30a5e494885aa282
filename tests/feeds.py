"""Messages of a patient identity feed in both dialects, and a source that sends them over raw sockets."""

from __future__ import annotations

import socket
from typing import Any

from a_domain import AUTHORITY
from wire import message, post, send

from xdsi_sim.actors.identity_source import PatientIdentitySource, as_call
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.adt import read_ack
from xdsi_sim.messages.mllp import FrameReader, frame
from xdsi_sim.messages.patient_feed import Acknowledgement, Ii, PatientFeed
from xdsi_sim.messages.prpa import read_mcci
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import NS

SOURCE = PatientIdentitySource(receiver=AUTHORITY)
OTHER = "2.999.20.1"


def patient(id: str, authority: str = AUTHORITY) -> str:
    """A patient id as metadata has it."""
    return f"{id}^^^&{authority}&ISO"


def adt(trigger: str = "A01", pid3: str = patient("P1"), mrg1: str | None = None, **changes: Any) -> bytes:
    """A message of HL7 v2 without its frame."""
    given = {"id": "M1", "type": f"ADT^{trigger}", "charset": "UNICODE UTF-8", "encoding": "utf-8"} | changes
    segments = [
        f"MSH|^~\\&|ADT|WARD|REG|DOMAIN|20240212083000||{given['type']}|{given['id']}|P|2.3.1||||||{given['charset']}",
        f"EVN|{trigger}|20240212083000",
        f"PID|||{pid3}||Roth^Miriam",
        *([] if mrg1 is None else [f"MRG|{mrg1}"]),
        "PV1||N",
    ]
    return "".join(f"{segment}\r" for segment in segments).encode(given["encoding"])


def ask_raw(at: Listen, data: bytes, count: int = 1) -> list[bytes]:
    """The answers to raw octets: so many, or all up to the end of the connection."""
    reader, answers = FrameReader(), []
    with socket.create_connection((at.host, at.port), timeout=10) as connection:
        connection.sendall(data)
        while len(answers) < count and (received := connection.recv(65536)):
            answers += reader.feed(received)
    return answers


def ask(at: Listen, data: bytes) -> Acknowledgement:
    """The answer to one message of HL7 v2."""
    (answer,) = ask_raw(at, frame(data))
    return read_ack(answer)


def tell(url: str, feed: PatientFeed) -> Acknowledgement:
    """The answer to one message of ITI-44."""
    call = as_call(feed, url)
    answer = send(url, post(url, *message(url, call.transaction, call.message)))
    return read_mcci(next(parse(answer.body).iter(f"{{{NS.HL7}}}MCCI_IN000002UV01")))


def added(*ids: str, authority: str = AUTHORITY) -> PatientFeed:
    return SOURCE.announce(*(Ii(authority, id) for id in ids))


def merged(subsumed: str, survivor: str, authority: str = AUTHORITY) -> PatientFeed:
    return SOURCE.merge(Ii(authority, survivor), Ii(authority, subsumed))
