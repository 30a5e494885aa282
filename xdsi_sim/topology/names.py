"""Ids as people write them in a topology: what they are checked against, and what is said of a wrong one."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from xdsi_sim.ebrim.datatypes import HOME_COMMUNITY_ID, OID
from xdsi_sim.messages.patient_feed import read_patient_id
from xdsi_sim.topology.checked import wrong
from xdsi_sim.topology.listen import HIGHEST_PORT

__all__ = ["AeTitle", "HomeCommunityId", "Id", "Oid", "PatientId", "Port", "matching"]

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_AE_TITLE: Final = re.compile(r"(?! )[ -\[\]-~]{1,16}(?<! )")  # PS3.5: Table 6.2-1
_ANY_AUTHORITY: Final = "2.999"


def matching(pattern: re.Pattern[str], what: str) -> AfterValidator:
    """A validator of texts that match as a whole; `what` says in a complaint what was expected."""

    def checked(value: str) -> str:
        """The text as it is; raises what `wrong` makes where it does not match."""
        if not pattern.fullmatch(value):
            raise wrong(f"'{value}' is not {what}")
        return value

    return AfterValidator(checked)


def _patient(value: str) -> str:
    try:
        read_patient_id(value, _ANY_AUTHORITY)
    except ValueError as error:
        raise wrong(f"'{value}' is no patient id: {error}") from None
    return value


Id = Annotated[str, matching(_ID, "an id: letters, digits, '.', '_' and '-', the first a letter or digit")]
Oid = Annotated[str, matching(OID, "an OID, such as 2.999.1.10")]
HomeCommunityId = Annotated[str, matching(HOME_COMMUNITY_ID, "a homeCommunityId, such as urn:oid:2.999.1")]
AeTitle = Annotated[str, matching(_AE_TITLE, "an AE title: at most 16 characters, no backslash")]
Port = Annotated[int, Field(ge=0, le=HIGHEST_PORT)]
PatientId = Annotated[str, AfterValidator(_patient)]
"""A CX, or a bare id of the community's authority."""
