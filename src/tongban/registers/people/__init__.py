"""The people register: who was met, what is known of them, who may act for whom, and what was agreed to."""
