"""The arithmetic behind every code that guards itself with a check character. Kept apart from the codes so that each
formula stands once, next to the standard it comes from, and can be compared with other implementations."""

DIGITS = "0123456789"
ALNUM = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I O S V Z

_CITIZEN_WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
_CREDIT_WEIGHTS = tuple(3**i % 31 for i in range(17))


def mod_11_2(body: str) -> str:
    """Check character (0-9 or X) of the 17 digits of a citizen number. Source: GB 11643, ISO 7064 MOD 11-2."""
    total = sum(int(c) * w for c, w in zip(body, _CITIZEN_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def mod_31(body: str) -> str:
    """Check character of the first 17 characters of a credit code. Source: GB 32100."""
    total = sum(CREDIT_ALPHABET.index(c) * w for c, w in zip(body, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def mod_37_36(body: str) -> str:
    """Check character (0-9, A-Z) over digits and capital letters. Source: ISO 7064 hybrid MOD 37,36 (GB/T 17710).

    ValueError when ``body`` holds any other character.
    """
    product = 36
    for character in body:
        total = (product + ALNUM.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALNUM[(37 - product) % 36]


def luhn(body: str) -> str:
    """Check digit that makes ``body`` + digit a valid bank card number. Source: ISO/IEC 7812-1 annex B."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = DIGITS.index(character) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return DIGITS[-total % 10]
