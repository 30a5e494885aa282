from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from xdsi_sim.topology.names import AeTitle, HomeCommunityId, Id, Oid, PatientId, Port


@pytest.mark.parametrize(
    ("type_", "good", "bad", "words"),
    [
        (Id, "pacs-1.a", "pacs/1", "'pacs/1' is not an id"),
        (Oid, "2.999.1", "2.999.01", "is not an OID"),
        (HomeCommunityId, "urn:oid:2.999.1", "2.999.1", "is not a homeCommunityId"),
        (AeTitle, "PACS ONE", " PACS", "is not an AE title"),
        (Port, 0, 65536, "less than or equal to 65535"),
        (PatientId, "P1", "P1^", r"'P1\^' is no patient id"),
        (PatientId, "P1^^^&2.999&ISO", "", "is no patient id"),
    ],
)
def test_an_id_is_of_its_form(type_: Any, good: object, bad: object, words: str) -> None:
    adapter = TypeAdapter(type_)
    assert adapter.validate_python(good) == good
    with pytest.raises(ValidationError, match=words):
        adapter.validate_python(bad)
