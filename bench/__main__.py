"""`bench/run NAME [OPTIONS]`: one bench by its name."""

import importlib
import pkgutil
import sys
from pathlib import Path

NOT_BENCHES = {"__main__", "house", "bare", "meters", "tracing"}


def main() -> int:
    """Run the bench that is named, or say which there are."""
    here = Path(__file__).parent
    names = sorted(m.name for m in pkgutil.iter_modules([str(here)]) if m.name not in NOT_BENCHES)
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in names:
        sys.stdout.write(f"usage: bench/run NAME [OPTIONS]\nbenches: {', '.join(names)}\n")
        return 2 if name else 0
    sys.argv = [f"bench/run {name}", *sys.argv[2:]]
    return importlib.import_module(f"bench.{name}").main() or 0


if __name__ == "__main__":
    sys.exit(main())
