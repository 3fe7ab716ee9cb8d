"""The process that recognises text: `python -m ingest.ocr_child SECONDS MEGABYTES FILE_MEGABYTES`.

It speaks as `ingest.child` does and is bounded like it, but may start one program: tesseract.
"""

from __future__ import annotations

import sys

from ingest.child import main
from ingest.formats import ocr

if __name__ == "__main__":
    main(sys.argv[1:], ocr.recognise, ocr.program())
