"""`python -m sibulou`."""

import sys

from sibulou.cli import main

if __name__ == "__main__":
    sys.exit(main())
