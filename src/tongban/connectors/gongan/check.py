"""Self-check for ``tongban doctor``: is public security reachable, and does it still speak as we understand?"""

from tongban.connectors.wire import found
from tongban.domain.ports import Department, Finding, Purpose, Subject
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for the identity card of a test person agreed with the department."""
    return found(
        lambda: department.licences(subject, ("id_card",), purpose), Text("公安系统可用", "Public security answers")
    )
