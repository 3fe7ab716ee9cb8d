from pathlib import Path

import numpy as np
import pytest

from catalog.errors import ModelError
from search.encoders.bert import Bert
from search.encoders.eight_bits import Span, linear8, read_spans, split_neurons, write_spans
from search.encoders.weights import Floats

INNER, OUTER = "encoder.layer.0.intermediate.dense", "encoder.layer.0.output.dense"


def floats(*values: float) -> Floats:
    return np.array(values, np.float32)


def span(low: Floats, high: Floats) -> Span:
    """Values spread evenly from low to high, rounded to the nearest step."""
    return Span(low, high, floats(*(low + high) / 2), np.full_like(low, 0.5))


def steps(values: Floats, seen: Span) -> Floats:
    """What an engine makes of values."""
    found: Floats = np.clip(np.rint((values - seen.first) / seen.step), 0, 255)
    return found


class TestLinear8:
    def test_is_the_layer_in_whole_numbers(self) -> None:
        """Weights that are whole in their row's scale, and values in their channel's, lose nothing."""
        seen = span(floats(-1, 0), floats(254, 127.5))
        layer = linear8(np.array([[2, 508], [-1, 2]], np.float32), floats(1, 0), seen)

        assert layer.weights.tolist() == [[1, 127], [-127, 127]]
        assert layer.scale.tolist() == [[2], [pytest.approx(1 / 127)]]

    def test_is_exact_on_the_mean_input(self) -> None:
        """What rounding does to weights is put right in the bias."""
        rng = np.random.default_rng(1)
        weight, bias = rng.normal(size=(3, 5)).astype(np.float32), floats(1, 2, 3)
        seen = span(rng.normal(-2, 1, 5).astype(np.float32), rng.normal(2, 1, 5).astype(np.float32))
        layer = linear8(weight, bias, seen)

        usual = (seen.mean - seen.first) / seen.step

        found = (layer.weights * layer.scale) @ usual + layer.bias
        assert found == pytest.approx(weight @ seen.mean + bias, abs=1e-4)


class TestSplitNeurons:
    def test_makes_a_far_reaching_neuron_exact(self) -> None:
        """One neuron with values and weights ten times those of others costs these nothing."""
        rng = np.random.default_rng(2)
        weight = rng.normal(0, 0.1, (8, 40)).astype(np.float32)
        weight[:, 3] *= 10
        high = np.ones(40, np.float32)
        high[3] = 20
        seen = span(np.zeros(40, np.float32), high)
        values = (rng.random((100, 40)) * high).astype(np.float32)
        whole = Bert({**inner(40), f"{OUTER}.weight": weight}, 1, 1, 0.0, Path())

        split, spans = split_neurons(whole, {"encoder.layer.0.output": seen})

        chosen = split.weights[f"{INNER}.bias"].astype(int)  # which neuron each part is of
        parts = values[:, chosen]
        assert parts @ split.weights[f"{OUTER}.weight"].T == pytest.approx(values @ weight.T, abs=1e-3)
        assert error(values, weight, seen, values @ weight.T) > 3 * error(
            parts, split.weights[f"{OUTER}.weight"], spans["encoder.layer.0.output"], values @ weight.T
        )


def inner(neurons: int) -> dict[str, Floats]:
    """The layer before: each neuron's bias is its number."""
    return {
        f"{INNER}.weight": np.zeros((neurons, 2), np.float32),
        f"{INNER}.bias": np.arange(neurons, dtype=np.float32),
    }


def error(values: Floats, weight: Floats, seen: Span, expected: Floats) -> float:
    """Root of the mean square of what 8 bits lose."""
    layer = linear8(weight, np.zeros(len(weight), np.float32), seen)
    found = steps(values, seen) @ (layer.weights * layer.scale).T + layer.bias
    return float(np.sqrt(((found - expected) ** 2).mean()))


class TestSpans:
    def test_are_read_as_they_were_written(self, tmp_path: Path) -> None:
        """To the 16 bits that are kept."""
        write_spans({"a": span(floats(-1, 0), floats(2, 0.5))}, tmp_path / "x.spans.npz")

        found = read_spans(tmp_path / "x.spans.npz")["a"]

        assert (found.low.tolist(), found.high.tolist()) == ([-1, 0], [2, 0.5])
        assert (found.mean.tolist(), found.place.tolist()) == ([0.5, 0.25], [0.5, 0.5])

    @pytest.mark.parametrize("content", [None, b"", b"damaged"], ids=["missing", "empty", "damaged"])
    def test_say_which_file_cannot_be_read(self, tmp_path: Path, content: bytes | None) -> None:
        """And what to do."""
        path = tmp_path / "x.spans.npz"
        if content is not None:
            path.write_bytes(content)

        with pytest.raises(ModelError, match=r"x.spans.npz: cannot be read .* set COPSE_PRECISION=auto"):
            read_spans(path)
