"""The mail intake's process: what must be so before the SMTP and LMTP servers listen."""

import argparse

from olmo.kernel.config import current
from olmo.ops import listening, postgres, schema


def main() -> int:
    """Take mail by SMTP, LMTP and IMAP until SIGTERM or SIGINT."""
    argparse.ArgumentParser(prog="olmo mail-in", description=main.__doc__).parse_args()
    config = current()
    postgres.require_running(config)
    schema.require_current(config)
    for host, port, name in (
        (config.smtp_host, config.smtp_port, "OLMO_SMTP"),
        (config.lmtp_host, config.lmtp_port, "OLMO_LMTP"),
    ):
        listening.require_free(host, port, host_setting=f"{name}_HOST", port_setting=f"{name}_PORT")
    from olmo.channels.mail import intake_server  # without Django: half the memory of the process

    intake_server.main()
    return 0
