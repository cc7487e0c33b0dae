"""Installs what the editor tests need: a browser, and VS Code as a web server (code-server), built from npm.

Nothing is downloaded outside the package managers' own registries: code-server comes without its install scripts
(they would build modules that no extension needs, and fetch a binary), then only the native modules that it cannot
start without are built, against the headers of the Node that runs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CODE_SERVER = "4.100.3"
"""Holds VS Code 1.100, the newest that runs on Node 20."""
NATIVE_MODULES = ("@vscode/spdlog", "native-watchdog")
SYSTEM_PACKAGES = {"chromium": "chromium fonts-dejavu-core", "rg": "ripgrep", "g++": "g++", "make": "make"}
"""Packages by a command that they bring."""
QUIET = ("--no-audit", "--no-fund", "--loglevel=error")


def run(command: list[str], cwd: Path | None = None) -> str:
    """Runs a command whose output is only wanted when it fails; returns that output."""
    done = subprocess.run(command, cwd=cwd, env=build_environment(), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def tool(name: str) -> str:
    """The full path of a command; an error that names it where it is missing."""
    path = shutil.which(name)
    if path is None:
        raise SystemExit(f"{name} is needed for the editor tests and is not on PATH")
    return path


def build_environment() -> dict[str, str]:
    """The environment for npm: with the headers of the running Node, so that node-gyp fetches none."""
    node_root = Path(tool("node")).resolve().parent.parent
    environment = dict(os.environ)
    if (node_root / "include" / "node" / "node.h").exists():
        environment["npm_config_nodedir"] = str(node_root)
    return environment


def install_system_packages() -> None:
    """Adds missing system packages by apt, where there is apt."""
    missing = [packages for command, packages in SYSTEM_PACKAGES.items() if not shutil.which(command)]
    wanted = " ".join(missing).split()
    if not wanted:
        return
    apt = shutil.which("apt-get")
    if apt is None:
        raise SystemExit(f"the editor tests need {', '.join(wanted)}: install them with your package manager")
    prefix = [] if os.geteuid() == 0 else [tool("sudo")]
    print(f"  apt-get install {' '.join(wanted)}", flush=True)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run([*prefix, apt, "update", "-qq"])
    run([*prefix, apt, "install", "-y", "-qq", "--no-install-recommends", *wanted])


def install_code_server(target: Path) -> Path:
    """Installs code-server into `target` unless it is there; returns its entry point."""
    home = target / "node_modules" / "code-server"
    entry = home / "out" / "node" / "entry.js"
    stamp = target / "installed.txt"
    wanted = f"{CODE_SERVER} on {run([tool('node'), '--version']).strip()}"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return entry
    print(f"  code-server {wanted}", flush=True)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    npm = tool("npm")
    fresh = [npm, "install", *QUIET, "--prefix", str(target), "--no-package-lock", "--ignore-scripts"]
    run([*fresh, f"code-server@{CODE_SERVER}"])
    editor = home / "lib" / "vscode"
    # Not `npm ci`: the shrinkwrap in the package is out of step with its manifest.
    run([npm, "install", *QUIET, "--omit=dev", "--ignore-scripts"], cwd=editor)
    run([npm, "rebuild", *QUIET, *NATIVE_MODULES], cwd=editor)
    run([npm, "rebuild", *QUIET, "argon2"], cwd=target)
    ripgrep = editor / "node_modules" / "@vscode" / "ripgrep" / "bin" / "rg"
    ripgrep.parent.mkdir(parents=True, exist_ok=True)
    ripgrep.unlink(missing_ok=True)
    ripgrep.symlink_to(tool("rg"))
    (target / "config.yaml").write_text("", "utf-8")
    run([tool("node"), str(entry), "--config", str(target / "config.yaml"), "--version"])
    stamp.write_text(wanted, "utf-8")
    return entry


def main() -> None:
    """`set_up.py FOLDER`: prints the entry point of code-server as its last line."""
    tools = Path(sys.argv[1]).resolve()
    if " " in str(tools):
        raise SystemExit(f"node-gyp cannot build under a path with a space: {tools}")
    install_system_packages()
    print(install_code_server(tools / "code-server"))


if __name__ == "__main__":
    main()
