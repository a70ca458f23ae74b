"""`python -m embedded_stack` as a person meets it at a terminal."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from embedded_stack.servers.data_folder import DataFolder
from embedded_stack.servers.ports import free_port

PORTS = ["PAGE", "INBOX", "GRPC", "SMTP", "IMAP", "KAFKA", "DATABASE"]


def stack(folder: Path, *arguments: str, module: str = "embedded_stack", **settings: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "WISMO_DATA_DIR": str(folder),
        **{f"WISMO_{port}_PORT": str(free_port()) for port in PORTS},
    }
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**environment, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str], seconds: float = 30) -> tuple[int, str]:
    said, _ = process.communicate(timeout=seconds)
    return process.returncode, said


def test_a_second_instance_on_the_same_data_is_refused_with_a_clear_word(tmp_path: Path) -> None:
    with DataFolder(tmp_path):
        code, said = finished(stack(tmp_path))
    assert code == 1
    assert f"Wismo runs already: {tmp_path} is in use by process {os.getpid()}" in said


def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", 0))
        somebody_else.listen()
        port = str(somebody_else.getsockname()[1])
        for setting in PORTS:
            code, said = finished(stack(tmp_path, **{f"WISMO_{setting}_PORT": port}))
            assert code == 1
            assert f"port {port}: another program has it. Choose another one with WISMO_{setting}_PORT." in said


def test_all_wrong_settings_are_told_at_once(tmp_path: Path) -> None:
    code, said = finished(stack(tmp_path, WISMO_PAGE_PORT="high", WISMO_DEMO="maybe"))
    assert code == 1
    assert "WISMO_PAGE_PORT" in said
    assert "WISMO_DEMO" in said


def test_every_setting_is_listed_in_the_help() -> None:
    code, said = finished(stack(Path("unused"), "--help"))
    assert code == 0
    assert all(f"WISMO_{port}_PORT" in said for port in PORTS)


def test_reset_asks_and_then_forgets(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "keys.json").write_text("{}", encoding="utf-8")
    environment = {**os.environ, "WISMO_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "embedded_stack.reset"]
    declined = subprocess.run(command, env=environment, input="n\n", capture_output=True, text=True, check=False)
    assert declined.returncode == 1
    assert folder.exists()
    subprocess.run(command, env=environment, input="y\n", capture_output=True, text=True, check=True)
    assert not folder.exists()


def test_reset_removes_no_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    code, said = finished(stack(tmp_path, "--yes", module="embedded_stack.reset"))
    assert code == 1
    assert "nothing was removed" in said
    assert (tmp_path / "thesis.txt").exists()


def test_a_running_stack_is_not_reset(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}", encoding="utf-8")
    with DataFolder(tmp_path):
        code, said = finished(stack(tmp_path, "--yes", module="embedded_stack.reset"))
    assert code == 1
    assert "is running" in said
    assert (tmp_path / "keys.json").exists()


def test_a_signal_during_the_start_stops_everything(tmp_path: Path) -> None:
    process = stack(tmp_path)
    assert process.stdout is not None
    for line in process.stdout:
        if "database" in line and "ready" in line:
            break
    process.send_signal(signal.SIGTERM)
    code, said = finished(process)
    assert code == 0
    assert "everything stopped" in said
    assert not list(tmp_path.glob("*.pid"))
