"""Figures are kept with the machine that gave them: one file a run in `bench/results/`, and a table over all.

`python -m bench.records` writes that table, `bench/results/README.md`, anew.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results"
_SIDE, _TRIES = 1024, 5  # of a matrix; products of which the fastest counts
_PACKAGES = ("openvino", "onnxruntime", "faiss-cpu", "tantivy", "sqlalchemy", "numpy", "torch")
_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
_INTRODUCTION = """# What was measured, and where

Made by `python -m bench.records` of the files beside it; each is what one run of a program of `bench/`
printed, with the machine. *Load* is how many processes wanted a processor when the run began: above 1,
seconds say little, and only ratios within the run count. *GFLOP/s* are what NumPy's products of matrices
got then: on a shared machine, that can be half of what it is at another hour.
"""


@dataclass(slots=True)
class Record:
    """What one run measured.

    Attributes:
        name: The program of `bench/`.
        rows: Figures, by what they are of; the unit is the end of a figure's name.
        begun: When it began.
        load: How many processes wanted a processor then.
    """

    name: str
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))

    def add(self, what: str, **figures: Any) -> None:
        """Add the figures of one thing."""
        self.rows[what] = figures


def keep(record: Record, folder: Path = RESULTS) -> Path:
    """Write a record beside the earlier ones, where that is wanted: `COPSE_BENCH_KEEP=1`.

    Returns:
        The file, which is only there if it was wanted.
    """
    file = folder / f"{record.begun:%Y-%m-%d-%H%M}-{record.name}.json"
    if os.environ.get("COPSE_BENCH_KEEP") == "1":
        folder.mkdir(exist_ok=True)
        told = {
            "bench": record.name,
            "begun": f"{record.begun:%Y-%m-%dT%H:%MZ}",
            "load": record.load,
            "commit": _commit(),
            "machine": machine(),
            "figures": record.rows,
        }
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        (folder / "README.md").write_text(overview(folder), "utf-8")
        print(f"kept as {file}")
    return file


def machine() -> dict[str, Any]:
    """What the figures depend on, and nothing that tells whose machine it is."""
    info = _read("/proc/cpuinfo")
    flags = set((re.search(r"^flags\s*: (.*)$", info, re.MULTILINE) or [""])[0].split())
    memory = re.search(r"MemTotal:\s+(\d+) kB", _read("/proc/meminfo"))
    return {
        "processor": (re.search(r"^model name\s*: (.*)$", info, re.MULTILINE) or ["", platform.machine()])[1],
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "instructions": [flag for flag in _FLAGS if flag in flags],
        "fp32_gflops": _gflops(),
        "memory_gib": round(int(memory[1]) / 2**20, 1) if memory else None,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "packages": dict(filter(None, map(_package, _PACKAGES))),
    }


def _gflops() -> int:
    """Thousand million operations a second that products of matrices get at this moment."""
    one = np.ones((_SIDE, _SIDE), np.float32)
    taken = []
    for _ in range(_TRIES):
        begin = time.perf_counter()
        one @ one
        taken.append(time.perf_counter() - begin)
    return round(2 * _SIDE**3 / min(taken) / 1e9)


def overview(folder: Path = RESULTS) -> str:
    """A Markdown table of every figure of every run, the newest run first."""
    parts = [_INTRODUCTION]
    for file in sorted(folder.glob("*.json"), reverse=True):
        told = json.loads(file.read_text("utf-8"))
        has = told["machine"]
        rate = f"{has['fp32_gflops']} GFLOP/s in fp32" if "fp32_gflops" in has else "speed unknown"
        parts.append(
            f"## {told['bench']}, {told['begun']}\n\n{has['processors']} processors ({has['processor']}; "
            f"{', '.join(has['instructions']) or 'no wide instructions known'}; {rate}), "
            f"{has['memory_gib']} GiB, "
            f"{has['system']}, Python {has['python']}; load {told['load']}; commit {told['commit']}.\n\n"
            f"{_table(told['figures'])}\n"
        )
    return "\n".join(parts)


def _table(rows: dict[str, dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for figures in rows.values() for name in figures))
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for what, figures in rows.items():
        lines.append(f"| {what} | {' | '.join(str(figures.get(name, '')) for name in names)} |")
    return "\n".join(lines)


def _package(name: str) -> tuple[str, str] | None:
    try:
        return name, version(name)
    except PackageNotFoundError:
        return None


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=RESULTS.parent, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or "unknown"


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""


if __name__ == "__main__":
    (RESULTS / "README.md").write_text(overview(), "utf-8")
