"""Writers of the enquiries register."""

import datetime as dt

from django.db import connection

from tongban.domain.enquiry import Enquiry
from tongban.plumbing import crypto
from tongban.registers.enquiries.queries import context


def ask(enquiry: Enquiry) -> None:
    """Write a new enquiry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into enquiries_enquiry (id, number, department, material, center, asked_by, asked_at, due_on, question, "
            "answered_by, answer) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, '', '')",
            [enquiry.id, enquiry.number, enquiry.department, enquiry.material, enquiry.center, enquiry.asked_by,
             enquiry.asked_at, enquiry.due_on, crypto.seal_text(enquiry.question, context=context(enquiry.id, "question"))],
        )  # fmt: skip


def answer(enquiry: Enquiry, *, holds: bool, text: str, by: str, at: dt.datetime) -> None:
    """Write the answer of an enquiry whose row the caller has locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update enquiries_enquiry set holds = %s, answer = %s, answered_by = %s, answered_at = %s where id = %s",
            [holds, crypto.seal_text(text, context=context(enquiry.id, "answer")), by, at, enquiry.id],
        )
