"""The test keys come out of their script."""

from __future__ import annotations

from tests.keys import forms, make


def test_first_numbers_come_from_the_seed() -> None:
    """The script's first draws are the primes in the file, so the file is what the seed gives."""
    assert make.Maker(make.SEED).two_primes(2048) == (forms.P, forms.Q)
    assert forms.P * forms.Q == forms.N
    assert all(map(make.is_prime, (forms.P, forms.Q)))


def test_whole_file_comes_from_the_seed(scaled: make.Scaled) -> None:
    """Under `make long` all of the numbers are made anew and compared."""
    if scaled(1) > 1:
        assert make.vectors() == forms.VECTORS
