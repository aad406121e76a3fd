"""Whether this installation can read pictures. Nothing here loads the libraries that do."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

INSTALL_OCR = "Install character recognition with `pip install nianbao[ocr]`, and ingest it again."
"""What to do about a document that only its pixels tell."""
RECOGNISED = "recognised_page"
"""Code of the warning that says which pages were read from their pixels."""
_MODEL = "PP-OCRv6_rec_small.onnx"


@cache
def model_file() -> Path | None:
    """The recogniser's network, where the OCR extra is installed."""
    specs = [importlib.util.find_spec(name) for name in ("rapidocr", "onnx", "onnxruntime", "cv2")]
    if not all(specs) or specs[0] is None or not specs[0].submodule_search_locations:
        return None
    files = (Path(folder, "models", _MODEL) for folder in specs[0].submodule_search_locations)
    return next((file for file in files if file.is_file()), None)


def is_installed() -> bool:
    """Whether pictures can be read."""
    return model_file() is not None
