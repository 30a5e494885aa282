from __future__ import annotations

from submissions import a_provision, an_entry, uuid

from xdsi_sim.actors.provided import Provided
from xdsi_sim.content import BytesContent, read_all, sha1_of


def test_each_document_stands_beside_its_entry() -> None:
    entries = (an_entry(1), an_entry(2, mimeType="text/plain"))
    provided = Provided.of(a_provision(entries=entries, content=b"both"))
    assert [(print_.id, print_.hash, print_.size) for print_ in provided.prints] == [
        (uuid(number), sha1_of(BytesContent(b"both")), 4) for number in (1, 2)
    ]
    assert provided.uniqueIds() == ["2.999.2.1", "2.999.2.2"]
    pairs = [*provided.pairs()]
    assert [entryUUID for entryUUID, _ in pairs] == [uuid(1), uuid(2)]
    assert [document.mimeType for _, document in pairs] == ["application/octet-stream", "text/plain"]
    assert {read_all(document.content) for _, document in pairs} == {b"both"}
