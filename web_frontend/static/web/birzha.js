"use strict";
// What htmx does not do: keys for the search, focus after a swap, a lost connection.

// A page that "/" leads away from has nothing to lose: no order under review, nothing that is shown once, and no
// field that was filled in.
function hasMuchToLose() {
  const changed = (field) => (field.matches("[type=radio], [type=checkbox]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
  return document.querySelector("#place, #replace-confirm, [data-once]") || [...document.querySelectorAll("main input")].some(changed);
}
// "/" goes to the search, arrows walk its results, Escape goes back to it or closes a menu.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input, select, textarea");
  const search = document.getElementById("search");
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (search && event.target.closest?.("#instruments")) search.focus();
  }
  if (document.documentElement.dataset.shortcuts === "off") return;
  if (event.key === "/" && !typing) {
    if (!search && hasMuchToLose()) return;
    event.preventDefault();
    if (search) search.select();
    else window.location.assign("/#search");
  }
  if (!search || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const stops = [search, ...document.querySelectorAll("#instruments .stretched")];
  const at = stops.indexOf(event.target);
  const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
});
if (window.location.hash === "#search") document.getElementById("search")?.focus();

// The code of a mailed link stands behind "#": it goes into the form, and out of the address and its history.
// Without it, or when it was refused, the field is there to paste it.
function takeCode() {
  const code = document.querySelector("[data-hash]");
  if (!code) return;
  if (window.location.hash.length > 1) {
    code.value = window.location.hash.slice(1);
    window.history.replaceState(null, "", window.location.pathname);
  }
  if (code.getAttribute("aria-invalid") !== "true") code.closest(".field").hidden = code.value !== "";
}
takeCode();
document.addEventListener("htmx:afterSettle", takeCode);
// The page that a link leads to may be open already.
window.addEventListener("hashchange", takeCode);

// The address of the page with what is typed into it; "" where the address has nothing of it.
function filledAddress() {
  const form = document.querySelector("#ticket, #replace");
  const query = new URLSearchParams(form ? "" : window.location.search);
  if (form?.elements?.quantity) {
    const typed = new FormData(form);
    for (const name of ["side", "type", "quantity", "limit_price", "time_in_force", "key"]) {
      if (typed.get(name)) query.set(name, typed.get(name));
    }
  }
  for (const [id, name] of [["top-up-amount", "amount"], ["withdraw-amount", "withdraw"], ["alert-ticker", "ticker"]]) {
    const typed = document.getElementById(id)?.value;
    if (typed) query.set(name, typed);
  }
  return query.size ? `${window.location.pathname}?${query}` : "";
}
// Another language is that of the page as it stands: what is typed goes along.
document.addEventListener("submit", (event) => {
  const next = event.target.querySelector?.("[name=next]");
  const filled = event.target.action.endsWith("/language") && filledAddress();
  if (!filled || !next) return;
  next.value = document.querySelector("#place, #replace-confirm") ? `${filled}&step=review` : filled;
});
// A part of the page has heard that nobody is signed in any more: the sign-in leads back to what is typed.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const filled = event.detail.xhr.getResponseHeader("X-Signed-Out") && filledAddress();
  if (!filled) return;
  event.preventDefault();
  window.location.replace(filled);
});

// A click elsewhere closes an open menu.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// The focus goes where the page or, after a swap, its part says: a refused field, or the heading of a new step.
document.querySelector("main [aria-invalid=true]")?.focus();
document.addEventListener("htmx:afterSettle", (event) => {
  const swapped = document.getElementById(event.detail.target?.id) ?? event.detail.elt;
  const wanted = swapped?.querySelector?.("[aria-invalid=true], [data-focus]");
  if (wanted && event.detail.target?.id !== "estimate") wanted.focus();
});

// What has the focus keeps it: in a part that comes anew, of which htmx itself knows only what has an id, and the
// button that was disabled while its request was on its way.
function alike(part, stop) {
  if (stop.id) return [...part.querySelectorAll(`#${CSS.escape(stop.id)}`)];
  const name = (each) => [each.getAttribute("href"), each.name, each.value].join();
  return [...part.querySelectorAll(stop.tagName)].filter((each) => name(each) === name(stop));
}
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.requestConfig.pressed = document.activeElement;
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { body, activeElement } = document;
  const stop = activeElement === body ? detail.requestConfig.pressed : activeElement;
  if (!stop || !detail.target.contains(stop) || stop === detail.target) return;
  detail.requestConfig.focused = [stop, alike(detail.target, stop).indexOf(stop)];
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const [stop, index] = detail.requestConfig?.focused ?? [];
  if (!stop || document.activeElement !== document.body) return;
  const part = document.getElementById(detail.target.id);
  if (part) alike(part, stop)[index]?.focus();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { pressed } = detail.requestConfig;
  if (document.activeElement === document.body && pressed?.isConnected) pressed.focus();
});

// What is typed while a new ticket is on its way stays typed.
const TYPED = ["quantity", "limit_price", "amount"];
function typed() {
  return Object.fromEntries(TYPED.map((id) => [id, document.getElementById(id)?.value]));
}
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target.id === "ticket") detail.requestConfig.typed = typed();
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { typed: sent } = detail.requestConfig;
  if (!sent) return;
  const now = typed();
  detail.requestConfig.newer = TYPED.filter((id) => now[id] !== sent[id]).map((id) => [id, now[id]]);
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  for (const [id, value] of detail.requestConfig?.newer ?? []) {
    const field = document.getElementById(id);
    if (!field) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (detail.requestConfig) detail.requestConfig.newer = [];
});
// What was wrong with a quantity or a limit is not so of another one; the estimate says what is.
document.addEventListener("input", ({ target }) => {
  const error = target.closest("#ticket") && document.getElementById(`${target.id}_error`);
  if (!error) return;
  error.remove();
  target.removeAttribute("aria-invalid");
});
// A link that is as it was stays the one that is pressed at this moment.
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (detail.target.id === "most") detail.shouldSwap = detail.fragment.firstElementChild.innerHTML !== detail.target.innerHTML;
});

// No answer, or a whole page where a part was expected (the gateway's own): say so, swap nothing.
// Looked up each time: going back replaces what the page consists of.
function statusRegion() {
  return document.getElementById("status");
}
// What has become of a press of a button nobody knows then: that stays until the next one.
function offline({ detail } = {}) {
  const status = statusRegion();
  const shown = (detail?.requestConfig?.verb ?? "get") === "get" ? "offline" : "pressed";
  if (!status.querySelector("[data-shown=pressed]")) status.textContent = "";
  status.querySelector(`[data-shown=${shown}]`)?.remove();
  const message = document.createElement("p");
  message.className = "message message-warning";
  message.dataset.shown = shown;
  message.textContent = status.dataset[shown];
  status.append(message);
}
// Nor does what a page asks for by itself take it away.
let verb = "get";
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { id } = detail.target;
  if (id === "status" && verb === "get" && statusRegion().querySelector("[data-shown=pressed]")) detail.shouldSwap = false;
});
// A part that came anew has taken away what was pressed: the words of its answer are shown all the same.
document.addEventListener("htmx:oobErrorNoTarget", ({ detail: { content, target } }) => {
  document.querySelector(target)?.replaceChildren(...content.childNodes);
});
// What was said of the last press of a button is not of the next one.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb !== "get") statusRegion().replaceChildren();
});
// A page that the browser has kept as it was: what was said on it then is not so any more.
window.addEventListener("pageshow", (event) => event.persisted && statusRegion().replaceChildren());
document.addEventListener("htmx:sendError", offline);
document.addEventListener("htmx:timeout", offline);
// What going back asks for is no request of an element's, and its failure is told of by nobody else.
document.addEventListener("htmx:historyCacheMiss", (event) => {
  for (const failure of ["error", "timeout"]) event.detail.xhr.addEventListener(failure, offline);
});
document.addEventListener("htmx:historyCacheMissLoadError", offline);
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  verb = requestConfig.verb;
  if (xhr.status >= 400 && /^\s*<!doctype/i.test(xhr.responseText)) {
    event.detail.shouldSwap = false;
    offline(event);
  } else {
    statusRegion().querySelector("[data-shown=offline]")?.remove();
  }
});
