"""The README's example of the API works as pasted."""

from __future__ import annotations

import json
import re
import subprocess

from compose.local.paths import ROOT
from tests.system import System


def test_the_example_buys_what_it_says(system: System) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```sh\n(API=.*?)```", text, re.DOTALL)
    example = example.replace("http://127.0.0.1:8000", system.url)

    result = subprocess.run(["sh", "-euc", example], capture_output=True, text=True, timeout=180, check=False)

    assert result.returncode == 0, result.stderr
    decoder, answers = json.JSONDecoder(), []
    rest = result.stdout.strip()
    while rest:
        answer, end = decoder.raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].strip()
    _, deposit, order, positions = answers
    assert (deposit["amount"], order["ticker"]) == ("5000.00", "AAPL"), result.stdout
    assert [(row["ticker"], row["quantity"]) for row in positions["results"]] == [("AAPL", 3)], result.stdout
