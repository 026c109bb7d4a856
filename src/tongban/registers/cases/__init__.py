"""The cases register: the fact log of every case, the row that is its fold, and what lies sealed beside it."""
