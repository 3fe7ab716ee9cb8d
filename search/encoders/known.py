"""Texts → tokens by a table of words that were met before: a look into it is a quarter of tokenising them.

A BERT's tokenizer cuts a text at white space and around punctuation, and what it makes of a word does not
depend on the words around it. So the tokens of a text are those of its words, one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MOST_KNOWN = 100_000  # words: some twenty megabytes
_LONGEST_KNOWN = 40  # characters; longer ones seldom come again
_AT_ONCE = 1000  # texts, of which new words are looked for together
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~]+|[!-/:-@\[-`{-~]")
_NO_SPACE = "\x0b\x0c\x1c\x1d\x1e\x1f\x85"  # white space to Python, and nothing at all to the tokenizer


def _knows_words(tokenizer: Tokenizer) -> bool:
    """Whether a tokenizer makes the same of a word, whatever stands around it."""
    from tokenizers.models import WordPiece  # like the tokenizer itself, when it is needed
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    parts = (tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.model)
    kinds = (BertNormalizer, BertPreTokenizer, WordPiece)
    return all(isinstance(part, kind) for part, kind in zip(parts, kinds, strict=True))


class KnownTokens:
    """Tells the tokens of texts; any number of threads may ask.

    Args:
        tokenizer: A tokenizer that neither truncates nor pads; if it is not a BERT's, a text is a word to it.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._known = _Known(tokenizer)
        around = tokenizer.encode("").ids
        self._first, self._last = around[:-1], around[-1:]
        special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
        whole = "|".join(map(re.escape, [*special, *_NO_SPACE])) if _knows_words(tokenizer) else ""
        self._whole = re.compile(whole)  # what is not cut into words; no pattern is in every text

    def ids(self, texts: Sequence[str], window: int) -> list[list[int]]:
        """Numbers of each text's tokens: the first ones and, of what is around a text, the last one."""
        most = window - len(self._last)
        return [
            [*self._first, *chain.from_iterable(words)][:most] + self._last for words in self._tokens(texts)
        ]

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, with those that the tokenizer puts around it, however long it is."""
        around = len(self._first) + len(self._last)
        return [around + sum(map(len, words)) for words in self._tokens(texts)]

    def _tokens(self, texts: Sequence[str]) -> Iterator[Iterable[Sequence[int]]]:
        """The tokens of each word of each text."""
        for start in range(0, len(texts), _AT_ONCE):
            some = texts[start : start + _AT_ONCE]
            cut = [[text] if self._whole.search(text) else _WORD.findall(text) for text in some]
            self._known.learn(chain.from_iterable(cut))
            yield from (map(self._known.__getitem__, words) for words in cut)


class _Known(dict[str, Sequence[int]]):
    """Numbers of the tokens of words."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def learn(self, words: Iterable[str]) -> None:
        """Tokenise together those words that are new."""
        new = [word for word in set(words) if word not in self and len(word) <= _LONGEST_KNOWN]
        if not new:
            return
        if len(self) + len(new) > _MOST_KNOWN:
            self.clear()
        made = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        self.update((word, tuple(one.ids)) for word, one in zip(new, made, strict=True))

    def __missing__(self, word: str) -> Sequence[int]:
        """The same of a word that is not kept, or was let go of meanwhile."""
        ids: Sequence[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return ids
