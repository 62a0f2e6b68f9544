"""`python -m olmo.ops.prepare`: what `up` does before its children start, in a process that may be large.

Makes roles and tables current and prints the set-up link on standard output when there is no administrator.
"""

import sys

from olmo.kernel.config import ConfigError
from olmo.ops import firstrun, schema
from olmo.ops.problems import Problem


def main() -> int:
    """Prepare; what goes wrong is said in one line on standard error, and the exit code is 1."""
    try:
        schema.prepare()
        link = firstrun.setup_link()
    except (Problem, ConfigError) as problem:
        sys.stderr.write(f"olmo: {problem}\n")
        return 1
    if link:
        sys.stdout.write(f"{link}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
