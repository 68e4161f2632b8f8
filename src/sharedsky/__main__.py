"""`python -m sharedsky` is the command `sharedsky`."""

import sys

from sharedsky.cli import main

sys.exit(main())
