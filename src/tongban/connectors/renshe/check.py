"""Self-check for ``tongban doctor``: is social security reachable, and does it still speak as we understand?"""

from tongban.connectors.wire import found
from tongban.domain.ports import Department, Finding, Purpose, Subject
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for the employment of a test person agreed with the department."""
    return found(
        lambda: department.check(subject, "employment", {}, purpose), Text("人社系统可用", "Social security answers")
    )
