"""format=flowed text (RFC 3676) put back into whole paragraphs, quote depth kept."""

SIGNATURE_LINE = "-- "


def unflow(text: str, delete_space: bool = False) -> str:
    """Join soft line breaks. `delete_space`: the DelSp=yes parameter, whose trailing space is no character."""
    lines: list[str] = []
    parts: list[str] = []
    current = 0
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ") if depth or line.startswith(" ") else line
        if parts and (depth != current or body == SIGNATURE_LINE):
            lines.append(_line(current, parts))
            parts = []
        current = depth
        soft = body.endswith(" ") and body != SIGNATURE_LINE
        parts.append(body[:-1] if soft and delete_space else body)
        if not soft:
            lines.append(_line(current, parts))
            parts = []
    return "\n".join([*lines, _line(current, parts)] if parts else lines)


def _line(depth: int, parts: list[str]) -> str:
    text = "".join(parts)
    return ">" * depth + (" " if depth and text else "") + text
