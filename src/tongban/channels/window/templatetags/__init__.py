"""Template tags of the window; load them with ``{% load window %}``."""
