"""What every channel stands on: who is at the door, the two languages, the parts of a screen, error pages, printed papers."""
