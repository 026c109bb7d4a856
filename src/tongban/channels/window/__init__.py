"""The clerk's channel: the staff's door, the person served at the counter, the center's worklist, handling."""
