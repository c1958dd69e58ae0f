"""The demonstration's child processes, in a module of their own: run as a program, `play` would be loaded twice."""

from __future__ import annotations

import sys

from sibulou.demo.play import field, make_here

if __name__ == "__main__":
    kind, *words = sys.argv[1:]
    if kind == "make":
        make_here(*words)
    else:
        field(*words)
