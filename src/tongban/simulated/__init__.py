"""A pretended city outside the house: synthetic residents and the systems of five departments, in a process of its own.
No person in it exists. It speaks only HTTP, so the program cannot tell it from the real thing, nor reach around it.
"""
