"""Self-check for ``tongban doctor``: is civil affairs reachable, and does it still speak as we understand?"""

from tongban.connectors.wire import found
from tongban.domain.ports import Department, Finding, Purpose, Subject
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for the marital status of a test person agreed with the department."""
    return found(
        lambda: department.check(subject, "marriage", {}, purpose), Text("民政系统可用", "Civil affairs answers")
    )
