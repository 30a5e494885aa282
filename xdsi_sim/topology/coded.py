"""Codes that an affinity domain takes, by the attribute: for metadata that a scenario makes up."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, model_validator

from xdsi_sim.topology.checked import Checked, wrong

__all__ = ["OwnCodes"]

_CODE: Final = re.compile(r"[^^]+\^[^^]*\^[^^]+")


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise wrong(f"'{value}' is no code: code^display name^scheme is expected")
    return value


_Code = Annotated[str, AfterValidator(_code)]


class OwnCodes(Checked):
    """What an attribute is, where a scenario does not say."""

    classCode: _Code | None = None
    typeCode: _Code | None = None
    formatCode: _Code | None = None
    confidentialityCode: _Code | None = None
    healthcareFacilityTypeCode: _Code | None = None
    practiceSettingCode: _Code | None = None
    languageCode: str | None = None
    contentTypeCode: _Code | None = None
    """Of SubmissionSets."""
    codeList: _Code | None = None
    """Of Folders."""

    @property
    def given(self) -> dict[str, str]:
        """Those that are named."""
        return self.model_dump(exclude_none=True)

    @model_validator(mode="after")
    def _names_one(self) -> OwnCodes:
        if not self.given:
            raise wrong("no code is named", hint=f"It takes: {', '.join(type(self).model_fields)}.")
        return self
