from __future__ import annotations

import pytest
from pydantic import ValidationError

from xdsi_sim.topology.coded import OwnCodes


def test_codes_are_those_that_are_named() -> None:
    codes = OwnCodes.model_validate({"classCode": "REP^Reports^2.999.42.7", "languageCode": "de"})
    assert codes.given == {"classCode": "REP^Reports^2.999.42.7", "languageCode": "de"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"classCode": "REP"}, "'REP' is no code: code^display name^scheme is expected"),
        ({"classcode": "REP^R^2.999.1"}, "unknown key 'classcode'"),
        ({}, "no code is named"),
    ],
)
def test_what_is_no_code_is_told(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OwnCodes.model_validate(given)
    assert said in str(caught.value)
