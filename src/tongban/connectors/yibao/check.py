"""Self-check for ``tongban doctor``: is medical insurance reachable, and does it still speak as we understand?"""

from tongban.connectors.wire import found
from tongban.domain.ports import Department, Finding, Purpose, Subject
from tongban.domain.text import Text


def check(department: Department, subject: Subject, purpose: Purpose) -> Finding:
    """Ask for the insurance record of a test person agreed with the department."""
    return found(
        lambda: department.licences(subject, ("insured_record",), purpose),
        Text("医保系统可用", "Medical insurance answers"),
    )
