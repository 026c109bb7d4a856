"""Numbers of synthetic people and firms with right check digits. Written apart from domain/codes.py on purpose: two
independent computations check each other in the tests."""

from datetime import date

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def citizen(area: str, birth: date, sequence: int) -> str:
    """A citizen number (GB 11643): 6 area + 8 birth + 3 sequence (odd = male) + MOD 11-2 check."""
    body = f"{area}{birth:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def credit(area: str, serial: int) -> str:
    """A unified social credit code (GB 32100) of a company: 91 + area + organisation code (GB 11714) + check."""
    organisation = f"MA1{serial:05d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = -sum(int(c, 36) * w for c, w in zip(organisation, weights, strict=True)) % 11
    body = f"91{area}{organisation}{'X' if rest == 10 else rest}"
    total = sum(_CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _CREDIT[-total % 31]
