// Prices that move: what has data-live follows the stream of quotes, and #live says whether they do.
//
// What an order would cost, and a portfolio, are of one moment each: all of it is read again when a price moved.
// Written as the server writes them: .live-price, .live-change, .live-value and .live-profit hold the texts,
// data-close the previous close, data-quantity and data-cost what is owned, and the samples of #live (data-money,
// data-percent) where the signs of currency and percent stand.

const REREAD_MS = 5_000; // at most so often what follows from the prices is read again
const MAX_TICKERS = 50; // of one stream
const FOLLOWING = ["estimate", "position", "holdings"];
const TICKET = ["estimate", "review-again"]; // of a ticket that is filled in, and of one that is reviewed

const language = document.documentElement.lang;
const clock = clockOf(document.body.dataset.zone);
let reread;
let lastReread = 0;
let stale;
let bookHeard = false;
let bookStatus;
let bestPrices;
let day = dayShown();
let tradable = isTradable();

// As the page writes times; in the browser's zone where it does not know the page's.
function clockOf(timeZone) {
  const shape = { timeStyle: "medium" };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...shape, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", shape);
  }
}

function dayShown() {
  return document.getElementById("market-clock")?.dataset.day;
}

// Whether it trades, at a fresh price, as the quote says.
function isTradable() {
  return !document.querySelector("#quote .pill-warning");
}

function showState(state) {
  const line = document.getElementById("live");
  if (!line || line.dataset.state === state) return;
  line.dataset.state = state;
  line.textContent = line.dataset[state] ?? "";
}

function numerals(number, digits) {
  const shape = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, shape).format(number);
}

function digitsOf(price) {
  return Math.max(2, price.split(".")[1]?.length ?? 0);
}

// Millionths, exact: a price has at most six digits.
function millionths(price) {
  return Math.round(Number(price) * 1e6);
}

function filled(sample, text) {
  return sample.replace(/0[.,]00/, () => text);
}

function moneyText(price) {
  return amountText(Number(price), digitsOf(price));
}

function kindOf(amount) {
  return amount > 0 ? "gain" : amount < 0 ? "loss" : "flat";
}

// An amount of money as it is written, of so many digits.
function amountText(amount, digits) {
  return filled(document.getElementById("live").dataset.money, numerals(amount, digits));
}

// A gain or loss, and how many percent that is.
function changeOf(amount, digits, percent) {
  const kind = kindOf(amount);
  const sign = { gain: "+", loss: "−", flat: "" }[kind];
  const outer = document.createElement("span");
  outer.className = kind;
  const arrow = document.createElement("span");
  arrow.className = "arrow";
  arrow.ariaHidden = "true";
  arrow.textContent = { gain: "▲", loss: "▼", flat: "■" }[kind];
  outer.append(arrow, sign + amountText(Math.abs(amount), digits));
  if (percent === undefined) return outer;
  const share = document.createElement("span");
  share.className = "share";
  const less = amount && !percent; // as templatetags/formatting.py writes it
  const written = filled(document.getElementById("live").dataset.percent, numerals(less ? 0.01 : percent, 2));
  share.textContent = (less ? "< " : sign) + written;
  outer.append(" ", share);
  return outer;
}

function showChange(box, price) {
  const { close } = box.dataset;
  const micros = millionths(price) - millionths(close);
  const percent = Math.round(Math.abs(micros * 10_000) / millionths(close)) / 100;
  const digits = Math.max(digitsOf(price), digitsOf(close));
  box.querySelector(".live-change")?.replaceChildren(changeOf(micros / 1e6, digits, percent));
  box.querySelector(".spark")?.setAttribute("class", `spark ${kindOf(micros)}`);
}

// What is owned is worth, in whole cents, what the price of the page says; and what of that is more than it cost.
function showWorth(ticker, price) {
  const box = document.getElementById("position");
  const { quantity, cost } = box?.dataset ?? {};
  if (!cost || box.dataset.ticker !== ticker || Number(box.dataset.price) === Number(price)) return;
  box.dataset.price = price;
  const cents = (BigInt(millionths(price)) * BigInt(quantity)) / 10_000n;
  const profit = cents - BigInt(Math.round(Number(cost) * 100));
  box.querySelector(".live-value").textContent = amountText(Number(cents) / 100, 2);
  box.querySelector(".live-profit").replaceChildren(changeOf(Number(profit) / 100, 2));
}

// Returns whether the price is another one than a box shows.
function show({ ticker, price, price_at: priceAt }) {
  let moved = false;
  for (const box of document.querySelectorAll(`[data-live="${CSS.escape(ticker)}"]`)) {
    const up = Number(price) > Number(box.dataset.price);
    moved ||= Number(price) !== Number(box.dataset.price);
    box.dataset.price = price;
    const at = box.querySelector(".live-price");
    const text = moneyText(price);
    if (!at || at.textContent === text) continue;
    at.textContent = text;
    if (Number(box.dataset.close)) showChange(box, price);
    const time = box.querySelector(".live-at time");
    if (time) {
      time.dateTime = priceAt;
      time.removeAttribute("title");
      time.textContent = clock.format(new Date(priceAt));
    }
    if (!box.querySelector(".live-change")) continue;
    at.classList.remove("tick-up", "tick-down");
    void at.offsetWidth; // so that the same animation begins again
    at.classList.add(up ? "tick-up" : "tick-down");
  }
  showWorth(ticker, price);
  showReviewed(ticker, price);
  return moved;
}

// A review stays as it was reviewed, and says once that the price is another one by now.
function showReviewed(ticker, price) {
  const line = document.querySelector(`#price-moved.invisible[data-reviewed="${CSS.escape(ticker)}"]`);
  if (!line || Number(line.dataset.at) === Number(price)) return;
  line.classList.remove("invisible");
  line.append(...line.childNodes); // so that it is read out
}

// The latest quotes that were told: a part that comes later than they did shows no older price.
const quotes = new Map();

function quoted(data) {
  quotes.set(data.ticker, data);
  const moved = show(data);
  const box = document.getElementById("quote");
  if (box?.dataset.live === data.ticker) {
    clearTimeout(stale);
    stale = setTimeout(() => readQuote(), 1000 * Number(box.dataset.maxAge));
    if (box.querySelector(".pill-warning")) readQuote();
  }
  if (moved) rereadSoon();
}

// Whether it trades, and at a fresh price.
function readQuote() {
  const box = document.getElementById("quote");
  if (box) htmx.trigger(box, "news");
}

// Whether it trades is told with the book; the server's own answer may be a second old.
function checkStatus() {
  const shown = document.getElementById("quote")?.dataset.status;
  if (bookHeard && shown && bookStatus && shown !== bookStatus) setTimeout(readQuote, 500);
}

// The ticket says itself that nothing can be placed, or that it can be again.
function checkTradable() {
  if (isTradable() === tradable) return;
  tradable = !tradable;
  for (const id of TICKET) {
    const part = document.getElementById(id);
    if (part) htmx.trigger(part, "news");
  }
}

function rereadSoon() {
  reread ??= setTimeout(() => {
    reread = undefined;
    lastReread = Date.now();
    for (const id of FOLLOWING) {
      const part = document.getElementById(id);
      if (part) htmx.trigger(part, "news");
    }
  }, Math.max(500, lastReread + REREAD_MS - Date.now()));
}

// A side of the book, its rows changed in place: one of them may have the focus.
function showSide(name, levels) {
  const rows = document.querySelector(`.book-${name}s tbody`);
  const made = document.getElementById("level").content.firstElementChild;
  if (!levels.length) return rows.replaceChildren(document.getElementById("nobody").content.cloneNode(true));
  rows.querySelector(".book-nobody")?.remove();
  levels.forEach(({ price, quantity }, index) => {
    const row = rows.rows[index] ?? rows.appendChild(made.cloneNode(true));
    const link = row.querySelector("a");
    (link ?? row.cells[0]).textContent = moneyText(price);
    row.cells[1].textContent = numerals(quantity, 0);
    if (!link) return;
    link.id = `${name}-${index + 1}`;
    const label = made.querySelector("a").getAttribute("aria-label");
    link.setAttribute("aria-label", filled(label, numerals(Number(price), digitsOf(price))));
    for (const at of ["href", "hx-get"]) {
      link.setAttribute(at, link.getAttribute(at).replace(/limit_price=[^&#]*/, `limit_price=${price}`));
    }
    htmx.process(link);
  });
  while (rows.rows.length > levels.length) rows.deleteRow(-1);
}

function showSpread(bid, ask) {
  const line = document.getElementById("spread");
  const digits = Math.max(digitsOf(bid), digitsOf(ask));
  line.textContent = moneyText(((millionths(ask) - millionths(bid)) / 1e6).toFixed(digits));
}

// Trades that are new, above the others; there are as many as the server shows.
function showTrades(trades) {
  const tape = document.getElementById("tape");
  for (const { id, price, quantity, executed_at: at } of [...trades].reverse()) {
    if (tape.querySelector(`[data-trade="${CSS.escape(id)}"]`)) continue;
    const row = tape.insertRow(0);
    row.dataset.trade = id;
    const time = document.createElement("time");
    time.dateTime = at;
    time.textContent = clock.format(new Date(at));
    row.insertCell().append(time);
    for (const text of [moneyText(price), numerals(quantity, 0)]) {
      const cell = row.insertCell();
      cell.className = "num";
      cell.textContent = text;
    }
  }
  while (tape.rows.length > trades.length) tape.deleteRow(-1);
}

function showBook({ ticker, status, bids, asks, trades }) {
  const book = document.getElementById("book");
  if (book?.dataset.ticker !== ticker) return;
  bookHeard = true;
  book.dataset.heard = ""; // what stands there now comes from the stream
  const best = [bids[0]?.price, asks[0]?.price].join();
  if ((bookStatus && bookStatus !== status) || (bestPrices && bestPrices !== best)) rereadSoon();
  [bookStatus, bestPrices] = [status, best];
  checkStatus();
  // What is not there, as a part that could not be loaded, or the first trades: the server writes it.
  const whole = document.getElementById("level") && (document.getElementById("tape") || !trades.length);
  if (!whole) return htmx.trigger(book, "news");
  showSide("bid", bids);
  showSide("ask", asks);
  if (bids.length && asks.length) showSpread(bids[0].price, asks[0].price);
  if (trades.length) showTrades(trades);
}

function tickersShown() {
  const shown = new Set([...document.querySelectorAll("[data-live]")].map((box) => box.dataset.live));
  return [...shown].slice(0, MAX_TICKERS).join(",");
}

function streamAddress() {
  const tickers = tickersShown();
  const book = document.getElementById("book")?.dataset.ticker;
  const books = book ? `&books=${encodeURIComponent(book)}` : "";
  return tickers ? `/api/v1/quotes/stream?tickers=${encodeURIComponent(tickers)}${books}` : "";
}

let listened = streamAddress();
const stream = window.follow({
  address: streamAddress,
  slots: ["prices 1", "prices 2", "prices 3"],
  names: ["quote", "book"],
  told(name, data) {
    showState("open");
    if (name === "quote") quoted(data);
    if (name === "book") showBook(data);
  },
  broken() {
    bookHeard = false;
    quotes.clear();
    clearTimeout(stale);
    showState("broken");
  },
});

// Other rows have come, or the old ones anew; or another day of the market, with another previous close.
document.addEventListener("htmx:afterSettle", () => {
  if (dayShown() !== day) {
    day = dayShown();
    document.body.dispatchEvent(new CustomEvent("market-day"));
  }
  if (streamAddress() !== listened) {
    listened = streamAddress();
    quotes.clear();
    stream.restart();
  }
  for (const data of quotes.values()) show(data);
  const { live: ticker, price } = document.getElementById("quote")?.dataset ?? {};
  if (price && !quotes.has(ticker)) {
    showWorth(ticker, price);
    showReviewed(ticker, price);
  }
  checkStatus();
  checkTradable();
});
document.addEventListener("htmx:historyRestore", () => stream.restart());
// While the stream runs, nothing of this is asked for by the clock.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (requestConfig.triggeringEvent || !stream.runs()) return;
  if (elt.id === "quote" || (elt.id === "book" && bookHeard) || FOLLOWING.includes(elt.id)) event.preventDefault();
});
