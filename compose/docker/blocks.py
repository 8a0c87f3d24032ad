"""The lines of which ``compose.yaml`` consists."""

from __future__ import annotations

from pathlib import Path

#: What a container waits for, of another one.
ONCE = "service_completed_successfully"
HEALTHY, STARTED = "service_healthy", "service_started"


def block(name: str, *lines: str, after: dict[str, str] | None = None, **values: object) -> str:
    """A service of the file: its name, lines as they are, what it starts after, and ``key: value`` lines."""
    out = [f"  {name}:", *(f"    {line}" for line in lines)]
    out += [f"    {key}: {value}" for key, value in values.items() if value not in ("", None)]
    if after:
        out.append("    depends_on:")
        out += [f"      {other}: {{condition: {condition}}}" for other, condition in after.items()]
    return "\n".join(out) + "\n"


def items(*words: object) -> str:
    """A list in one line."""
    return f"[{', '.join(map(str, words))}]"


def command(*words: object) -> str:
    """A list of quoted words."""
    return items(*(f'"{word}"' for word in words))


def healthcheck(*words: object, every_s: int = 10) -> str:
    """A command that says whether it serves, and how often it is asked."""
    test = command(*words)
    return f"{{test: {test}, interval: {every_s}s, timeout: 10s, retries: 6, start_period: 60s}}"


def own(folder: Path, user: int = 10001) -> str:
    """A folder in memory that is one user's."""
    return f'"{folder}:uid={user},gid={user},mode=700"'


def volumes(mounts: list[str]) -> list[str]:
    """The lines that mount."""
    return ["volumes:", *(f"  - {mount}" for mount in mounts)]


#: For images that have a shell and no curl.
_ASKS = "exec 3<>/dev/tcp/127.0.0.1/{port} && printf '{request}' >&3"
_REQUEST = "GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n"
_FINDS = "grep -q '{word}' <&3"


def answers(port: int, path: str, word: str) -> str:
    """Whether a server in an image without Python answers an address."""
    script = f"{_ASKS} && {_FINDS}".format(port=port, request=_REQUEST.format(path=path), word=word).replace(
        "\\", "\\\\"
    )
    return healthcheck("CMD", "bash", "-c", script)
