"""Who the tests ask about: named residents of the pretended city."""

from tongban.domain.ports import Subject
from tongban.simulated.resident import Resident


def subject(resident: Resident) -> Subject:
    """The resident as a department is asked about."""
    return Subject(resident.number, resident.name)
