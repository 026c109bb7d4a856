"""Self-check for ``tongban doctor``: is public security reachable, and does it still speak as we understand?"""

from time import perf_counter

from tongban.domain.ports import Department, Finding, Purpose, Subject, Unavailable
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for the identity card of a test person agreed with the department."""
    begin = perf_counter()
    answer = department.licences(subject, ("id_card",), purpose)
    millis = round((perf_counter() - begin) * 1000)
    if isinstance(answer, Unavailable):
        return Finding(False, answer.why, millis)
    return Finding(True, Text("公安系统可用", "Public security answers"), millis)
