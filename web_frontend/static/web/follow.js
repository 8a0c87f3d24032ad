"use strict";
// Streams of server-sent events, for the window that is looked at. A browser has six connections to one server,
// whatever stands in its windows: a stream takes one of a few slots of all of them together, and tells what it
// hears to the windows with the same address, which take none. Who has neither waits, and asks as it did before.

const STREAM_SILENCE_MS = 40_000; // two heartbeats and a half
const STREAM_RETRY_MS = 5_000;
const STREAM_FIRST_MS = 10_000; // until something is heard at all

// address(): what to listen to now, "" for nothing. slots: names of locks. names: of the events.
// told(name, data): an event, or "open". broken(): nothing is heard, and another try follows. known(): what a
// window that joins is told, as a list of [name, data].
// Returns {restart, runs}: listen to the address as it is now; whether something was heard lately.
function follow({ address, slots, names, told, broken, known = () => [["open", {}]] }) {
  let at = "";
  let source, channel, waiting, freed, asked;
  let runs = false;

  function hear(name, data, mine) {
    runs = true;
    clearTimeout(waiting);
    waiting = setTimeout(lost, STREAM_SILENCE_MS);
    if (mine) channel?.postMessage([name, data]);
    if (name !== "heartbeat") told(name, data);
  }

  function lost() {
    runs = false;
    clearTimeout(waiting);
    broken();
    if (!source) return; // another window's: it tries
    source.close();
    source = undefined;
    freed?.(); // whose stream is refused is in nobody's way
    waiting = setTimeout(whenThereIsRoom, STREAM_RETRY_MS);
  }

  function open() {
    source = new EventSource(at);
    source.addEventListener("open", () => hear("open", {}, true));
    source.addEventListener("error", lost);
    for (const name of [...names, "heartbeat"]) {
      source.addEventListener(name, (event) => hear(name, JSON.parse(event.data), true));
    }
  }

  // The first of the slots that is free, now or later; where the browser has no locks, at once.
  function whenThereIsRoom() {
    if (!navigator.locks) return open();
    const asking = (asked = new AbortController());
    const held = () =>
      new Promise((free) => {
        if (asking.signal.aborted) return free(); // another slot was free as well, or nobody looks any more
        asking.abort();
        freed = free;
        open();
      });
    for (const slot of slots) {
      navigator.locks.request(`stream ${slot}`, { signal: asking.signal }, held).catch(() => {});
    }
  }

  function start() {
    stop();
    at = address();
    if (!at || document.hidden) return;
    channel = new BroadcastChannel(`stream ${at}`);
    channel.onmessage = ({ data: [name, data] }) => {
      if (name !== "hello") return source || hear(name, data, false);
      if (source && runs) for (const each of known()) channel.postMessage(each);
    };
    channel.postMessage(["hello", {}]);
    waiting = setTimeout(lost, STREAM_FIRST_MS);
    whenThereIsRoom();
  }

  function stop() {
    runs = false;
    clearTimeout(waiting);
    asked?.abort();
    source?.close();
    channel?.close();
    freed?.();
    source = channel = freed = asked = undefined;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => event.persisted && start());
  start();
  return { restart: () => address() !== at && start(), runs: () => runs };
}
window.follow = follow;
