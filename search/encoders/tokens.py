"""Texts → tokens, by a tokenizer on its own, and tokens → batches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_AT_ONCE = 1000  # texts; an encoding takes far more memory than its text
_A_RUN = 24  # tokens that take as long as another run of the model does


def read_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer, without the truncation and padding that its file may ask for.

    Raises:
        ModelError: If the file is missing or damaged.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads do not survive a fork
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more specific
        raise ModelError(f"{path}: cannot be read ({error}); copy the model again") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def count_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    """Tokens of each text, with those that the tokenizer puts around it, however long it is."""
    return [
        len(encoding)
        for start in range(0, len(texts), _AT_ONCE)
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + _AT_ONCE]))
    ]


def batches_by_length(counts: Sequence[int], batch_tokens: int) -> list[list[int]]:
    """Put texts of like length together, so that little is padding.

    A batch ends where more of it would be padding than another run of the model costs.

    Args:
        counts: Tokens of each text.
        batch_tokens: Most tokens of a batch, all its texts padded to the longest; a longer text is alone.

    Returns:
        Indices of texts; every text is in one batch, the longest texts come first.
    """
    batches: list[list[int]] = []
    longest = padding = 0
    for index in sorted(range(len(counts)), key=lambda index: (-counts[index], index)):
        padding += longest - counts[index]
        if batches and padding <= _A_RUN and (len(batches[-1]) + 1) * longest <= batch_tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
            longest, padding = counts[index], 0
    return batches
