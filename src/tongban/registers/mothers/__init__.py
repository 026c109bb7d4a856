"""The mothers register (一件事总办件): the logs of mother cases, their one form sealed beside, and what is being filled in."""
