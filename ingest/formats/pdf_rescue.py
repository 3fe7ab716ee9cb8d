"""What can be done for PDFs that PDFium refuses: pypdf saves them again, or a lost end is replaced."""

from __future__ import annotations

import re
from io import BytesIO

import pypdfium2 as pdfium
from pypdf import PdfReader, PdfWriter
from pypdf.errors import DependencyError, FileNotDecryptedError

from catalog.errors import UnreadableError

_CATALOG = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+obj\b[^<]{0,20}<<[^>]{0,500}?/Type\s*/Catalog\b")
LOCKED = "is encrypted; remove its password, or save an unprotected copy, and read that"


def open_pdf(data: bytes, name: str) -> pdfium.PdfDocument:
    """Open a PDF, also one that has to be repaired first.

    Raises:
        UnreadableError: If it needs a password.
        Exception: What the libraries raised, if it is too damaged.
    """
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        return pdfium.PdfDocument(with_new_end(data) or saved_again(data, name))


def saved_again(data: bytes, name: str) -> bytes:
    """Return the same document as a plain, undamaged file.

    Raises:
        UnreadableError: If it needs a password.
        Exception: What pypdf raised, if it is too damaged.
    """
    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError(name, LOCKED)
        file = BytesIO()
        PdfWriter(clone_from=reader).write(file)
    except (DependencyError, FileNotDecryptedError, NotImplementedError) as error:
        raise UnreadableError(name, LOCKED) from error
    return file.getvalue()


def with_new_end(data: bytes) -> bytes | None:
    """Return a file whose end was cut off with a trailer that names its catalog; None if that is lost too.

    PDFium then finds the other objects by itself.
    """
    # Without its trailer, a protected file would open and give noise.
    if any(word in data for word in (b"trailer", b"startxref", b"/Encrypt")):
        return None
    catalogs = _CATALOG.findall(data)
    # The last one is the newest.
    return (
        data + b"\ntrailer\n<</Root %b %b R>>\nstartxref\n0\n%%%%EOF\n" % catalogs[-1] if catalogs else None
    )
