"""Two threads beside the program: one hears the launcher, one minds memory and sends what is waiting."""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from types import FrameType

from .channel import Channel
from .places import Places
from .protocol import END, LIMIT, MEMORY, STOP, WHERE
from .reporter import Reporter, Stop

_BEAT = 0.05
_GRACE = 1.5
_SIGNAL = getattr(signal, "SIGUSR1", None)


class Guard:
    """Ends the program from outside of it. Its threads are unknown to `threading`, as in a plain run."""

    def __init__(self, channel: Channel, places: Places, reporter: Reporter, most_memory: int | None) -> None:
        self._channel = channel
        self._places = places
        self._reporter = reporter
        self._most_memory = most_memory
        self._main = threading.get_ident()
        self._stopping_since: float | None = None
        self._finished = False

    def start(self) -> None:
        """Begins to watch."""
        if _SIGNAL is not None:
            signal.signal(_SIGNAL, self._interrupt)
        _thread.start_new_thread(self._hear, ())
        _thread.start_new_thread(self._mind, ())

    def finish(self) -> None:
        """The program has ended: nothing is to be interrupted any more."""
        self._finished = True

    def _hear(self) -> None:
        while True:
            message = self._channel.receive()
            if message is None:
                _end_all()
            elif message.get("do") == STOP:
                self._tell_where()
                if self._finished:
                    continue
                self._reporter.stopped_by = str(message.get("why"))
                self._reporter.recording = False
                self._stopping_since = time.monotonic()
                self._raise_in_main()

    def _mind(self) -> None:
        while True:
            time.sleep(_BEAT)
            with contextlib.suppress(RuntimeError):
                self._channel.flush()
            if self._most_memory is not None and _memory() > self._most_memory:
                self._tell_where()
                self._channel.send(END, {"status": MEMORY}, now=True)
                _end_all()
            if self._finished:
                continue
            if self._stopping_since is None and self._reporter.stopped_by is not None:
                self._stopping_since = time.monotonic()
            if self._stopping_since is not None and time.monotonic() - self._stopping_since > _GRACE:
                self._channel.send(END, {"status": LIMIT, "why": self._reporter.stopped_by, "forced": True}, now=True)
                _end_all()

    def _tell_where(self) -> None:
        frame = sys._current_frames().get(self._main)
        while frame is not None:
            if self._places.is_user_file(frame.f_code.co_filename):
                where = {"path": frame.f_code.co_filename, "line": frame.f_lineno}
                self._channel.send(WHERE, where, now=True)
                return
            frame = frame.f_back

    def _raise_in_main(self) -> None:
        """A signal also wakes a program that sleeps; where there is none, the next line of Python raises."""
        if _SIGNAL is not None and hasattr(signal, "pthread_kill"):
            signal.pthread_kill(self._main, _SIGNAL)
        else:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._main), ctypes.py_object(Stop))

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._stopping_since is not None and not self._finished:
            raise Stop


def _end_all() -> None:
    """Ends this process and, where it leads a group of its own, its children."""
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _memory() -> int:
    """Bytes of memory that this process holds now (on macOS: held at most)."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _memory_on_windows() if sys.platform == "win32" else 0


def _memory_on_windows() -> int:
    class Counters(ctypes.Structure):
        _fields_ = [("size", ctypes.c_uint32), ("faults", ctypes.c_uint32)] + [
            (f"field{number}", ctypes.c_size_t) for number in range(8)
        ]

    counters = Counters()
    counters.size = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size):
        return 0
    return int(counters.field1)  # WorkingSetSize; the peak comes before it
