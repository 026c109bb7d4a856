"""What screens show: one file per screenful. Every function takes the actor, filters by its powers, and returns frozen values;
only here may tables of several registers be read side by side."""
