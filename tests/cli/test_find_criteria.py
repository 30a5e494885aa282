from __future__ import annotations

import pytest

from xdsi_sim.checklist.two_level import Criteria
from xdsi_sim.cli.find_criteria import criteria_of
from xdsi_sim.errors import UsageError

ANNA = "NAT-1001^^^&2.999.10.1&ISO"
NOTHING = (None,) * 9


def test_a_patient_alone_is_enough() -> None:
    assert criteria_of(ANNA, *NOTHING) == Criteria(patientId=ANNA)


def test_each_option_is_read_in_its_own_way() -> None:
    read = criteria_of(
        ANNA,
        ["ct"],
        ["HEAD"],
        ["394914008^^SCT"],
        "2024-05-01",
        "2024",
        ["2.999.76.1"],
        ["ACC-1", "ACC-2^^^&2.999.20.2&ISO"],
        ["ORD-1"],
        ["24725-4", "24725-4^^LN"],
    )
    assert (read.since, read.until) == ("20240501", "2024")
    assert read.modalities[0].startswith("CT^^")
    assert read.regions[0].endswith("^^2.16.840.1.113883.6.96")
    assert read.settings == ("394914008^^2.16.840.1.113883.6.96",)
    assert (read.studies, read.orders) == (("2.999.76.1",), ("ORD-1",))
    assert read.accessions == ("ACC-1", "ACC-2^^^&2.999.20.2&ISO")
    assert read.procedures == ("24725-4", "24725-4^^2.16.840.1.113883.6.1")


def test_what_is_wrong_names_its_option() -> None:
    with pytest.raises(UsageError, match=r"^--study: 'CT' is no UID\.$"):
        criteria_of(ANNA, None, None, None, None, None, ["CT"], None, None, None)
