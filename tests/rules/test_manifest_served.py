from __future__ import annotations

import pytest
from manifest_examples import Example, assert_found, examples_of


@pytest.mark.parametrize("example", examples_of("manifest_served"), ids=str)
def test_a_fault_against_the_source_is_found_where_it_is(example: Example) -> None:
    assert_found(example)
