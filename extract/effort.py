"""How much there is to recognise in a file: a page that is a picture takes a hundred times as long as one of text."""

from __future__ import annotations

import io

from extract.bounds import limits
from extract.sniff import PDF, PICTURES, sniff

_FEW = 20
"""Characters on a page; fewer are a stamp's or a page number's."""


def pages_to_recognise(content: bytes) -> int:
    """The pages of a PDF file or picture that only their pixels tell, up to the limit; 0 for what cannot be opened."""
    try:
        media_type = sniff(content, "")
        if media_type == PDF:
            return _in_pdf(content)
        return _in_picture(content) if media_type in PICTURES else 0
    except Exception:
        return 0


def _in_pdf(content: bytes) -> int:
    import pypdfium2  # noqa: PLC0415 - readers are dear to import

    document = pypdfium2.PdfDocument(content)
    try:
        count = 0
        for page in document:
            text = page.get_textpage()
            count += text.count_chars() < _FEW
            text.close()
            page.close()
            if count == limits().recognised_pages:
                break
        return count
    finally:
        document.close()


def _in_picture(content: bytes) -> int:
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(content)) as file:
        pages = int(getattr(file, "n_frames", 1)) if file.format == "TIFF" else 1
        return min(pages, limits().recognised_pages)
