"""Self-check for ``tongban doctor``: is the health commission reachable, and does it still speak as we understand?"""

from tongban.connectors.wire import found
from tongban.domain.ports import Department, Finding, Purpose, Subject
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for birth certificates of a test person agreed with the department."""
    return found(
        lambda: department.licences(subject, ("birth_cert",), purpose),
        Text("卫健系统可用", "The health commission answers"),
    )
