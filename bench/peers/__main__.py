"""Rank folders in BEIR layout with other search products: `python -m bench.peers FOLDER... --out DIR`.

Each peer has its own virtual environment under the user's cache, made from its requirements.txt on first use.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ("txtai", "haystack", "chroma")
"""Those that rank judged sets."""

ALL = (*PEERS, "llamaindex")
"""Those whose speed is measured."""
TORCH = "torch==2.13.0"
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
}


def main() -> None:
    """Make what environments are missing, then run each peer on every folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a set in BEIR layout")
    parser.add_argument("--out", type=Path, required=True, help="where the files <peer>.<set>.run go")
    parser.add_argument(
        "--split", default="dev", help="the judgments to take queries from: qrels/<split>.tsv"
    )
    parser.add_argument("--peer", choices=PEERS, action="append", help="only this peer; may be repeated")
    asked = parser.parse_args()
    if wrong := _wrong(asked.folders, asked.split):
        parser.error(wrong)
    for peer in asked.peer or PEERS:
        _run(peer, environment(peer), [asked.split, *map(_full, asked.folders), _full(asked.out)])


def _wrong(folders: list[Path], split: str) -> str | None:
    """What keeps these folders from being ranked, if anything does."""
    for folder in folders:
        for name in ("corpus.jsonl.gz", "queries.jsonl", f"qrels/{split}.tsv"):
            if not (folder / name).is_file():
                return f"{folder / name} is missing: give a folder in BEIR layout, and its --split"
    if len({folder.resolve().name for folder in folders}) < len(folders):
        return "two folders have the same name, so would write the same run file: rank them one at a time"
    return None


def _full(path: Path) -> str:
    return str(path.resolve())


def environment(peer: str) -> Path:
    """The Python of a peer's environment, made anew unless its present requirements are installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "copse-peers" / peer
    python = folder / "bin" / "python"
    requirements = HERE / peer / "requirements.txt"
    wanted = f"{TORCH}\n{requirements.read_text(encoding='utf-8')}"
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        venv.create(folder, with_pip=True, clear=True, symlinks=True)
        # first and alone, then named again: pip keeps the build of torch that is there and fetches no other
        _pip(peer, python, TORCH)
        _pip(peer, python, TORCH, "-r", str(requirements))
        stamp.write_text(wanted, encoding="utf-8")
    return python


def _pip(peer: str, python: Path, *wanted: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", *wanted]
    done = subprocess.run(command, check=False)  # noqa: S603 - pins of our own
    if done.returncode:
        sys.exit(
            f"{peer} could not be installed (pip's message is above): try again, or choose others by --peer"
        )


def _run(peer: str, python: Path, arguments: list[str]) -> None:
    command = [str(python), "-m", f"bench.peers.{peer}.rank", *arguments]
    root, environment = HERE.parent.parent, {**os.environ, **OFFLINE}
    done = subprocess.run(command, cwd=root, env=environment, check=False)  # noqa: S603 - our own script
    if done.returncode:
        sys.exit(f"{peer} stopped (its message is above): put that right, or choose other peers by --peer")


if __name__ == "__main__":
    main()
