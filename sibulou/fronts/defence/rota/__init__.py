"""The duty roster (排班) as plain values: how far the force reaches, who stands where, and a checker of its own.

`ask.py` says what is asked, `reach.py` counts, `solve.py` makes a roster, `repair.py` mends one with few changes,
`check.py` proves the hard rules and shares no code with them. Nothing here knows the framework or the clock.
"""
