"""Every event that was ever defined can still be read: a stored sample of each, as it went over the stream.

A sample is history. It is not edited when its contract changes: either the new contract still reads
it, or the change needs a new version with a sample of its own.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from servicekit.contracts import REGISTRY, ContractError
from servicekit.contracts.market import QuotesUpdated
from servicekit.contracts.subscribers import SUBSCRIBED_TYPES
from servicekit.messaging.envelope import from_attributes, parse, to_json

SAMPLES = {path.stem: path for path in sorted((Path(__file__).parent / "samples").glob("*.json"))}

#: Sent past the outbox, without an envelope.
BARE = {QuotesUpdated.TYPE}

ENVELOPED = sorted(SAMPLES.keys() - BARE)


def data_of(type_name):
    sample = json.loads(SAMPLES[type_name].read_text(encoding="utf-8"))
    return sample if type_name in BARE else sample["data"]


def test_every_contract_has_a_sample_and_every_sample_a_contract():
    assert SAMPLES.keys() == REGISTRY.keys()


@pytest.mark.parametrize("service", SUBSCRIBED_TYPES)
def test_whoever_hears_a_newer_version_hears_the_older_ones_which_may_be_in_flight(service):
    heard = set(SUBSCRIBED_TYPES[service])
    for type_name in heard:
        name, _, number = type_name.rpartition(".v")
        older = {f"{name}.v{before}" for before in range(1, int(number))}
        assert older & SAMPLES.keys() <= heard, type_name


@pytest.mark.parametrize("type_name", SAMPLES)
def test_a_payload_survives_the_way_there_and_back(type_name):
    data = data_of(type_name)

    event = REGISTRY[type_name].from_data(data)
    again = event.to_data()

    assert {name: again[name] for name in data} == data
    assert REGISTRY[type_name].from_data(again) == event


@pytest.mark.parametrize("type_name", ENVELOPED)
def test_an_envelope_survives_the_way_there_and_back(type_name):
    text = SAMPLES[type_name].read_text(encoding="utf-8")
    sample = json.loads(text)

    received = from_attributes(parse(text))

    assert received.event.subject == received.subject == sample["subject"]
    assert received.type == type_name
    written = json.loads(
        to_json(
            received.event,
            id=received.id,
            source=received.source,
            subject=received.subject,
            sequence=received.sequence,
            time=received.time,
            request_id=received.request_id,
            traceparent=received.traceparent,
        )
    )
    assert {name: written[name] for name in sample if name != "data"} == {
        name: sample[name] for name in sample if name != "data"
    }


@pytest.mark.parametrize("type_name", ENVELOPED)
def test_a_type_is_named_by_its_publisher_and_its_version(type_name):
    sample = json.loads(SAMPLES[type_name].read_text(encoding="utf-8"))
    publisher, *_, version = type_name.split(".")

    assert sample["source"] == publisher
    assert sample["dataversion"] == version
    module = f"{REGISTRY[type_name].__module__}."
    assert module.startswith(f"servicekit.contracts.{publisher}.")


@pytest.mark.parametrize("type_name", SAMPLES)
def test_what_does_not_fit_is_refused(type_name):
    contract, data = REGISTRY[type_name], data_of(type_name)

    with pytest.raises(ContractError, match="unknown fields"):
        contract.from_data(data | {"colour": "blue"})
    for name in data:
        with pytest.raises(ContractError, match=name):
            contract.from_data({other: value for other, value in data.items() if other != name})
        with pytest.raises(ContractError, match=name):
            contract.from_data(data | {name: {"of": "another type"}})
