"""Self-check for ``tongban doctor``: is medical insurance reachable, and does it still speak as we understand?"""

from time import perf_counter

from tongban.domain.ports import Department, Finding, Purpose, Subject, Unavailable
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for the insurance record of a test person agreed with the department."""
    begin = perf_counter()
    answer = department.licences(subject, ("insured_record",), purpose)
    millis = round((perf_counter() - begin) * 1000)
    if isinstance(answer, Unavailable):
        return Finding(False, answer.why, millis)
    return Finding(True, Text("医保系统可用", "Medical insurance answers"), millis)
