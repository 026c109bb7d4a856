"""The identity-card reader of a window, over loopback HTTP."""
