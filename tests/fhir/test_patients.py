from __future__ import annotations

import pytest

from xdsi_sim.fhir.patients import patient, source_patient

INFO = ("PID-3|L1^^^&2.999.20&ISO", "PID-5|Roth^Anna^Maria", "PID-7|19700131", "PID-8|F")


def test_a_patient_at_the_source_comes_back() -> None:
    resource = patient("L1^^^&2.999.20&ISO", INFO)
    assert resource["gender"] == "female"
    assert resource["birthDate"] == "1970-01-31"
    assert resource["name"] == [{"family": "Roth", "given": ["Anna", "Maria"]}]
    assert source_patient(resource) == ("L1^^^&2.999.20&ISO", INFO)


def test_several_ids_and_names_are_kept() -> None:
    info = ("PID-3|L1^^^&2.999.20&ISO~N7^^^&2.999.30&ISO", "PID-5|Roth^Anna~Frei^Anna")
    assert source_patient(patient("L1^^^&2.999.20&ISO", info)) == ("L1^^^&2.999.20&ISO", info)


def test_fields_that_are_none_are_left_out() -> None:
    assert patient(None, ("PID-99|x", "nonsense", "PID-7|soon", "PID-8|Q")) == {}


def test_an_id_without_an_authority_is_refused() -> None:
    with pytest.raises(ValueError, match="urn:oid:"):
        source_patient({"identifier": [{"value": "L1"}]})
