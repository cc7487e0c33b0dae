"""What the extension's manifest, the changelog and the lock file promise agrees with the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import gradsight
from gradsight.checks import all_checks

ROOT = Path(__file__).parent.parent
MANIFEST = json.loads((ROOT / "package.json").read_text("utf-8"))
CLIENT = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "client" / "src").glob("*.ts")))


def test_client_and_server_have_one_version() -> None:
    assert MANIFEST["version"] == gradsight.__version__
    assert f"## [{gradsight.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_commands_of_the_manifest_are_the_registered_ones() -> None:
    contributed = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    registered = set(re.findall(r"registerCommand\('([\w.]+)'", CLIENT))
    assert contributed == registered


def test_menus_and_keys_name_commands_that_exist() -> None:
    contributes = MANIFEST["contributes"]
    commands = {command["command"] for command in contributes["commands"]}
    used = {entry["command"] for menu in contributes["menus"].values() for entry in menu}
    used |= {binding["command"] for binding in contributes["keybindings"]}
    assert used <= commands


def test_what_a_workspace_may_not_set_without_trust_is_a_setting() -> None:
    restricted = MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert "gradsight.interpreter" in restricted
    assert set(restricted) <= MANIFEST["contributes"]["configuration"]["properties"].keys()


def test_the_python_extension_is_not_needed() -> None:
    assert "extensionDependencies" not in MANIFEST


def test_the_changelog_names_every_check() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    missing = [check.code for check in all_checks() if not re.search(rf"\b{check.code}\s+{check.name}\b", changelog)]
    assert missing == []


def test_the_lock_file_records_no_addresses() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text("utf-8")


def test_what_is_shipped_is_pinned() -> None:
    pins = set(re.findall(r"^([\w.]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    libraries = re.search(r"^LIBRARIES = \((.*?)\)", (ROOT / "tools" / "package_extension.py").read_text("utf-8"), re.M)
    assert libraries is not None
    assert set(re.findall(r'"(\w+)"', libraries[1])) <= pins
