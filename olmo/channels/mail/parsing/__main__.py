"""`python -m olmo.channels.mail.parsing FILE`, the same as `bin/olmo mail parse FILE`."""

import sys

from .cli import main

sys.exit(main())
