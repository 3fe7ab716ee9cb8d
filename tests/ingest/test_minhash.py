"""Signatures of sets, by which near-identical items are found."""

from __future__ import annotations

import numpy as np

from ingest.minhash import signature, to_bytes


def test_a_signature_stays_what_it_was() -> None:
    """Libraries hold signatures that were made before: these are datasketch's values."""
    made = signature({b"it works thank you so", b"works thank you so much", "thé vert".encode()})
    assert made.shape == (64,)
    assert made[:6].tolist() == [786305467, 565565544, 1121697435, 695346662, 36472465, 1971005451]
    assert made[-1] == 904263050


def test_equal_values_estimate_how_much_two_sets_share() -> None:
    """Ninety of a hundred and ten members here."""
    one = signature(b"%d" % number for number in range(100))
    other = signature(b"%d" % number for number in range(10, 110))
    assert 0.72 < np.mean(one == other) < 0.92


def test_a_large_set_has_the_least_of_the_signatures_of_its_parts() -> None:
    """It is taken in pieces, so that no text needs much memory."""
    members = [b"%d" % number for number in range(10_000)]
    parts = [signature(members[:5000]), signature(members[5000:])]
    assert signature(members).tolist() == np.minimum(*parts).tolist()


def test_a_signature_is_kept_in_a_byte_a_value() -> None:
    """Equal values stay equal; of other ones, one in 256 has the same byte."""
    members = [[b"%d %d" % (text, number) for number in range(2)] for text in range(300)]
    kept = np.array([np.frombuffer(to_bytes(signature(both)), np.uint8) for both in members])
    alike = (kept[:, None] == kept).mean(axis=2)[~np.eye(300, dtype=bool)]

    assert to_bytes(signature({b"a b c d e"})) == to_bytes(signature({b"a b c d e"}))
    assert kept.shape == (300, 64)
    assert 0.0036 < alike.mean() < 0.0042
    assert alike.max() < 0.2
