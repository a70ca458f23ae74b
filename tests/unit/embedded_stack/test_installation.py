import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from chassis.keys import KeyRing, hash_key
from chassis.settings import SettingsError, load
from embedded_stack.downloads import write_demo_files
from embedded_stack.keys import installation_keys
from embedded_stack.settings import StackSettings


def test_keys_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    keys = installation_keys(tmp_path)
    assert installation_keys(tmp_path) == keys
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_a_folder_of_an_older_version_gains_keys_and_loses_none(tmp_path: Path) -> None:
    first = installation_keys(tmp_path)
    file = tmp_path / "keys.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    del known["service"]
    file.write_text(json.dumps({**known, "of_a_newer_version": "x"}), encoding="utf-8")
    second = installation_keys(tmp_path)
    assert replace(second, service=first.service) == first
    assert second.service != first.service
    assert installation_keys(tmp_path) == second
    assert json.loads(file.read_text(encoding="utf-8"))["of_a_newer_version"] == "x"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_keys_have_the_form_that_the_services_want(tmp_path: Path) -> None:
    keys = installation_keys(tmp_path)
    KeyRing.parse(keys.sealing, base64_bytes=32)
    KeyRing.parse(keys.link)
    assert keys.admin_hash == hash_key(keys.admin)
    assert keys.service_hash == hash_key(keys.service)


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert not set(vars(installation_keys(tmp_path / "a")).values()) & set(
        vars(installation_keys(tmp_path / "b")).values()
    )


def test_demo_files_are_the_same_at_each_start(tmp_path: Path) -> None:
    first = write_demo_files(tmp_path)
    assert write_demo_files(tmp_path) == first
    for file in first:
        assert (tmp_path / file.name).stat().st_size == file.size


def test_a_port_that_is_none_is_told_by_the_name_of_its_setting() -> None:
    with pytest.raises(SettingsError, match="WISMO_PAGE_PORT"):
        load(StackSettings, {"WISMO_PAGE_PORT": "70000"})
