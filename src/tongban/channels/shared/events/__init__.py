"""A life event on screen, the same at home and at the counter: the steps of filling it in, the picture of its order, what is posted.
A channel gives the frame (who, where, which addresses) and nothing here knows a particular event."""
