"""The documents speak of what is there: links, folders, commands, event types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compose import testonly
from compose.check.invariants import INVARIANTS as ALL
from servicekit.contracts import REGISTRY
from servicekit.contracts.market import QuotesUpdated
from tests.contracts.source import REPOSITORY, SERVICES, events_made, subscribed
from tests.faults.kinds import CATALOGUE, kind_of

FOLDERS = [path for path in REPOSITORY.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))]
DOCUMENTS = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *(d for folder in FOLDERS for d in folder.rglob("*.md") if "vendor" not in d.parts),
    ]
)
README = REPOSITORY / "README.md"
ARCHITECTURE = REPOSITORY / "docs" / "architecture.md"
RELIABILITY = REPOSITORY / "docs" / "reliability.md"
INVARIANTS = REPOSITORY / "compose" / "check" / "invariants"
ALL_INVARIANTS = [invariant.id for invariant in ALL]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
MERMAID = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
EVENT = re.compile(r"\b(?:user|market|trading|billing|notification)\.[a-z]+\.[a-z_]+(?:\.v\d+)?\b")


def named(path):
    return str(path.relative_to(REPOSITORY))


def anchors(path):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_relative_link_resolves(document):
    broken = []
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        address, _, anchor = link.partition("#")
        if "://" in address or address.startswith("mailto:"):
            continue
        target = (document.parent / address).resolve() if address else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_folder_of_the_map_exists_and_every_folder_is_on_the_map():
    text = README.read_text(encoding="utf-8")
    rows = [row for row in text[text.index("## The folders") :].splitlines() if row.startswith("| `")]
    folders = {name for row in rows for name in re.findall(r"`([\w/]+)/`", row.split("|")[1])}
    inner = {
        f"{re.findall(r'`([a-z_]+)/`', row)[0]}/{name}"
        for row in rows
        for name in re.findall(r"`([a-z0-9_]+)/`", row.split("|")[2])
    }

    assert sorted(name for name in folders | inner if not (REPOSITORY / name).is_dir()) == []
    assert sorted({folder.name for folder in FOLDERS if any(folder.rglob("*"))} - folders) == []


def targets():
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_make_target_exists(document):
    text = document.read_text(encoding="utf-8")
    commands = re.findall(r"(?:^|`)(?:[A-Z_]+=\S+ )*make ([a-z-]+)", text, re.MULTILINE)

    assert sorted(set(commands) - targets()) == []


def test_one_page_names_every_make_target():
    text = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")

    assert sorted(target for target in targets() - {"help"} if f"make {target}`" not in text) == []


def test_every_path_of_where_things_belong_and_contributing_exists():
    """A name in angle brackets stands for any; then one such path must exist."""
    missing = []
    for document in ("docs/where-things-belong.md", "docs/where-is.md", "CONTRIBUTING.md"):
        text = (REPOSITORY / document).read_text(encoding="utf-8")
        for path in re.findall(r"`([\w./<> *-]+(?:/|\.(?:py|md|yaml|in)))`", text):
            name = re.sub(r"<[^>]+>", "*", path).rstrip("/")
            folders = ("", "*/", "*/*/") if "*" in name or "/" not in name else ("",)
            if not any(True for folder in folders for _ in REPOSITORY.glob(f"{folder}{name}")):
                missing.append(f"{document}: {path}")

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_test_that_is_named_for_make_test_exists(document):
    for name in re.findall(r"ONLY=([\w/.]+\.py[\w:]*)", document.read_text(encoding="utf-8")):
        assert testonly.targets(name) == [name]


def test_the_screen_of_where_things_belong_is_one():
    assert (
        len((REPOSITORY / "docs" / "where-things-belong.md").read_text(encoding="utf-8").splitlines()) <= 45
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_event_that_is_named_is_a_contract(document):
    text = document.read_text(encoding="utf-8")
    named_in_code = {name for name in re.findall(r"`([^`\n]+)`", text) if EVENT.fullmatch(name)}
    drawn = {name for drawing in MERMAID.findall(text) for name in EVENT.findall(drawing)}

    assert sorted(name for name in named_in_code | drawn if versioned(name) not in REGISTRY) == []


def versioned(name):
    return name if re.search(r"\.v\d+$", name) else f"{name}.v1"


def test_the_table_of_services_is_what_the_code_says():
    text = ARCHITECTURE.read_text(encoding="utf-8")
    for service, package in SERVICES.items():
        row = re.search(rf"^\| {service} \|(.*)\|(.*)\|(.*)\|$", text, re.MULTILINE)
        assert row is not None, service
        subscribed_names, published_names = (set(EVENT.findall(cell)) for cell in row.groups()[1:])
        assert subscribed_names == {unversioned(contract) for _, contract in subscribed(package)}
        assert published_names == {unversioned(c) for _, _, c in events_made(package)} - {
            unversioned(QuotesUpdated)
        }


def unversioned(contract):
    return contract.TYPE.rpartition(".")[0]


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_says_on_one_screen_what_it_is(service):
    readme = Path(SERVICES[service] / "README.md")

    text = readme.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 60
    subscribed_to = {contract for _, contract in subscribed(SERVICES[service])}
    made = {contract for _, _, contract in events_made(SERVICES[service])} - {QuotesUpdated}
    unnamed = [
        contract.TYPE
        for contract in subscribed_to | made
        # written out, or after another of the same aggregate as `.refused.v1`
        if unversioned(contract) not in text and f"`.{contract.TYPE.split('.', 2)[2]}`" not in text
    ]
    assert unnamed == []


def test_the_tests_that_reliability_names_are_in_the_file_linked_before_them():
    missing = []
    for row in RELIABILITY.read_text(encoding="utf-8").splitlines():
        file = RELIABILITY
        for link, name in re.findall(r"\]\(([^)\s]+)\)|`(test_\w+)`(?!\])", row):
            if link:
                file = (RELIABILITY.parent / link.partition("#")[0]).resolve()
            elif f"def {name}(" not in file.read_text(encoding="utf-8"):
                missing.append(f"{name} in {named(file)}")

    assert missing == []


def test_reliability_describes_every_invariant_as_the_check_has_it():
    text = RELIABILITY.read_text(encoding="utf-8")
    promised = re.findall(r"^\| (I\d+) \|", text, re.MULTILINE)
    tested = {
        id: set(re.findall(r"compose/check/invariants/(\w+)\.py", row))
        for row in text.splitlines()
        if row.startswith("| I") and "compose/check/invariants" in row
        for id in re.findall(r"\bI\d+\b", row.split("|")[1])
    }
    modules = {path.stem: path.read_text(encoding="utf-8") for path in INVARIANTS.glob("*.py")}

    assert promised[: len(ALL_INVARIANTS)] == ALL_INVARIANTS
    assert {id: {name for name, code in modules.items() if f"\n{id} = " in code} for id in tested} == tested
    assert sorted(tested, key=ALL_INVARIANTS.index) == ALL_INVARIANTS


def test_reliability_describes_every_kind_of_fault():
    text = RELIABILITY.read_text(encoding="utf-8")
    table = text[text.index("| `FAULT=` |") :].partition("\n\n")[0]
    made = {name for row in table.splitlines()[2:] for name in re.findall(r"`([\w-]+)`", row.split("|")[1])}

    assert made == {kind_of(name) for name in CATALOGUE}
