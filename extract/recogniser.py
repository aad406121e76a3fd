"""The neural recogniser: pictures of single lines in, what they may say out.

PP-OCRv6 (small), an ONNX file in the wheel of ``rapidocr``, is run directly: what that package returns is one string and one
score a line, while repair and honest confidence need the probability of each character and the rivals it had. The network
gives, for every eighth pixel across, a distribution over characters and "none" (CTC, Graves et al. 2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.ocr import model_file
from extract.raster import Pixels

Floats = NDArray[np.float32]
HEIGHT = 48
"""Pixels; the network was trained on lines of this height."""
LOW = 32
"""Pixels: a third of the work less, and narrowed text is read as well, being less out of shape."""
_QUANTUM = 8
"""Widths are multiples of it: what the network takes for one frame. Lines of one width make a batch."""
_NARROWEST = 32
_BATCH = 640 * HEIGHT
"""Pixels in one batch, all lines together: more is slower, for it does not stay in the processor's cache."""
FIGURES = "0123456789"
SIGNS = ".,-—/%+"
_SAME = str.maketrans("０１２３４５６７８９Ｏ○〇OolI|／－．，％＋−–─━一―", "0123456789000001" + "11/-.,%+-" + "—" * 5)
"""What a reading of figures folds together: forms of one sign, and letters that no figure can be told from by its shape."""
_NEGLIGIBLE = 1e-4


class Symbol(NamedTuple):
    """One character of a reading."""

    text: str
    probability: float
    at: float = 0.0
    """Its centre, as a share of the picture's width."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a line of text says."""

    symbols: tuple[Symbol, ...]
    figures: Floats
    """For each frame the probability of none, of each of ``FIGURES`` and ``SIGNS``, and of anything else."""

    @property
    def text(self) -> str:
        """The likeliest reading."""
        return "".join(symbol.text for symbol in self.symbols)

    @property
    def certainty(self) -> float:
        """The probability of the least certain character; 0 where nothing was read."""
        return min((symbol.probability for symbol in self.symbols), default=0.0)


def recognise(lines: Sequence[Pixels], height: int = HEIGHT) -> list[Recognition]:
    """What each picture of a line says. Dark on white, grey; the text takes two thirds of the height or more.

    Args:
        lines: the pictures.
        height: what they are brought to, pixels.
    """
    model = _model()
    scaled = [_scaled(line, height) for line in lines]
    widths: dict[int, list[int]] = {}
    for index, line in enumerate(scaled):
        widths.setdefault(line.shape[1], []).append(index)
    found: dict[int, Recognition] = {}
    for width, members in widths.items():
        step = max(1, _BATCH // (width * height))
        for start in range(0, len(members), step):
            batch = members[start : start + step]
            found.update(zip(batch, model.run(np.stack([scaled[index] for index in batch])), strict=True))
    return [found[index] for index in range(len(lines))]


def _scaled(line: Pixels, high: int = HEIGHT) -> Pixels:
    """A line of the network's height, its width a multiple of what one batch has in common, its paper white."""
    height, width = line.shape
    across = max(_NARROWEST, round(width * high / max(height, 1)))
    scaled = cv2.resize(line, (across, high), interpolation=cv2.INTER_LINEAR)
    more = -across % _QUANTUM
    if more:  # noise goes on where the picture is widened: a seam would be read as a stroke
        scaled = cv2.copyMakeBorder(scaled, 0, 0, more // 2, more - more // 2, cv2.BORDER_REFLECT_101)
    return np.asarray(scaled, dtype=np.uint8)


def _of_any_height(file: Path) -> bytes:
    """The network without its one fixed height, on which only its last pooling depends: the mean of all rows that are left."""
    import onnx  # noqa: PLC0415 - only where a scan is met

    model = onnx.load(file)
    graph = model.graph
    graph.input[0].type.tensor_type.shape.dim[2].dim_param = "height"
    place, pooling = next((place, node) for place, node in enumerate(graph.node) if node.op_type == "AveragePool")
    rows = onnx.helper.make_node("ReduceMean", pooling.input[:1], [f"{pooling.name}.rows"], axes=[2], keepdims=1)
    across = onnx.helper.make_node("AveragePool", rows.output, pooling.output, kernel_shape=[1, 2], strides=[1, 2])
    graph.node.remove(pooling)
    graph.node.insert(place, across)
    graph.node.insert(place, rows)
    return bytes(model.SerializeToString())


class _Model:
    """A loaded network; one a process, with one thread."""

    def __init__(self, file: Path) -> None:
        import onnxruntime  # noqa: PLC0415 - only where a scan is met

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # it plans anew for every shape, and lines have many
        options.add_session_config_entry("session.set_denormal_as_zero", "1")  # below 1e-38, and twenty times as slow
        # That fusion multiplies the last layer's weights (18,710 characters) line by line, a third slower; values are the same.
        self._session: Any = onnxruntime.InferenceSession(
            _of_any_height(file), options, providers=["CPUExecutionProvider"], disabled_optimizers=["MatmulTransposeFusion"]
        )
        self._input: str = self._session.get_inputs()[0].name
        characters: str = self._session.get_modelmeta().custom_metadata_map["character"]
        self.characters = ["", *characters.splitlines(), " "]
        """The first is "none", the last the space (PaddleOCR's convention)."""
        places: dict[str, list[int]] = {sign: [] for sign in FIGURES + SIGNS}
        for index, character in enumerate(self.characters):
            folded = character.translate(_SAME)
            if folded in places and folded:
                places[folded].append(index)
        self._places = np.array([0, *(index for indexes in places.values() for index in indexes)])
        self._starts = np.cumsum([0, 1, *map(len, places.values())])[:-1]

    def run(self, lines: Pixels) -> list[Recognition]:
        """The readings of lines of one width (n x height x width), as one batch."""
        batch = lines.astype(np.float32) / 127.5 - 1
        given = np.ascontiguousarray(np.broadcast_to(batch[:, None], (len(batch), 3, *batch.shape[1:])))
        scores: Floats = self._session.run(None, {self._input: given})[0]
        best = scores.argmax(axis=2)
        top = np.take_along_axis(scores, best[..., None], axis=2)[..., 0]
        figures = self._figures(scores)
        return [Recognition(self._symbols(best[i], top[i]), figures[i]) for i in range(len(batch))]

    def _symbols(self, best: NDArray[np.int64], top: Floats) -> tuple[Symbol, ...]:
        symbols: list[Symbol] = []
        frames = len(best)
        start = 0
        while start < frames:
            end = start + 1
            while end < frames and best[end] == best[start]:
                end += 1
            if best[start]:
                at = (start + end) / 2 / frames
                symbols.append(Symbol(self.characters[best[start]], float(top[start:end].max()), at))
            start = end
        return tuple(symbols)

    def _figures(self, scores: Floats) -> Floats:
        known = np.add.reduceat(scores[..., self._places], self._starts, axis=-1)
        return np.concatenate([known, np.clip(1 - known.sum(axis=-1, keepdims=True), 0, 1)], axis=-1)


def figures_of(recognition: Recognition, most: int = 8, width: int = 24) -> list[tuple[str, float]]:
    """The likeliest readings made of figures and signs alone, with their probabilities: a beam search over prefixes.

    Args:
        recognition: of a line.
        most: so many readings.
        width: so many prefixes are followed.
    """
    alphabet = FIGURES + SIGNS
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # prefix: probability of ending in "none", of ending in a sign
    for frame in recognition.figures[:, :-1].tolist():
        grown: dict[str, list[float]] = {}
        likely = [(sign, p) for sign, p in zip(alphabet, frame[1:], strict=True) if p > _NEGLIGIBLE]
        for prefix, (none, some) in beams.items():
            both = none + some
            kept = grown.setdefault(prefix, [0.0, 0.0])
            kept[0] += both * frame[0]
            if prefix:
                kept[1] += some * frame[1 + alphabet.index(prefix[-1])]
            for sign, p in likely:
                longer = grown.setdefault(prefix + sign, [0.0, 0.0])
                longer[1] += (none if prefix.endswith(sign) else both) * p
        ranked = sorted(grown.items(), key=lambda item: -sum(item[1]))[:width]
        beams = {prefix: (none, some) for prefix, (none, some) in ranked}
    readings = [(prefix, none + some) for prefix, (none, some) in beams.items()]
    return sorted(readings, key=lambda reading: -reading[1])[:most]


def folded(text: str) -> str:
    """A text as a reading of figures."""
    return text.translate(_SAME)


@cache
def _model() -> _Model:
    file = model_file()
    if file is None:
        raise ModuleNotFoundError("rapidocr holds no recogniser")
    return _Model(file)
