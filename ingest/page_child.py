"""The process that draws a page of a PDF: `python -m ingest.page_child SECONDS MEGABYTES FILE_MEGABYTES`.

It reads one request as a line of JSON from standard input, `{"path", "name", "digest", "page", "passage",
"quotes"}`, and answers on standard output: a line of JSON, and behind it the picture, if there is one. The
file must have the digest (SHA-256) that it had when it was read into the library, so that nothing is shown of
what has come into its place. The process bounds itself as the one that parses does (`ingest.bounded`).
"""

from __future__ import annotations

import hashlib
import json
import signal
import sys
from typing import Any

from catalog.errors import UnreadableError
from ingest.bounded import bound, take_over_stdout
from ingest.child import read_file

CHANGED = "the file has changed since it was read; `copse sync` reads it again"


def main(arguments: list[str]) -> None:
    """Answer one request.

    Args:
        arguments: Seconds, megabytes of memory, megabytes of a file.
    """
    seconds, megabytes, file_megabytes = float(arguments[0]), int(arguments[1]), int(arguments[2])
    answers = take_over_stdout()
    bound(megabytes)
    # The parent ends a slow child; this ends it also when the parent is gone.
    signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
    request = json.loads(sys.stdin.buffer.readline())
    try:
        picture, told = _draw(request, file_megabytes)
    except UnreadableError as error:
        picture, told = b"", {"reason": error.reason}
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes the libraries raise
        picture, told = (
            b"",
            {"reason": f"the page cannot be drawn ({type(error).__name__}); open the file itself"},
        )
    answers.write(json.dumps(told).encode() + b"\n" + picture)
    answers.flush()


def _draw(request: dict[str, Any], file_megabytes: int) -> tuple[bytes, dict[str, Any]]:
    """Draw the page that a request names.

    Raises:
        UnreadableError: If the file is not there, not the same any more, or has no such page.
    """
    from ingest.formats.pdf_marks import draw_marked
    from ingest.formats.pdf_rescue import open_pdf

    name = request["name"]
    data = read_file(request["path"], name, file_megabytes)
    if hashlib.sha256(data).hexdigest() != request["digest"]:
        raise UnreadableError(name, CHANGED)
    with open_pdf(data, name) as document:
        if not 1 <= request["page"] <= len(document):
            raise UnreadableError(name, f"the file has no page {request['page']}")
        drawn = draw_marked(document, request["page"], request["passage"], request["quotes"])
    return drawn.png, {"marks": drawn.marks}


if __name__ == "__main__":
    main(sys.argv[1:])
