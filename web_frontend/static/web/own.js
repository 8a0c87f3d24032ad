"use strict";
// What happens to one's orders and notifications: what has data-follows is read again when the stream tells of it
// (the event "news"), and not by its clock while the stream runs. #own-live says whether it does.
(() => {
  const { owner } = document.body.dataset;
  const runs = {}; // of each source: whether it is heard
  const looked = new WeakSet();
  const news = [];
  const SOON_MS = 100;
  let soon;

  function showState() {
    const line = document.getElementById("own-live");
    if (!line || runs.orders === undefined) return;
    const state = !document.querySelector("[data-follows=orders]") ? "" : runs.orders ? "open" : "broken";
    if ((line.dataset.state ?? "") === state) return;
    if (state) line.dataset.state = state;
    else delete line.dataset.state;
    line.textContent = line.dataset[state] ?? "";
  }

  // One look, however much happened in a moment. order: only where it is shown; "": wherever one is.
  function look(kind, order = "") {
    news.push([kind, order]);
    soon ??= setTimeout(() => {
      const told = news.splice(0);
      soon = undefined;
      for (const part of document.querySelectorAll("[data-follows]")) {
        const { follows, order: shown } = part.dataset;
        const isNew = told.some(([kind, order]) => kind === follows && (!order || !shown || shown === order));
        if (isNew) htmx.trigger(part, "news");
      }
      if (told.some(([kind]) => kind === "orders")) document.body.dispatchEvent(new CustomEvent("own-orders"));
    }, SOON_MS);
  }

  function lost() {
    runs.orders = runs.notifications = false;
    showState();
  }

  const told = {
    open() {}, // each source says itself when it is there
    again({ source }) {
      runs[source] = true;
      showState();
      look(source);
    },
    broken({ source }) {
      runs[source] = false;
      showState();
    },
    order({ id }) {
      look("orders", id);
    },
    unread() {
      look("notifications");
    },
  };

  follow({
    address: () => (owner ? `/stream?owner=${owner}` : ""),
    slots: ["own"],
    names: ["again", "broken", "order", "unread"],
    told: (name, data) => told[name](data),
    broken: lost,
    known: () => Object.entries(runs).map(([source, heard]) => [heard ? "again" : "broken", { source }]),
  });

  // The first look of a part that has just come is its own; after it the stream says when. What is pressed among
  // orders goes before a look, which would take its form away: one under way ends, and none begins that waited for it.
  let pressed = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    const orders = elt.closest("#orders, #order");
    if (orders && requestConfig.verb === "post") {
      pressed = true;
      htmx.trigger(orders.querySelector("[data-follows]") ?? orders, "htmx:abort");
      pressed = false;
    }
    const kind = elt.dataset.follows;
    if (!kind) return;
    if (pressed || orders?.querySelector("form.htmx-request")) event.preventDefault();
    const first = !looked.has(elt);
    looked.add(elt);
    if (runs[kind] && !first && !requestConfig.triggeringEvent) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", showState);
})();
