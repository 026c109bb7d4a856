"""Template tags of all channels; load them with ``{% load tongban %}``."""
