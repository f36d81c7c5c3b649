"""Measuring honestly how long a network takes: sampling, statistics, advice, comparison."""
