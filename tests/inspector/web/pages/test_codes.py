from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from a_coded_domain import IHE, TABLE, coded_domain, written
from a_domain import provide, response_of, topology
from an_inspector import HOSTILE, Inspector, Pages, words_of
from submissions import a_provision, a_submission, an_entry
from wire import message, post, send

from xdsi_sim.inspector.web import inspecting
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import FAILURE, SEVERITY_WARNING, SUCCESS

NARROW = "mimeType: [image/jpeg]\n"
"""A table without the media type of what is submitted."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("coded")
    table = written(folder, "codes.yaml", TABLE)
    with coded_domain(folder / "data", files=[str(table)]) as running, inspecting(running) as url:
        table.unlink()  # what holds was read at the start
        yield Pages(running, url)


@pytest.fixture(autouse=True)
def as_the_topology_says(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "pages" in request.fixturenames:
        for domain in request.getfixturevalue("pages").running.domains.values():
            domain.back()


def change(pages: Pages, path: str = "codes", **fields: str) -> tuple[int, str]:
    (community,) = pages.running.domains
    answer = pages.submit(path, **{"token": pages.token, "community": community} | fields)
    return answer.status, words_of(answer.body.decode())


def register(pages: Pages) -> RegistryResponse:
    url = pages.running.url_of("registry")
    request = a_submission(entries=(an_entry(mimeType="application/pdf"),))
    return response_of(send(url, post(url, *message(url, "ITI-42", request))))


def provided(pages: Pages) -> RegistryResponse:
    entry = an_entry(mimeType="application/pdf", hash=None, size=None)
    return response_of(provide(pages.running.url_of("repository"), a_provision(entries=(entry,))))


def test_without_sets_any_code_will_do(inspector: Inspector) -> None:
    assert "Every attribute takes any code." in inspector.words("codes")


def test_sets_are_listed_by_attribute(pages: Pages) -> None:
    words = pages.words("codes")
    assert "a code outside of its set: strict" in words
    assert "classCode 2" in words
    assert "IMAGES 1.3.6.1.4.1.19376.1.2.6.1 Images" in words
    assert "until the actors are started again" in words


@pytest.mark.parametrize("submit", [register, provided])
def test_another_table_holds_for_the_next_message_until_it_goes_back(tmp_path: Path, submit: Any) -> None:
    table = written(tmp_path, "codes.yaml", TABLE)
    with coded_domain(tmp_path / "data", files=[str(table)]) as running, inspecting(running) as url:
        pages = Pages(running, url)
        assert change(pages, check="strict", codes=NARROW.replace("\n", "\r\n")) == (303, "")
        refused = submit(pages)
        assert refused.status == FAILURE
        assert any("mimeType is none of the affinity domain's" in one.codeContext for one in refused.errors)
        assert "Changed since the start" in pages.words("codes")
        assert "mimeType 1" in pages.words("codes")
        assert change(pages, "codes/back") == (303, "")
        assert submit(pages).status == SUCCESS
        assert "Changed since the start" not in pages.words("codes")


def test_what_a_stray_weighs_is_changed_alone(tmp_path: Path) -> None:
    table = written(tmp_path, "codes.yaml", NARROW)
    with coded_domain(tmp_path / "data", files=[str(table)]) as running, inspecting(running) as url:
        pages = Pages(running, url)
        assert register(pages).status == FAILURE
        assert change(pages, check="warn")[0] == 303
        answer = register(pages)
        assert answer.status == SUCCESS
        assert [one.severity for one in answer.errors if "rule=D27" in one.codeContext] == [SEVERITY_WARNING]
        assert change(pages, check="off")[0] == 303
        assert "Every attribute takes any code." in pages.words("codes")


def test_a_start_is_as_the_topology_says(tmp_path: Path) -> None:
    for _ in range(2):
        with start(topology(), tmp_path, Listen("127.0.0.1", 0)) as running, inspecting(running) as url:
            pages = Pages(running, url)
            assert "Every attribute takes any code." in pages.words("codes")
            assert change(pages, check="strict", codes=NARROW)[0] == 303
            assert "Every attribute takes any code." not in pages.words("codes")


def test_the_form_of_ihe_is_taken_whatever_encoding_it_had(pages: Pages) -> None:
    text = "\ufeff" + IHE.replace("UTF-8", "UTF-16").replace("Images", "Bilder-Ä")
    assert change(pages, check="warn", codes=text) == (303, "")
    assert "Bilder-Ä" in pages.words("codes")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("classCode:\n  1.2.3: 7\n", "codes.yaml:2:"),
        ("a: [\n", "codes.yaml:"),
        ("classCode: *nobody", "codes.yaml:1:"),
        ("<Codes>\n<CodeType name='nothing'/></Codes>", "codes.xml:2"),
        ("<Codes>\n<CodeType", "codes.xml:2"),
        ('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<Codes>&e;</Codes>', "codes.xml"),
        ("title: Nothing", "holds no code"),
        ("\x00\x01", "codes.yaml"),
        (HOSTILE, "codes.xml:1"),
        (f"{{'{HOSTILE.replace(chr(39), '')}': [1]}}", "⟨U+202E⟩"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(pages: Pages, text: str, words: str) -> None:
    before = [domain.state for domain in pages.running.domains.values()]
    answer = pages.submit(
        "codes", token=pages.token, community=next(iter(pages.running.domains)), check="warn", codes=text
    )
    page = answer.body.decode()
    assert (answer.status, words in words_of(page)) == (400, True), words_of(page)[:600]
    assert "<script>alert" not in page
    assert "<img src" not in page
    assert "xdsi-sim-codes-" not in page
    assert [domain.state for domain in pages.running.domains.values()] == before


def test_names_in_a_table_are_text(pages: Pages) -> None:
    table = f'classCode:\n  1.2.3:\n    X: "{HOSTILE.replace(chr(34), "").replace(chr(0x202E), "")}\\u202e"\n'
    assert change(pages, check="strict", codes=table) == (303, "")
    page = pages.page("codes")
    assert "&lt;script&gt;alert(1)" in page
    assert "⟨U+202E⟩" in page
    assert "<script>alert" not in page


def test_a_table_has_a_size_that_it_may_have(pages: Pages) -> None:
    status, words = change(pages, check="strict", codes="#" * (1024 * 1024 + 1))
    assert (status, "at most 1048576 octets" in words) == (400, True)
    assert len(words) < 10_000


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"token": "guessed"}, 403),
        ({"community": "nobody"}, 404),
        ({"check": "loose"}, 400),
        ({"check": ""}, 400),
    ],
)
def test_what_no_form_of_ours_says_changes_nothing(pages: Pages, fields: dict[str, str], status: int) -> None:
    for path in ("codes", "codes/back") if status != 400 else ("codes",):
        assert change(pages, path, **{"check": "off"} | fields)[0] == status
    assert not any(domain.state.changed for domain in pages.running.domains.values())
