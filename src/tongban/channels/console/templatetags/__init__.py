"""Template tags of the console; load them with ``{% load console %}``."""
