"""A version's files: a frozen copy in the home, so that editing the checkout changes no running version.

``VERSION`` is a git ref, the path of a checkout, ``checkout`` for this one as it is whenever a process
starts, ``previous`` for what the service ran before its last promotion, or nothing for a copy of this
checkout as it is now.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from compose.local import catalogs
from compose.local.code import compile_packages
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home, private_folder
from compose.system import Service
from gateway.canary import state
from gateway.canary.state import CHECKOUT, Version, Versions

#: What is installed is one for all versions: these must be the same in each.
REQUIREMENTS = Path("requirements") / "services.txt"
#: Folders that are no part of a version, wherever they are.
LEFT_OUT = {"node_modules", "__pycache__"}


def make(home: Home, service: Service, text: str) -> Version:
    """The version that ``VERSION=text`` names, its files in place.

    Args:
        home: where copies are kept.
        service: whose version it will be.
        text: see this module.

    Raises:
        CommandError: there is no such version, it cannot be read, lacks the service, or needs other packages.
    """
    if text == "checkout":
        return CHECKOUT
    if text == "previous":
        previous = state.read(home.versions).previous.get(service.name)
        if previous is None:
            raise CommandError(f"{service.name} has no previous version: no canary was promoted yet.")
        return previous
    path = Path(text).expanduser().resolve() if text else ROOT
    try:
        version = _copied(home, path) if path.is_dir() else _of_git(home, text)
    except PermissionError as error:
        raise CommandError(
            f"uid {os.geteuid()}, who runs this system, cannot read {error.filename}: let others read {path} "
            f"(chmod -R o+rX {path}) and pass through the folders above it, or name a commit."
        ) from None
    folder = Path(version.folder)
    if not (folder / service.package / "config").is_dir():
        raise CommandError(
            f"{text or path} is not a version of {service.name}: it has no {service.package}/config."
        )
    if (folder / REQUIREMENTS).read_bytes() != (ROOT / REQUIREMENTS).read_bytes():
        raise CommandError(
            f"{version.label} needs other packages than this checkout ({REQUIREMENTS} differs), and both "
            "versions share one environment: change the packages with a restart before the canary."
        )
    catalogs.compile_changed(folder)
    compile_packages(folder, ("servicekit", service.package))
    return version


def note_started(home: Home, services: Iterable[Service]) -> None:
    """Write down of which commit the processes of these services are that have just been started from the
    checkout: a later version of its files has a way back to it then. Nothing, where none says what they are.
    """
    changed = _git("status", "--porcelain", "--untracked-files=no")
    head = _git("rev-parse", "HEAD")
    clean = head.returncode == 0 and changed.returncode == 0 and not changed.stdout
    with state.change(home.versions) as written:
        for service in services:
            written.started.pop(service.name, None)
            if clean and written.stable_of(service.name) == CHECKOUT:
                written.started[service.name] = head.stdout.decode().strip()[:12]


def pin(home: Home, services: Iterable[Service]) -> bool:
    """Let what these services run from the checkout be a copy of the commit that it was when they were
    started, for an upgrade that fails and for ``previous``. Nothing is restarted.

    Returns:
        Whether what each of them runs is a copy now: of one that was not a commit there is none.
    """
    written, pinned = state.read(home.versions), {}
    from_here = [service for service in services if written.stable_of(service.name) == CHECKOUT]
    for service in from_here:
        if commit := written.started.get(service.name):
            with suppress(CommandError):  # git has forgotten it
                pinned[service.name] = make(home, service, commit)
    with state.change(home.versions) as written:
        for name, version in pinned.items():
            written.set_stable(name, version)
    return len(pinned) == len(from_here)


def folder_of(version: Version) -> Path:
    """Where a version's processes start."""
    return Path(version.folder) if version.folder else ROOT


def remove_unused(home: Home, versions: Versions) -> None:
    """Delete the copies that no service runs or ran before its last promotion."""
    used = {version.folder for version in (*versions.stable.values(), *versions.previous.values())}
    used |= {canary.version.folder for canary in versions.canaries.values()}
    for folder in home.copies.iterdir() if home.copies.is_dir() else ():
        if str(folder) not in used:
            shutil.rmtree(folder, ignore_errors=True)


def _of_git(home: Home, ref: str) -> Version:
    found = _git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if found.returncode:
        raise CommandError(f"VERSION={ref} is neither a folder nor a commit, branch or tag of {ROOT}.")
    commit = found.stdout.decode().strip()[:12]
    folder = home.copies / commit
    if not folder.is_dir():
        archive = _git("archive", "--format=tar", commit)
        if archive.returncode:
            raise CommandError(f"git archive {commit} failed: {archive.stderr.decode().strip()}")
        with (
            _made_atomically(home, folder) as temporary,
            tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files,
        ):
            files.extractall(temporary, filter="data")
    return Version(f"{commit} ({ref})" if not commit.startswith(ref) else commit, str(folder))


def _copied(home: Home, path: Path) -> Version:
    digest = hashlib.sha256()
    files = sorted(_files(path))
    for file in files:
        digest.update(f"{file}\0".encode())
        digest.update((path / file).read_bytes())
    name = digest.hexdigest()[:12]
    folder = home.copies / f"copy-{name}"
    if not folder.is_dir():
        with _made_atomically(home, folder) as temporary:
            for file in files:
                (temporary / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path / file, temporary / file)
    return Version(f"copy {name} of {'the checkout' if path == ROOT else path}", str(folder))


@contextmanager
def _made_atomically(home: Home, folder: Path) -> Iterator[Path]:
    """A folder that gets its name when it is complete."""
    private_folder(home.copies)
    temporary = home.copies / f".{folder.name}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    yield temporary
    temporary.rename(folder)


def _files(path: Path) -> Iterator[Path]:
    """The files of a version's packages: no environment, no data, nothing hidden."""
    for part in path.iterdir():
        if part.name.startswith(".") or not (part.is_dir() or part.is_file()):
            continue
        for file in [part] if part.is_file() else part.rglob("*"):
            if file.is_file() and not LEFT_OUT & set(file.parts):
                yield file.relative_to(path)


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        ours = ["-c", f"safe.directory={ROOT}"]  # git trusts no checkout of somebody else, root's included
        return subprocess.run(["git", *ours, "-C", str(ROOT), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise CommandError("VERSION names a git version, and git is not installed.") from None
