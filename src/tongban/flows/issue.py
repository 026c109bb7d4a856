"""Issuing (制发): what a granted decision gives becomes an e-credential of the person, so that the next item need not ask for the
paper. The log names its number by digest only; the number itself lies sealed in the credentials register."""

import datetime as dt

import msgspec

from tongban.domain import acts, codes, facts
from tongban.domain.case import Case
from tongban.plumbing import crypto
from tongban.plumbing.tx import current, step
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials import service as credentials


@step
def results(case: Case, wanted: tuple[str, ...], on: dt.date) -> list[facts.Body]:
    """Issue these results of a decided case; return the facts to append, in order."""
    return [_one(case, result, place, on) for place, result in enumerate(wanted, len(case.issued) + 1)]


def _one(case: Case, result: str, place: int, on: dt.date) -> facts.ResultIssued:
    kind = catalog.credential_kinds().get(result)
    if kind is None:
        # A result that is a payment, an entry or a paper of its own: nothing to keep as a licence.
        return acts.issue(case, result, "", "", on)
    issuer = catalog.departments()[kind.issuer]
    # Defined by its own issuer here: credit code and the last three of the directory code.
    number = codes.make_e_licence_id(issuer.credit_code + kind.type_code[-3:], issuer.credit_code, _serial(case, place))
    fact = acts.issue(case, result, kind.code, crypto.digest(number.encode()).hex(), on)
    if case.about:
        # The matter of a newborn, of one who died …: an e-licence of theirs is none of the applicant's. The department has it.
        return fact
    answers = msgspec.json.decode(cases.beside(case.number, case.answers) or b"{}")
    credentials.issue(
        case.applicant, kind.code, number, issuer=kind.issuer, issued=on,
        valid_until=on + dt.timedelta(days=kind.valid_days) if kind.valid_days else None,
        fields={code: answers[code] for code in kind.fields if code in answers}, case=case.number, at=current().at,
    )  # fmt: skip
    return fact


def _serial(case: Case, place: int) -> str:
    """The number of the case, of a child without its dash, and the place of the result."""
    return f"{case.number.replace('-', '')}{place:02d}"


@step
def revoke(case: Case) -> None:
    """Take back what was issued for a case whose decision is undone."""
    for place, result in enumerate(case.issued, 1):
        kind = catalog.credential_kinds().get(result)
        if kind is not None and not case.about:
            issuer = catalog.departments()[kind.issuer]
            number = codes.make_e_licence_id(
                issuer.credit_code + kind.type_code[-3:], issuer.credit_code, _serial(case, place)
            )
            credentials.revoke(case.applicant, kind.code, number, current().at)
