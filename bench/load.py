"""How fast tickets are loaded with their log, messages and search words, and whether every log replays afterwards.

bench/run load [--tickets 10000]
"""

import argparse
import subprocess
import sys

from bench.house import ROOT, house

LIMIT = 1000.0  # tickets a second


def main() -> int:
    """Load into a fresh folder (which prints the pace), then let the doctor replay every log."""
    parser = argparse.ArgumentParser(prog="bench/run load", description=str(__doc__).splitlines()[0])
    parser.add_argument("--tickets", type=int, default=10_000)
    tickets = parser.parse_args().tickets
    with house(tickets):
        print(f"(at least {LIMIT:.0f} a second on two cores that have nothing else to do)")
        command = [sys.executable, "-m", "olmo.ops.cli", "doctor", "--all"]
        doctor = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(*(line for line in doctor.stdout.splitlines() if " log " in line or " search " in line), sep="\n")
    return doctor.returncode
