"""Whole runs in real processes: how each of them ends, what is said about it, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from gradsight.autograd.events import Applied, BackwardCalled, Created, OptimizerBuilt, Stepped
from gradsight.document import Document
from gradsight.probe.launcher import Probe, ProbeFailed, ProbeOptions, ProbeResult, run_probe
from gradsight.probe.process import Worker
from gradsight.probe.standby import Standby

os.environ.setdefault("OMP_NUM_THREADS", "1")
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Runner:
    """Writes programs to files and runs them; afterwards no process may be left that ran there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def document(self, program: str, name: str = "program.py") -> Document:
        path = self.folder / name
        text = dedent(program).lstrip("\n")
        path.write_text(text, encoding="utf-8")
        return Document.from_text(str(path), text)

    def __call__(self, program: str, **options: object) -> ProbeResult:
        options.setdefault("seconds", 120.0)
        try:
            return run_probe(self.document(program), ProbeOptions(**options))  # type: ignore[arg-type]
        finally:
            assert left_in(self.folder) == []


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def left_in(folder: Path) -> list[str]:
    """What still runs in a folder."""
    found = []
    for entry in Path("/proc").iterdir() if sys.platform == "linux" else ():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == folder:
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_a_run_is_like_a_plain_one(run: Runner) -> None:
    program = """
        import atexit, logging, random, sys, traceback, warnings
        import torch
        from helper import double

        torch.manual_seed(3)
        random.seed(3)
        print(__name__, __file__, sys.argv, sys.path[0], __spec__, sorted(k for k in globals() if k.startswith("__")))
        x = torch.randn(4, requires_grad=True)
        net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 1))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            net(double(x)).sum().backward()
            optimizer.step()
        print([p.tolist() for p in net.parameters()], torch.rand(2), random.random(), x)
        h = x * 2
        for _ in range(2):
            h.grad
            torch.tensor(h)
            torch.nn.functional.softmax(h)
        warnings.warn("mine")
        for fails in (lambda: torch.ones(2) @ torch.ones(3), lambda: h.backward(), lambda: torch.nn.Linear(2, 2)(x)):
            try:
                fails()
            except RuntimeError:
                logging.exception("caught")
                traceback.print_exc()
        assert sys.stdin.read() == ""
        atexit.register(print, "at exit")
        class Last:
            def __del__(self):
                print("last")
        keep = Last()
        keep.itself = keep
        h.sum().backward(torch.ones(5))
    """
    document = run.document(program)
    (run.folder / "helper.py").write_text("import torch\n\ndef double(t):\n    return t.mul(2)\n")
    plain = subprocess.run(
        [sys.executable, "-u", document.path, "one"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=run.folder, check=False,
    )  # fmt: skip
    result = run(program, arguments=("one",))
    assert result.output.replace("\r\n", "\n") == plain.stdout.decode().replace("\r\n", "\n")
    assert result.status == "error"
    assert result.error is not None
    assert result.error.type == "RuntimeError"
    assert result.error.site is not None
    assert document.lines.slice(result.error.site.range) == "h.sum().backward(torch.ones(5))"
    helper = str(run.folder / "helper.py")
    (other, *_) = [event for event in result.trace.each(Applied) if event.site.path == helper]
    assert result.documents[helper].lines.slice(other.site.range) == "t.mul(2)"
    assert [document.lines.slice(site.range) for site in other.calls] == ["double(x)"]


def test_the_unsaved_text_runs_and_is_shown(run: Runner) -> None:
    document = run.document("print('saved')\n")
    unsaved = Document.from_text(document.path, "import torch\ndef f():\n    raise KeyError('unsaved')\nf()\n")
    result = run_probe(unsaved, ProbeOptions())
    assert "raise KeyError('unsaved')" in result.output
    assert "worker" not in result.output
    assert result.error is not None
    assert (result.error.type, result.error.message) == ("KeyError", "'unsaved'")


def test_steps_are_counted(run: Runner) -> None:
    result = run(
        """
        import torch
        w = torch.ones(2, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        frozen = torch.nn.Linear(1, 1).requires_grad_(False)
        idle = torch.nn.Linear(1, 1)
        try:
            while True:
                (w * w).sum().backward()
                optimizer.step()
        except Exception:
            print("never here")
        finally:
            print("cleaned up")
        """,
        steps=3,
    )
    assert result.status == "limit"
    assert result.message == "Stopped after 3 optimizer steps; the rest was not run."
    assert len(list(result.trace.each(Stepped))) == 3
    assert not result.trace.complete
    assert result.output == "cleaned up\n"
    rows = {row["name"]: row["status"] for row in result.parameters}
    assert rows["w"] == "ok"
    assert rows["frozen.weight"] == "frozen"
    assert rows["idle.weight"] == "none"


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("import torch\nx = torch.ones(1)\nwhile True:\n    pass\n", (3, 4)),
        ("import time\ntime.sleep(600)\n", (2,)),
        ("while True:\n try:\n  while True:\n   pass\n except BaseException:\n  pass\n", (3, 4)),
    ],
    ids=["loop", "sleep", "swallowing loop"],
)
def test_time_limit(run: Runner, program: str, line: tuple[int, ...]) -> None:
    result = run(program, seconds=1.0)
    assert result.status == "limit"
    assert any(f"It was at line {number}:" in (result.message or "") for number in line), result.message
    assert not result.trace.complete
    assert result.elapsed_s < 30


@pytest.mark.skipif(os.name != "posix", reason="Windows has no report of a process that cannot answer")
def test_time_limit_inside_one_endless_call(run: Runner) -> None:
    result = run("import re\nre.match('(a+)+$', 'a' * 60 + 'b')\n", seconds=1.0)
    assert result.status == "limit"
    assert "It was at line 2:" in (result.message or "")


def test_programs_that_end_themselves(run: Runner) -> None:
    left = run("import os, torch\nx = torch.ones(1)\nprint('x')\nos._exit(3)\n")
    assert left.status == "exit"
    assert "exit status 3" in (left.message or "")
    assert len(list(left.trace.each(Created))) == 1
    assert not left.trace.complete
    code = run("import sys\nprint('bye')\nsys.exit('enough')\n")
    assert (code.status, code.output) == ("exit", "bye\nenough\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_crash_is_said(run: Runner) -> None:
    with pytest.raises(ProbeFailed, match="crashed its Python \\(SIGSEGV\\)") as caught:
        run("import ctypes, torch\nx = torch.ones(1)\nx * 2\nimport time; time.sleep(0.3)\nctypes.string_at(0)\n")
    assert caught.value.result is not None
    assert list(caught.value.result.trace.each(Applied))


def test_too_much_memory(run: Runner) -> None:
    with pytest.raises(ProbeFailed, match=r"more than 0\.8 GB of memory\. It was at line 4"):
        run("import torch\nkept = []\nwhile True:\n    kept.append(torch.ones(1_000_000))\n", memory=int(0.8 * 2**30))


def test_syntax_error(run: Runner) -> None:
    result = run("import torch\nprint('never')\nx = = 2\n")
    assert result.status == "error"
    assert result.error is not None
    assert (result.error.type, result.error.message) == ("SyntaxError", "invalid syntax")
    assert result.error.site is not None
    assert result.error.site.range.start.line == 2
    assert "never" not in result.output


def test_much_output_and_threads(run: Runner) -> None:
    heard: list[str] = []
    document = run.document(
        """
        import threading, time
        def late():
            time.sleep(0.2)
            print("at the end")
        threading.Thread(target=late).start()
        for _ in range(160):
            print("y" * 65536)
        """
    )
    result = run_probe(document, ProbeOptions(), heard.append)
    assert result.status == "done"
    assert 1_000_000 <= len(result.output) < 1_001_000
    assert "the rest is not shown" in result.output
    assert "".join(heard) == result.output


def test_cells(run: Runner) -> None:
    text = "# %%\nimport torch\nx = torch.ones(2)\n# %%\nraise KeyError\n# %%\ny = x * 2\n"
    path = str(run.folder / "cells.py")
    result = run_probe(Document.from_text(path, text), ProbeOptions(cell=1))
    assert result.status == "done"
    (made,) = result.trace.each(Created)
    assert made.site.range.start.line == 2
    code = "x = torch.ones(2)\ndisplay(x)\nx.sum().backward()"
    book = Document.from_cells(path, [(None, "%pip list\nimport torch"), (None, None), (None, code)])
    result = run_probe(book, ProbeOptions(cell=3))
    assert "tensor([1., 1.])" in result.output
    (call,) = result.trace.each(BackwardCalled)
    assert book.lines.slice(call.site.range) == "x.sum().backward()"
    with pytest.raises(ProbeFailed, match="no cell 9"):
        run_probe(book, ProbeOptions(cell=9))


@LINUX_ONLY
def test_children_do_not_outlive_the_run(run: Runner) -> None:
    result = run(
        """
        import subprocess, os, time
        subprocess.Popen(["sleep", "600"])
        subprocess.Popen(["sleep", "600"], start_new_session=True)
        if os.fork() == 0:
            time.sleep(600)
        """
    )
    assert result.status == "done"


async def test_cancel_while_others_work(run: Runner) -> None:
    began = asyncio.Event()
    loop = asyncio.get_running_loop()
    probe = Probe(
        run.document("import torch\nprint('begun', flush=True)\nwhile True:\n    torch.ones(1)\n"),
        on_output=lambda text: loop.call_soon_threadsafe(began.set),
    ).start()
    await asyncio.wait_for(began.wait(), 120)
    probe.cancel()
    with pytest.raises(ProbeFailed, match="cancelled"):
        await asyncio.wait_for(asyncio.wrap_future(probe.future), 60)
    assert left_in(run.folder) == []


def test_cancel_before_it_begins(run: Runner) -> None:
    probe = Probe(run.document("import torch\n"))
    probe.cancel()
    with pytest.raises(ProbeFailed, match="cancelled"):
        probe.start().result(60)


# --- interpreters ------------------------------------------------------------------------------------


def test_no_such_interpreter(run: Runner) -> None:
    with pytest.raises(ProbeFailed, match=r"no Python at .*nowhere.*gradsight\.interpreter.*--python"):
        run_probe(run.document("import torch\n"), ProbeOptions(python=str(run.folder / "nowhere")))


def test_an_interpreter_without_torch(run: Runner) -> None:
    bare = subprocess.run([sys.executable, "-m", "venv", "--without-pip", run.folder / "bare"], check=False)
    assert bare.returncode == 0
    python = run.folder / "bare" / ("Scripts" if os.name == "nt" else "bin") / "python"
    with pytest.raises(ProbeFailed, match=r"has no PyTorch: install it there, or .*gradsight\.interpreter") as caught:
        run_probe(run.document("import torch\n"), ProbeOptions(python=str(python)))
    assert str(python) in caught.value.message


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("__version__ = '2.1.0+cpu'", "has PyTorch 2.1.0\\+cpu, and the probe needs 2.4 or later"),
        ("raise ImportError('libfoo.so: no such file')", "cannot import PyTorch \\(libfoo.so: no such file\\)"),
    ],
)
def test_torch_that_cannot_be_used(
    run: Runner, monkeypatch: pytest.MonkeyPatch, module: str, said: str
) -> None:
    (run.folder / "shadow").mkdir()
    (run.folder / "shadow" / "torch.py").write_text(module)
    monkeypatch.setenv("PYTHONPATH", str(run.folder / "shadow"))
    with pytest.raises(ProbeFailed, match=said):
        run_probe(run.document("import torch\n"), ProbeOptions())


@pytest.mark.skipif(os.name != "posix", reason="uses a shell script as an interpreter")
def test_something_that_is_no_python(run: Runner) -> None:
    script = run.folder / "python"
    script.write_text("#!/bin/sh\necho 'wrong machine' >&2\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(ProbeFailed, match="could not be started as a Python: wrong machine"):
        run_probe(run.document("import torch\n"), ProbeOptions(python=str(script)))


def test_a_loopback_port_does_what_an_inherited_socket_does(run: Runner) -> None:
    worker = Worker(sys.executable, inherit=False)
    try:
        message = worker.messages.get(timeout=120)
        assert message["say"] == "hello"
    finally:
        worker.end()
    assert not worker.is_alive


def test_a_warm_worker_answers_at_once_and_is_replaced(run: Runner) -> None:
    standby = Standby()
    try:
        standby.prepare(sys.executable)
        worker = standby.take(sys.executable)
        worker.messages.put(worker.messages.get(timeout=120))
        standby._worker = worker
        document = run.document("import torch\nw = torch.ones(2, requires_grad=True)\ntorch.optim.SGD([w], lr=0.1)\n")
        started = time.monotonic()
        result = run_probe(document, ProbeOptions(), standby=standby)
        warm = time.monotonic() - started
        assert result.status == "done"
        assert list(result.trace.each(OptimizerBuilt))
        assert standby._worker is not None
        assert standby._worker is not worker
        assert standby._worker.is_alive
        started = time.monotonic()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        assert warm < time.monotonic() - started
    finally:
        standby.close()
    assert standby._worker is None


def test_the_launcher_itself_may_be_killed(run: Runner) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from gradsight.document import Document\nfrom gradsight.probe.launcher import *\n"
        "if __name__ == '__main__':\n"
        "    document = Document.from_text(sys.argv[2], open(sys.argv[2]).read())\n"
        "    run_probe(document, on_output=lambda text: print(text, flush=True))\n"
    )
    document = run.document("import time\nprint('begun', flush=True)\ntime.sleep(600)\n")
    import gradsight

    server = Path(gradsight.__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(server), document.path], stdout=subprocess.PIPE, cwd=run.folder.parent
    )
    assert process.stdout is not None
    assert b"begun" in process.stdout.readline()
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while left_in(run.folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left_in(run.folder) == []
