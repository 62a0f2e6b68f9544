"""Checking a port before a server is started on it, to say plainly what is in the way."""

import errno
import socket

from olmo.ops.problems import Problem


def require_free(host: str, port: int, *, host_setting: str, port_setting: str) -> None:
    """Raise Problem when this process could not listen there, naming the settings to change."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise Problem(f"{host_setting}={host}: this is no address of this machine") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            raise Problem(_explain(error, host, port, host_setting, port_setting)) from error


def _explain(error: OSError, host: str, port: int, host_setting: str, port_setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{port_setting}={port}: another program uses port {port} on {host}; stop it, or set {port_setting}"
    if error.errno == errno.EACCES:
        return f"{port_setting}={port}: this user may not listen on port {port}; set {port_setting} above 1023"
    return f"{host_setting}={host}: cannot listen on this address ({error.strerror})"
