"""The credentials register: e-licences that departments handed over and results that the city issued."""
