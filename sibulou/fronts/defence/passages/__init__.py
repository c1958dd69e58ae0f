"""Passages: who came through a post, how they are found again, and what follows from it (S7-S12, S39)."""
