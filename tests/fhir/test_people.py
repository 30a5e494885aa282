from __future__ import annotations

import pytest

from xdsi_sim.ebrim.model import Author
from xdsi_sim.fhir.people import (
    Contained,
    author,
    author_reference,
    escaped,
    organisation,
    organization_reference,
    person,
    person_reference,
    unescaped,
)
from xdsi_sim.fhir.references import resolving

AUTHORS = [
    Author(authorPerson="D7^Roth^Miriam^Eva^jr^Dr^^^&2.999.7&ISO"),
    Author(authorPerson="^Roth^Miriam"),
    Author(authorInstitution=("North Hospital",)),
    Author(authorInstitution=("North^^^^^&2.999.7&ISO^^^^N1",)),
    Author(authorInstitution=("North^^^^^^^^^2.999.8",)),
    Author(authorPerson="^Roth^Miriam", authorTelecommunication=("^NET^Internet^roth@north.example",)),
    Author(
        authorPerson="^Roth^Miriam",
        authorInstitution=("North", r"Smith \T\ Sons"),
        authorRole=("radiologist", "head"),
        authorSpecialty=("Radiology",),
        authorTelecommunication=("^^PH^^^^5550100",),
    ),
]


@pytest.mark.parametrize("given", AUTHORS)
def test_authors_come_back(given: Author) -> None:
    contained = Contained()
    reference = author_reference(given, contained)
    assert author(reference, resolving({"contained": contained.resources}, {})) == given


def test_a_signatory_comes_back() -> None:
    contained = Contained()
    reference = person_reference("D7^Roth^Miriam^^^^^^&2.999.7&ISO", contained)
    assert person_reference("D7^Roth^Miriam^^^^^^&2.999.7&ISO", contained) == reference  # once is enough
    assert len(contained.resources) == 1
    resolve = resolving({"contained": contained.resources}, {})
    assert person(reference, resolve) == "D7^Roth^Miriam^^^^^^&2.999.7&ISO"


def test_an_organisation_with_an_address_comes_back() -> None:
    contained = Contained()
    reference = organization_reference("North", contained, "^NET^Internet^n@north.example")
    resolve = resolving({"contained": contained.resources}, {})
    assert organisation(reference, resolve) == "North"
    assert contained.resources[0]["telecom"] == [{"system": "email", "value": "n@north.example"}]
    assert person(reference, resolve) is None


def test_a_person_who_is_only_named_is_taken_by_the_name() -> None:
    resolve = resolving({}, {})
    assert person({"display": "Miriam Roth"}, resolve) == "^Miriam Roth"
    named = {"identifier": {"system": "urn:oid:2.999.7", "value": "D7"}}
    assert person(named, resolve) == "D7^^^^^^^^&2.999.7&ISO"
    assert author({}, resolve) is None


def test_signs_of_hl7_are_escaped() -> None:
    assert escaped("A&B|C^D~E\\") == "A\\T\\B\\F\\C\\S\\D\\R\\E\\E\\"
    assert unescaped(escaped("A&B|C^D~E\\")) == "A&B|C^D~E\\"
