import json
from pathlib import Path

import pytest

from wismo.cli.configuration import DEFAULT_TARGET, Configuration, configure
from wismo.cli.exits import UsageProblem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".wismo").mkdir()
    stored = {"target": "10.0.0.1:1", "api_key": "wk_acme_file", "admin_key": "admin", "page_url": "http://page"}
    (tmp_path / ".wismo/cli.json").write_text(json.dumps(stored))
    below = tmp_path / "a/b"
    below.mkdir(parents=True)
    return below


def configured(start: Path, environ: dict[str, str] | None = None, **options: str) -> Configuration:
    return configure(options, environ or {}, start, None)


def test_the_nearest_file_upward_is_taken(folder: Path) -> None:
    configuration = configured(folder)
    assert (configuration.target, configuration.api_key) == ("10.0.0.1:1", "wk_acme_file")
    assert configuration.came_from["target"].endswith(".wismo/cli.json")


def test_the_environment_beats_the_file_and_an_option_beats_both(folder: Path) -> None:
    environ = {"WISMO_API_KEY": "wk_acme_env"}
    assert configured(folder, environ).api_key == "wk_acme_env"
    assert configured(folder, environ, api_key="wk_acme_option").api_key == "wk_acme_option"
    assert configured(folder, environ, api_key="wk_acme_option").came_from["api_key"] == "--api-key"


def test_a_key_of_the_file_is_never_sent_to_another_server(folder: Path) -> None:
    elsewhere = configured(folder, target="evil.example:443")
    assert elsewhere.api_key is None
    assert elsewhere.admin_key is None
    assert configured(folder, target="10.0.0.1:1").api_key == "wk_acme_file"


def test_without_anything_it_is_this_machine(tmp_path: Path) -> None:
    configuration = configured(tmp_path)
    assert configuration.target == DEFAULT_TARGET
    with pytest.raises(UsageProblem, match="No API key"):
        configuration.client()
    with pytest.raises(UsageProblem, match="admin key"):
        configuration.client(admin=True)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / ".wismo").mkdir()
    (tmp_path / ".wismo/cli.json").write_text("{")
    with pytest.raises(UsageProblem, match=r"cli\.json is no JSON"):
        configured(tmp_path)


def test_keys_stay_out_of_its_text(folder: Path) -> None:
    assert "wk_" not in repr(configured(folder))
