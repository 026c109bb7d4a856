"""Self-check for ``tongban doctor``: is the health commission reachable, and does it still speak as we understand?"""

from time import perf_counter

from tongban.domain.ports import Department, Finding, Purpose, Subject, Unavailable
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for birth certificates of a test person agreed with the department."""
    begin = perf_counter()
    answer = department.licences(subject, ("birth_cert",), purpose)
    millis = round((perf_counter() - begin) * 1000)
    if isinstance(answer, Unavailable):
        return Finding(False, answer.why, millis)
    return Finding(True, Text("卫健系统可用", "The health commission answers"), millis)
