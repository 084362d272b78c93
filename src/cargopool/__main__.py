"""``python -m cargopool``."""

import sys

from cargopool.cli import main

if __name__ == "__main__":
    sys.exit(main())
