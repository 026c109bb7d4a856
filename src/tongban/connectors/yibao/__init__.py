"""Medical insurance: how a person is insured."""
