"""Child processes and what they cost, programs of the bench, tables of results."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build" / "bench"


@dataclass(frozen=True)
class Cost:
    """What one or several processes took."""

    cpu_ms: float  # user and system time
    wall_ms: float
    resident_kib: int  # the largest of them
    stdout: str = ""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.cpu_ms + other.cpu_ms, self.wall_ms + other.wall_ms,
                    max(self.resident_kib, other.resident_kib), self.stdout + other.stdout)


def run(argv: Sequence[str | Path], *, text: str = "", environment: Mapping[str, str] | None = None,
        accept: Sequence[int] = (0,)) -> Cost:
    """Runs a program to its end. RuntimeError with its words when its exit status is none of those."""
    with tempfile.NamedTemporaryFile("r", prefix="cost-") as report:
        begin = time.monotonic()
        done = subprocess.run([compiled("child"), report.name, *map(str, argv)], input=text, capture_output=True,
                              text=True, env={**os.environ, **(environment or {})}, check=True)
        wall = 1000 * (time.monotonic() - begin)
        status, cpu_us, resident_kib = map(int, report.read().split())
    if status not in accept:
        words = done.stdout[-2000:] + done.stderr[-2000:]
        raise RuntimeError(f"{Path(argv[0]).name} ended with status {status}:\n{words}")
    return Cost(cpu_us / 1000, wall, resident_kib, done.stdout)


def compiled(name: str, *libraries: str) -> Path:
    """A C program of the bench, built when its source is newer."""
    source, program = HERE / f"{name}.c", BUILD / name
    BUILD.mkdir(parents=True, exist_ok=True)
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:  # several tests may want it at the same time
            made = Path(folder) / name
            subprocess.run([os.environ.get("CC", "cc"), "-O2", "-Wall", "-Wextra", "-o", made, source,
                            *(f"-l{library}" for library in libraries)], check=True)
            made.replace(program)
    return program


def compiled_with_core(name: str) -> Path:
    """A C++ program of the bench with all of daemon/core, built when one of the sources is newer."""
    return compiled_with(name, rooms=("core",))


def compiled_with(name: str, *, rooms: Sequence[str], libraries: Sequence[str] = ()) -> Path:
    """A C++ program of the bench with whole rooms of the daemon, built when one of the sources is newer."""
    daemon = HERE.parents[1] / "daemon"
    sources = [HERE / f"{name}.cpp", *(file for room in rooms for file in sorted((daemon / room).glob("*.cpp")))]
    newest = max(file.stat().st_mtime for file in (*sources, *(file for room in rooms for file in (daemon / room).glob("*.h"))))
    program = BUILD / name
    if not program.exists() or program.stat().st_mtime < newest:
        BUILD.mkdir(parents=True, exist_ok=True)
        subprocess.run([os.environ.get("CXX", "c++"), "-std=c++20", "-O2", "-I", daemon, "-o", program, *sources,
                        *(f"-l{library}" for library in libraries)],
                       check=True)
    return program


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(statistics.median(cost.cpu_ms for cost in costs), statistics.median(cost.wall_ms for cost in costs),
                max(cost.resident_kib for cost in costs))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                       for column, (cell, width) in enumerate(zip(row, widths))) for row in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
