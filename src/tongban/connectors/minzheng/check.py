"""Self-check for ``tongban doctor``: is civil affairs reachable, and does it still speak as we understand?"""

from time import perf_counter

from tongban.domain.ports import Department, Finding, Purpose, Subject, Unavailable
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for the marital status of a test person agreed with the department."""
    begin = perf_counter()
    answer = department.check(subject, "marriage", {}, purpose)
    millis = round((perf_counter() - begin) * 1000)
    if isinstance(answer, Unavailable):
        return Finding(False, answer.why, millis)
    return Finding(True, Text("民政系统可用", "Civil affairs answers"), millis)
