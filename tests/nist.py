"""The sample cases of the NIST XDS toolkit, sent as they stand; nothing of ours reads the bodies."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from wire import post, send

from xdsi_sim.content import BytesContent, SegmentsContent, read_all
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.ids import new_uuid
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.soap.mtom import Attachments
from xdsi_sim.vocab import NS, TRANSACTIONS

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data" / "nist"
CASES: Final[list[dict[str, Any]]] = (
    json.loads((FOLDER / "cases.json").read_text(encoding="utf-8")) if FOLDER.is_dir() else []
)

SAME_ON_THE_WIRE: Final = {"RAD-68": "ITI-41", "ITI-41-XDR": "ITI-41", "RAD-69-IIG": "RAD-69"}
"""Transactions of the cases that go by another name on the wire."""


@dataclass(frozen=True)
class Outcome:
    """What a peer has answered."""

    status: str
    """The last part of the status URI."""
    errors: tuple[tuple[str, str], ...]
    """errorCode and codeContext of each RegistryError."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many elements there are by local name."""

    def codes(self) -> set[str]:
        return {code for code, _ in self.errors}


@cache
def renderer() -> ModuleType:
    """The samples' own way of filling them."""
    spec = importlib.util.spec_from_file_location("nist_render", FOLDER / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def filled(
    file: str, known: dict[str, str], mended: tuple[str, str] | None = None
) -> tuple[bytes, dict[str, str]]:
    """A sample's body, and the ids that were made for it by name; the last of `mended` is replaced."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    if mended is not None:
        text = mended[1].join(text.rsplit(mended[0], 1))
    text, names = renderer().render(text, known)
    return text.encode().partition(b"?>")[2] if text.startswith("<?xml") else text.encode(), names


def ask(url: str, transaction: str, body: bytes, documents: Iterable[tuple[str, str]] = ()) -> Outcome:
    """Send a body in an envelope of its transaction, and read what comes back without the product's help.

    `documents` are ids and files.
    """
    kind = TRANSACTIONS[SAME_ON_THE_WIRE.get(transaction, transaction)]
    attachments = Attachments(mtom=kind.mtom)
    if kind.name == "ITI-41":
        parts = b"".join(_document(id, file, attachments) for id, file in documents)
        body = b'<p:ProvideAndRegisterDocumentSetRequest xmlns:p="%s">%s%s</p:%s>' % (
            *(NS.XDS.encode(), body, parts),
            b"ProvideAndRegisterDocumentSetRequest",
        )
    header = write_addressing(action=kind.action, message_id=new_uuid(), to=url)
    data = read_all(SegmentsContent(tuple(attachments.body(write_envelope(header, [body])))))
    return _outcome(send(url, post(url, attachments.content_type, data)).body)


def _document(id: str, file: str, attachments: Attachments) -> bytes:
    include = attachments.attach(BytesContent((FOLDER / file).read_bytes()))
    return b'<p:Document id="%s">%s</p:Document>' % (id.encode(), include)


def _outcome(answer: bytes) -> Outcome:
    start, end = answer.index(b"<soap:Envelope"), answer.index(b"</soap:Envelope>")
    root = parse(answer[start:end] + b"</soap:Envelope>")
    elements = list(root.iter())
    names = [str(element.tag).rpartition("}")[2] for element in elements]
    (status,) = (
        element.get("status")
        for element in elements
        if element.get("status", "").find("ResponseStatusType") > 0
    )
    errors = root.iter(f"{{{NS.RS}}}RegistryError")
    return Outcome(
        status=str(status).rpartition(":")[2],
        errors=tuple((str(each.get("errorCode")), str(each.get("codeContext"))) for each in errors),
        counts={name: names.count(name) for name in set(names)},
    )
