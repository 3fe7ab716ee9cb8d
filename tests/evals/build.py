"""Small test collections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCUMENTS = (
    {"_id": "d1", "title": "Blunt hoe", "text": "Sharpen the hoe with a file.", "created": "2024-01-01"},
    {"_id": "d2", "title": "Slugs", "text": "Slugs eat the lettuce at night.", "created": "2024-02-01"},
    {"_id": "d3", "title": "Hoe sharpening", "text": "A file makes a hoe sharp.", "created": "2024-03-01"},
)
QUERIES = (
    {"_id": "q1", "text": "Is there a cure for a blunt hoe?"},
    {"_id": "d3", "text": "Hoe sharpening", "body": "A file makes a hoe sharp.", "created": "2024-03-01"},
)
QRELS = (("q1", "d1", 1), ("d3", "d1", 2))


def collection(
    folder: Path,
    documents: Any = DOCUMENTS,
    queries: Any = QUERIES,
    qrels: Any = QRELS,
    split: str = "dev",
) -> Path:
    """Write a collection in the layout of BEIR; a line that is a string is written as it is."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", documents), ("queries", queries)):
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text("".join(f"{one}\n" for one in lines))
    lines = (row if isinstance(row, str) else "\t".join(map(str, row)) for row in qrels)
    text = "query-id\tcorpus-id\tscore\n" + "".join(f"{one}\n" for one in lines)
    (folder / "qrels" / f"{split}.tsv").write_text(text)
    return folder
