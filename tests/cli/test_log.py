"""The commands on the data folder of a server that runs in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from a_domain import FILE, a_query, domain, provide, provision
from a_tls_domain import secured, submitted
from feeds import adt, ask
from wire import message, post, send

from xdsi_sim.content import read_all
from xdsi_sim.inspector.pieces import pieces_of
from xdsi_sim.store.exchange_reader import FOLDER, ExchangeReader
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.store.recordings import Recordings

COMMAND = [sys.executable, "-m", "xdsi_sim"]
DOCUMENT = bytes(range(256)) * 500
"""Large enough to be linked."""


class Server:
    """A topology that runs beside us, one submission and one query in its log."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "data"
        path = folder / "domain.yaml"
        path.write_text(FILE, encoding="utf-8")
        command = [*COMMAND, "up", str(path), "--json", "--listen", "127.0.0.1:0", "--data", str(self.data)]
        self.process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.urls = {actor["id"]: actor["url"] for actor in told["actors"]}

    def submit(self) -> None:
        provide(self.urls["repository"], provision(1, DOCUMENT))

    def query(self) -> None:
        url = self.urls["registry"]
        send(url, post(url, *message(url, "ITI-18", a_query())))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server"))
    started.submit()
    started.query()
    followed(started, 3)
    yield started
    started.stop()


def run(server: Server, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return logged(server.data, *arguments)


def logged(data: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "XDSI_SIM_DATA": str(data)}
    return subprocess.run(
        [*COMMAND, "log", *arguments], capture_output=True, check=False, timeout=60, env=environment
    )


def follow(server: Server, *arguments: str) -> subprocess.Popen[str]:
    command = [*COMMAND, "log", "--data", str(server.data), "--follow", "--json", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def followed(server: Server, count: int) -> list[dict[str, Any]]:
    """The first ones that come, those that are there already among them."""
    process = follow(server)
    assert process.stdout is not None
    found = [json.loads(process.stdout.readline()) for _ in range(count)]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0
    return found


def listed(server: Server, *arguments: str) -> list[dict[str, Any]]:
    told = run(server, "--json", *arguments)
    assert told.returncode == 0, told.stderr
    exchanges: list[dict[str, Any]] = json.loads(told.stdout)["exchanges"]
    return exchanges


def id_of(server: Server, transaction: str) -> str:
    return str(listed(server, "--transaction", transaction)[0]["id"])


@pytest.mark.parametrize("command", [[], ["show"], ["resend"], ["export"]])
def test_every_command_has_help_with_an_example_and_json(server: Server, command: list[str]) -> None:
    told = run(server, *command, "--help")
    assert told.returncode == 0
    assert f"Example: xdsi-sim log {' '.join(command)}".strip().encode() in told.stdout
    assert b"--json" in told.stdout


def test_a_log_is_listed_while_the_actors_run_the_newest_last(server: Server) -> None:
    told = run(server)
    heading, *lines = told.stdout.decode().splitlines()
    assert heading.split()[:2] == ["time", "(UTC)"]
    names = [next(word for word in line.split() if word.startswith(("ITI-", "RAD-"))) for line in lines]
    assert names[:3] == ["ITI-41", "ITI-42", "ITI-18"]


def test_a_list_with_nothing_in_it_says_so(server: Server, tmp_path: Path) -> None:
    assert run(server, "--transaction", "ITI18").stderr == b"xdsi-sim: no exchange in this log is so.\n"
    assert run(server, "--transaction", "ITI-18").stderr == b""
    ExchangeLog(tmp_path / FOLDER).close()
    assert logged(tmp_path).stderr == b"xdsi-sim: no exchange in this log yet.\n"


@pytest.mark.parametrize(
    ("arguments", "transactions"),
    [
        (["--transaction", "iti-42"], {"ITI-42"}),
        (["--actor", "repository"], {"ITI-41", "ITI-42"}),
        (["--status", "succ", "--actor", "repository"], {"ITI-41", "ITI-42"}),
        (["--status", "no such"], set()),
        (["--patient", "P1^^^", "--actor", "repository"], {"ITI-41", "ITI-42"}),
        (["--patient", "nobody"], set()),
        (["--finding", "D99"], set()),
        (["--text", "soap+xml", "--transaction", "ITI-42"], {"ITI-42"}),
        (["--limit", "0"], set()),
    ],
)
def test_a_list_can_be_narrowed(server: Server, arguments: list[str], transactions: set[str]) -> None:
    assert {item["transaction"] for item in listed(server, *arguments)} == transactions


def test_new_exchanges_are_followed_until_ctrl_c(server: Server) -> None:
    process = follow(server, "--transaction", "ITI-18", "--limit", "1")
    assert process.stdout is not None
    before = json.loads(process.stdout.readline())
    server.query()
    after = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert after["id"] != before["id"]
    assert after["started"] > before["started"]


def test_an_exchange_is_shown_by_the_beginning_of_its_id(server: Server) -> None:
    id_ = id_of(server, "ITI-41")
    told = run(server, "show", id_[:10])
    text = told.stdout.decode()
    assert f"id {id_}, conversation" in text
    assert "<soap:Body>" in text
    assert "[2] application/octet-stream, binary, 128 kB" in text
    parts = json.loads(run(server, "show", id_, "--json").stdout)["parts"]
    assert [part["size"] for part in parts][1] == len(DOCUMENT)


def test_a_part_is_written_to_the_last_byte(server: Server) -> None:
    assert run(server, "show", id_of(server, "ITI-41"), "--part", "2").stdout == DOCUMENT


def test_raw_is_what_was_on_the_wire(server: Server) -> None:
    id_ = id_of(server, "ITI-41")
    reader = ExchangeReader.open(server.data / FOLDER)
    (exchange,) = reader.named(id_)
    reader.close()
    assert exchange.response is not None
    request, response = read_all(exchange.request.body), read_all(exchange.response.body)
    assert request.count(DOCUMENT) == 1
    alone = run(server, "show", id_, "--raw", "--side", "request").stdout
    assert alone.startswith(b"POST /c/repository HTTP/1.1\r\n")
    assert alone.endswith(b"\r\n\r\n" + request)
    both = run(server, "show", id_, "--raw").stdout
    assert both.startswith(alone + b"HTTP/1.1 200 OK\r\n")
    assert both.endswith(b"\r\n\r\n" + response)
    assert [piece.side for piece in pieces_of(exchange)][:2] == ["request", "request"]


def test_a_request_is_sent_again(server: Server) -> None:
    good = run(server, "resend", id_of(server, "ITI-18"), "--to", server.urls["registry"])
    assert (good.returncode, good.stdout.decode().splitlines()[1]) == (0, "Success")
    id_ = id_of(server, "ITI-41")
    refused = run(server, "resend", id_, "--to", server.urls["repository"], "--json")
    assert refused.returncode == 1
    told = json.loads(refused.stdout)
    assert (told["status"], told["outcome"]) == (200, "Failure")
    assert told["errors"][0].startswith("XDSRegistryMetadataError")


def test_a_request_is_sent_again_over_mutual_tls(tmp_path: Path) -> None:
    with secured(tmp_path) as running:
        assert submitted(running, 1) == "Success"
        ended = logged(tmp_path, "resend", running.exchanges()[-1].id, "--to", running.url_of("registry"))
    assert (ended.returncode, ended.stderr) == (1, b""), "it has what it is sent"
    assert ended.stdout.decode().splitlines()[1] == "Failure"


def test_a_message_of_mllp_is_not_sent_by_http(tmp_path: Path) -> None:
    with domain(tmp_path, feed={"mllp": 0}) as running:
        mllp = running.mllp_of("registry")
        assert mllp is not None
        ask(mllp, adt())
        ended = logged(tmp_path, "resend", running.exchanges()[-1].id, "--to", running.url_of("registry"))
    assert ended.returncode == 2
    assert ended.stderr == b"xdsi-sim: ITI-8 is no HTTP message, so --to cannot take it.\n"


def test_the_folder_may_be_named_from_where_one_is(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(server.data.parent)
    assert logged(Path(server.data.name), "--json").returncode == 0


def test_all_of_it_is_exported(server: Server, tmp_path: Path) -> None:
    told = run(server, "export", "--to", str(tmp_path / "e.zip"), "--transaction", "ITI-41", "--json")
    count = json.loads(told.stdout)["exchanges"]
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        assert len(json.loads(archive.read("index.json"))["exchanges"]) == count
        assert DOCUMENT in archive.read("000001-request.http")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "zz"], 2, "no exchange 'zz' in this log"),
        (["show", ""], 2, "several exchanges begin with ''"),
        (["--data", "gone"], 2, "there is no exchange log here"),
        (["resend", "", "--to", "ftp://x/"], 2, "--to: 'ftp://x/' is not http://HOST:PORT/PATH"),
        (["resend", "", "--to", "http://[x"], 2, "--to: 'http://[x' is not http://HOST:PORT/PATH"),
        (["export", "--to", "."], 2, "--to: '.' is a folder."),
        (["export", "--to", ""], 2, "--to: '.' is a folder."),
        (["export", "--to", "/"], 2, "--to: '/' is a folder."),
        (["export", "--to", "nofolder/a.zip"], 2, "--to: there is no folder 'nofolder' for 'a.zip'."),
        (["--limit", "-1"], 2, "--limit"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_line(
    server: Server, arguments: list[str], code: int, words: str
) -> None:
    told = run(server, *arguments)
    assert told.returncode == code
    assert words in told.stderr.decode()
    assert "Traceback" not in told.stderr.decode()


def test_a_part_that_is_not_there_is_said_so(server: Server) -> None:
    told = run(server, "show", id_of(server, "ITI-41"), "--part", "99")
    assert told.returncode == 2
    assert "the exchange has 3 of them" in told.stderr.decode()


def test_a_peer_that_is_not_there_is_exit_code_3(server: Server) -> None:
    told = run(server, "resend", id_of(server, "ITI-18"), "--to", "http://127.0.0.1:1/")
    assert told.returncode == 3
    assert "refused" in told.stderr.decode()


def test_https_without_certificates_is_told(server: Server) -> None:
    told = run(server, "resend", id_of(server, "ITI-18"), "--to", "https://127.0.0.1:1/")
    assert told.returncode == 2
    assert f"no certificates in {server.data / 'tls'}." in told.stderr.decode()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_utf_8_gets_what_it_can_show(
    server: Server, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    told = run(server)
    assert (told.returncode, told.stderr) == (0, b"")
    assert b"\\u2192 registry" in told.stdout


def test_the_folder_must_be_named() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "XDSI_SIM_DATA"}
    told = subprocess.run(
        [*COMMAND, "log"], capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    assert told.returncode == 2
    assert "--data FOLDER, or in $XDSI_SIM_DATA" in told.stderr


def test_without_a_log_there_is_none(tmp_path: Path) -> None:
    server = Server(tmp_path, "--no-log")
    server.query()
    server.stop()
    assert run(server).returncode == 2
    assert not (server.data / FOLDER).exists()


def test_a_scenario_is_made_of_the_log_and_of_a_recording(server: Server, tmp_path: Path) -> None:
    topology = str(server.data.parent / "domain.yaml")
    made = [logged(server.data, "to-scenario", "--topology", topology, "--to", str(tmp_path / "a.yaml"))]
    with closing(ExchangeReader.open(server.data / FOLDER)) as reader:
        recordings = Recordings(tmp_path / "kept")
        for exchange in reader.exchanges()[:3]:
            recordings.keep(exchange)
    options = ("--recording", str(tmp_path / "kept"), "--transaction", "iti-41", "--json")
    made.append(
        logged(tmp_path, "to-scenario", *options, "--topology", topology, "--to", str(tmp_path / "b.yaml"))
    )
    assert [each.returncode for each in made] == [0, 0]
    assert b"steps in " in made[0].stdout
    assert json.loads(made[1].stdout)["steps"] == 1
    assert "ITI-41.http" in (tmp_path / "b.yaml").read_text(encoding="utf-8")
