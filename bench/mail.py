"""How fast mail becomes safe, and how fast it becomes tickets.

    bench/run mail [--messages 4000] [--senders 8] [--data DIR]

Starts an Olmo of its own on free ports in a temporary folder, sends messages of 2-4 kB made from the seeded ticket generator by
so many SMTP connections at once, and prints: messages a second from the first MAIL to the last 250 (each of them committed); then
messages a second that one worker turns into tickets (all of them waiting when it starts); and the intake's memory (PSS).
"""

import argparse
import importlib.util
import multiprocessing
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.house import ROOT, SHARED, free_port


def main() -> None:
    """Run it all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--senders", type=int, default=8)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with service(options.data) as config:
        with process("intake") as intake:
            await_port(config.smtp_port)
            idle, before = pss_of(intake.pid), cpu_seconds(intake.pid)
            accepted = send(config.smtp_port, options.messages, options.senders)
            print(f"accepted and committed  {accepted:8.0f} messages/s   ({options.senders} senders)")
            spent = (cpu_seconds(intake.pid) - before) / options.messages * 1000
            print(f"intake's own work       {spent:8.2f} ms of CPU for each message")
            print(f"intake's memory         {idle / 1024:8.1f} MB PSS idle, {pss_of(intake.pid) / 1024:.1f} after")
        with process("worker") as worker:
            pace = _pace(config, options.messages)
            spent = cpu_seconds(worker.pid) / options.messages * 1000
        print(f"raw to ticket           {pace:8.0f} messages/s   (one worker, {spent:.1f} ms of its CPU for each)")


@contextmanager
def service(data: Path | None = None) -> Iterator[Any]:
    """A fresh embedded database with the schema, and the configuration around it."""
    folder = data or Path(tempfile.mkdtemp(prefix="olmo-bench-"))
    os.environ.update(OLMO_DATA=str(folder), OLMO_SMTP_PORT=str(free_port()), OLMO_LMTP_PORT=str(free_port()))
    from olmo.kernel.config import current
    from olmo.ops import postgres, schema

    try:
        with postgres.running(current()):
            schema.prepare_elsewhere()
            yield current()
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


MAINS = {
    "intake": "from olmo.channels.mail.intake_server import main; main()",
    "worker": "import sys; sys.argv = ['worker']; from olmo.ops.worker import main; main()",
}


@contextmanager
def process(which: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of Olmo's processes, for the length of the block."""
    started = subprocess.Popen([sys.executable, "-c", MAINS[which]], cwd=ROOT, env={**os.environ, **env})
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(60)


def send(port: int, count: int, senders: int) -> float:
    """Send `count` messages by so many connections at once; returns messages a second."""
    share = count // senders
    barrier = multiprocessing.Barrier(senders + 1)
    workers = [multiprocessing.Process(target=_sender, args=(port, n * share, share, barrier)) for n in range(senders)]
    for worker in workers:
        worker.start()
    barrier.wait()
    start = time.perf_counter()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a sender failed")
    return share * senders / (time.perf_counter() - start)


def messages(first: int, count: int) -> list[tuple[str, bytes]]:
    """Sender and bytes of `count` mails, made from tickets of the shared generator."""
    spec = importlib.util.spec_from_file_location("gen_tickets", SHARED / "tools" / "gen_tickets.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    return [_mail(ticket) for ticket in generator.tickets(count, start=first)]


def _mail(ticket: dict[str, Any]) -> tuple[str, bytes]:
    body = "\n\n".join(message["body"] for message in ticket["messages"])
    body = (body * (1 + 2000 // max(len(body), 1)))[:3600]
    sender = ticket["requester"]["email"]
    head = (
        f"Received: from mail.corp.example by mx.desk.example with ESMTPS id {ticket['n']:08x};"
        " Mon, 2 Mar 2026 09:00:00 +0100\r\n"
        f"From: {ticket['requester']['name']} <{sender}>\r\nTo: Help desk <help@desk.example>\r\n"
        f"Subject: {ticket['subject'].encode('ascii', 'replace').decode()}\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n"
        f"Message-ID: <bench-{ticket['n']}@corp.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return sender, head.encode() + body.replace("\n", "\r\n").encode() + b"\r\n"


def _sender(port: int, first: int, count: int, barrier: Any) -> None:
    mails = messages(first, count)
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        barrier.wait()
        for sender, raw in mails:
            smtp.sendmail(sender, ["help@desk.example"], raw)


def _pace(config: Any, count: int) -> float:
    """Messages a second from the first one that is done to the last."""
    from olmo.channels.mail.connecting import EVERY_CLIENT, connect

    seen: list[tuple[float, int]] = []
    with connect(config) as connection:
        while not seen or seen[-1][1] < count:
            with connection.transaction():
                connection.execute(EVERY_CLIENT)
                row = connection.execute(
                    "select count(*) from channels_rawmessage where state <> 'received'"
                ).fetchone()
            done = int(str((row or (0,))[0]))
            if done:
                seen.append((time.perf_counter(), done))
            time.sleep(0.1)
    (start, first), (end, last) = seen[0], seen[-1]
    return (last - first) / max(end - start, 0.001)


def pss_of(pid: int) -> int:
    """Proportional memory of a process in kB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def await_port(port: int) -> None:
    """Wait until something listens there."""
    for _turn in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the intake does not listen")


if __name__ == "__main__":
    main()
