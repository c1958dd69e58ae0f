"""Supplies: what is kept where, what is on its way, for how many days there is enough (S14, S52)."""
