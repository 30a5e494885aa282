from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.topology.backend import Backend
from xdsi_sim.topology.loader import load_topology

TOPOLOGY = """\
name: front
communities:
  - id: c
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.2
    registry: {id: registry}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.10}]
    sources:
      - {id: pacs, oid: 2.999.1.20, aeTitle: PACS, publishesTo: repository, backend: %s}
"""


def backend(folder: Path, text: str) -> str | None:
    """Address of the archive behind the source."""
    path = folder / "front.yaml"
    path.write_text(TOPOLOGY % text)
    found = load_topology(path).communities[0].sources[0].backend
    return None if found is None else found.dicomweb


def test_a_source_has_its_own_store_or_an_archive(tmp_path: Path) -> None:
    assert backend(tmp_path, "local") is None
    url = "http://127.0.0.1:8042/dicom-web"
    assert backend(tmp_path, f"{{dicomweb: '{url}/'}}") == url


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("locals", "expected 'local' or 'dicomweb: URL', found 'locals'. Did you mean 'local'"),
        ("{dicomwbe: 'http://x'}", "unknown key 'dicomwbe'. Did you mean 'dicomweb'"),
        ("{dicomweb: 'archive:8042'}", "'archive:8042' is not the address of a DICOMweb service"),
        ("{dicomweb: 'http://me:secret@archive/'}", "is not the address of a DICOMweb service"),
        ("{}", "dicomweb"),
        ("{dicomweb: 'http://x', user: me}", "'user' without 'passwordFrom'"),
        ("{dicomweb: 'http://x', passwordFrom: SECRET}", "'passwordFrom' without 'user'"),
        ("{dicomweb: 'http://x', user: 'a:b', passwordFrom: SECRET}", "no colon in its name"),
        ("7", "found '7'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        backend(tmp_path, text)
    assert words in f"{refused.value} {refused.value.hint or ''}"
    assert refused.value.line == 9


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Backend(dicomweb="http://x", user="me", passwordFrom="SECRET")
    monkeypatch.setenv("SECRET", "open sesame")
    assert backend.authorization() == "Basic bWU6b3BlbiBzZXNhbWU="
    monkeypatch.delenv("SECRET")
    with pytest.raises(CannotRun, match=r"\$SECRET is not set"):
        backend.authorization()
    assert Backend(dicomweb="http://x").authorization() is None
