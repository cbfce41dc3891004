"""``python -m auditor``: every capability of the auditor without a server or a database."""

import sys

from auditor.cli import main

if __name__ == "__main__":
    sys.exit(main())
