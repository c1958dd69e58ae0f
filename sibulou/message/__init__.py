"""Messages: what the ladder tells, brought to whom it tells: an inbox, and channels that are off until set up.

Who is told, and when, the kernel decides (`duty/escalate.py`); here is only how the word travels. A message says how
many, of which duty, where down to the village, and by when. It names no person and no address, so that it may pass
through other people's wires.
"""
