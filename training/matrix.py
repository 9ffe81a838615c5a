"""Rows of n-grams as a sparse matrix over an explicit vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from autoscorer.classify.features import SPACES, Grams, Vocabulary, ids

SCALES: Mapping[str, float] = {"own": 1.0, "previous": 0.3, "next": 0.3, "place": 2.0}
"""How strongly a space may speak: its columns are multiplied by this, which loosens their penalty."""


def build_vocabulary(grams: Sequence[Grams], *, least: int, spaces: Sequence[str] = SPACES) -> Vocabulary:
    """The n-grams found in at least `least` rows, sorted, with ids from 1 on."""
    built, first = {}, 1
    for space in spaces:
        counts = Counter(chain.from_iterable(set(row.get(space, ())) for row in grams))
        known = sorted(gram for gram, count in counts.items() if count >= least)
        built[space] = dict(zip(known, range(first, first + len(known)), strict=True))
        first += len(known)
    return built


def column_scales(vocabulary: Vocabulary) -> Any:
    """The factor of each column, [1 + features]; column 0 is padding."""
    factors = [np.full(len(known), SCALES[space]) for space, known in vocabulary.items()]
    return np.concatenate([np.zeros(1), *factors])


def matrix(grams: Sequence[Grams], vocabulary: Vocabulary, *, scaled: bool = True) -> Any:
    """CSR [rows, 1 + features]: each known feature of a row counts 1 / sqrt(features of the row), times the
    factor of its space if `scaled`; a finished model has the factors in its weights."""
    rows = [sorted(ids(row, vocabulary)) for row in grams]
    lengths = np.array([len(row) for row in rows])
    columns = np.fromiter(chain.from_iterable(rows), np.int32, lengths.sum())
    factors = column_scales(vocabulary)
    scales = factors if scaled else np.ones_like(factors)
    values = scales[columns] / np.repeat(np.sqrt(np.maximum(lengths, 1)), lengths)
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_matrix((values, columns, pointers), shape=(len(rows), len(scales)))
