"""What each command loads, in a process of its own: nothing heavy that its answer is not made with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    *("torch", "transformers", "sentence_transformers", "openvino", "onnxruntime", "onnx", "safetensors"),
    *("sklearn", "scipy", "networkx", "pandas", "pyarrow", "altair", "nltk", "ir_measures", "py3langid"),
    *("faiss", "tantivy", "alembic", "sqlalchemy", "pydantic", "openai", "mcp", "httpx", "cryptography"),
    *(
        "streamlit",
        "fastapi",
        "uvicorn",
        "pygments",
        "markdown_it",
        "lxml",
        "bs4",
        "docutils",
        "pypdf",
        "PIL",
    ),
)
"""What takes tens of milliseconds, or seconds, to load."""

OTHERS = (
    *("numpy.random", "numpy.testing", "sqlalchemy.orm", "multiprocessing", "email.mime", "http.client"),
    *("search.people.growth", "search.people.landscape", "search.people.map", "search.answer.wording"),
    *("ui.cli.ingest", "ui.cli.members", "ui.cli.serve", "ui.mcp", "ui.sync", "ui.view.page"),
)
"""What other commands need: a few milliseconds each, and many of them."""

ENGINES = "openvino pydantic sqlalchemy tantivy"
SERVERS = "fastapi streamlit uvicorn"

REPORT = f"print(*sorted(name for name in {HEAVY + OTHERS} if sys.modules.get(name)), file=sys.stderr)"
COMMAND = f"""
import sys
from ui.cli import main
try:
    main()
except SystemExit:
    pass
{REPORT}
"""
SERVER = f"""
import sys
from starlette.testclient import TestClient
from catalog.settings import read_settings
from ui.serve import build_app
app = build_app(read_settings())
TestClient(app, base_url="http://127.0.0.1:8501").get("/api/v1/ask?q=pump").raise_for_status()
{REPORT}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one note, made with the packaged model, with its indexes."""
    folder = tmp_path_factory.mktemp("imports")
    (folder / "note.md").write_text(
        "# The pump\n\nThe pump leaks because its seal is worn. Replace the seal.\n"
    )
    library = folder / "library"
    run(library, COMMAND, "ingest", str(folder / "note.md"))
    run(library, COMMAND, "search", "pump")
    return library


def run(library: Path, program: str, *arguments: str) -> list[str]:
    """Run a program with a library; gives the heavy modules that it has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"COPSE_LIBRARY": str(library), "COPSE_RECORD_GAPS": "no", "PATH": ""},
    )
    return done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("command", ["ask", "search", "experts", "similar"])
def test_a_question_loads_the_engines_alone(library: Path, command: str) -> None:
    """No PyTorch, no web server, nothing that reads documents, no migrations, no faiss for few passages."""
    assert run(library, COMMAND, command, "why does the pump leak?") == ENGINES.split()


def test_a_server_loads_no_more_for_an_answer(library: Path) -> None:
    """The same engines, and what serves pages."""
    loaded = run(library, SERVER)

    assert [name for name in loaded if name in HEAVY] == sorted([*ENGINES.split(), *SERVERS.split()])
