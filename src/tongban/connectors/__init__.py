"""One folder per department's system, each ignorant of the others; all over ``wire``, the one bounded way to speak HTTP.
They ask and translate; they decide nothing and write nothing."""
