from __future__ import annotations

from pathlib import Path

import pytest
from a_system import description, loaded

from xdsi_sim.errors import UsageError
from xdsi_sim.sut.model import SystemUnderTest
from xdsi_sim.topology.listen import Listen

GOOD = description(registry="http://192.0.2.7/registry")


def test_a_description_is_read_as_it_is_written(tmp_path: Path) -> None:
    more = 'options: [metadata-update]\ndeviations: {REG-07: "fixed in 4.3"}\n'
    system = loaded(tmp_path, f'{GOOD}{more}patients: [A1, "A2^^^&2.999.42.2&ISO"]\n').system
    assert (system.name, system.title, system.homeCommunityId) == ("acme", "Acme XDS 4.2", "urn:oid:2.999.42")
    assert system.listen == Listen("127.0.0.1", 0)
    assert [(name, role.url) for name, role in system.roles.given()] == [
        ("registry", "http://192.0.2.7/registry")
    ]
    assert system.options == ("metadata-update",)
    assert system.deviations == {"REG-07": "fixed in 4.3"}
    assert system.patients == ("A1", "A2^^^&2.999.42.2&ISO")


def test_what_is_not_said_is_as_a_vendor_expects(tmp_path: Path) -> None:
    system = loaded(tmp_path, "name: a\nroles: {registry: {url: 'http://192.0.2.7/r'}}\n").system
    assert isinstance(system, SystemUnderTest)
    assert (system.patients, system.options, system.tls) == ("announce", (), None)
    assert system.timeouts.firstByte == 10


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("name: a\nroles: {registri: {url: 'http://192.0.2.7/r'}}\n", (2, 9), "Did you mean 'registry'"),
        ("name: a\nroles: {registry: {url: here}}\n", (2, 25), "'here' is not the address of a system"),
        ("name: a\nroles: {}\n", (2, 8), "the system plays no role"),
        ("name: a\n", (1, 1), "the key 'roles' is missing"),
        ("name: a\nroles: {repository: {url: 'http://h/r'}}\n", (2, 21), "'repositoryUniqueId' is missing"),
        (GOOD + "options: [metadata-updates]\n", (8, 11), "Did you mean 'metadata-update'"),
        (GOOD + "deviations: {REG-007: x}\n", (8, 14), "there is no test 'REG-007'. Did you mean 'REG-07'"),
        (GOOD + "patients: announced\n", (8, 11), "Did you mean 'announce'"),
        (GOOD + "patients: ['P^^^&x&ISO']\n", (8, 12), "is no patient id"),
        (GOOD + "listne: 1\n", (8, 1), "unknown key 'listne'"),
        ("name: a\nroles: {registry: {url: 'https://h/r'}}\n", (2, 25), "there is no 'tls' in the file"),
        (GOOD + "tls: {certificate: none.pem, key: none.key, authority: ca.pem}\n", (8, 56), "ca.pem"),
        ("name: 'a\n", (1, 7), "the quote is never closed"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_near_word(
    tmp_path: Path, text: str, place: tuple[int, int], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, text)
    assert said in str(caught.value)
    assert (caught.value.line, caught.value.column) == place
    assert caught.value.file == str(tmp_path / "sut.yaml")
