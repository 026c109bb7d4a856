"""Benches: one script per promise. Each starts what it needs in a folder of its own, prints a table with the ratio to a floor
measured in the same run, stops by itself and leaves nothing behind. No bench asserts a time: machines are noisy, people judge."""
