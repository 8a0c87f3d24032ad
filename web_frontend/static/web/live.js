// Prices that move: what has data-live follows the stream of quotes, and #live says whether they do.
//
// Written as the server writes them: .live-price and .live-change hold the texts, data-close the previous
// close, and the samples of #live (data-money, data-percent) where the signs of currency and percent stand.

const QUOTE_POLL_MS = 15_000; // a halt is no quote, and is still looked for

const language = document.documentElement.lang;
const clock = clockOf(document.body.dataset.zone);
let polled = 0;
let day = dayShown();

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

function kindOf(price, close) {
  const micros = millionths(price) - millionths(close);
  return micros > 0 ? "gain" : micros < 0 ? "loss" : "flat";
}

function changeOf(price, close, line) {
  const micros = millionths(price) - millionths(close);
  const kind = kindOf(price, close);
  const sign = { gain: "+", loss: "−", flat: "" }[kind];
  const digits = Math.max(digitsOf(price), digitsOf(close));
  const outer = document.createElement("span");
  outer.className = kind;
  const arrow = document.createElement("span");
  arrow.className = "arrow";
  arrow.ariaHidden = "true";
  arrow.textContent = { gain: "▲", loss: "▼", flat: "■" }[kind];
  const share = document.createElement("span");
  share.className = "share";
  const percent = Math.round(Math.abs(micros * 10_000) / millionths(close)) / 100;
  share.textContent = sign + filled(line.dataset.percent, numerals(percent, 2));
  outer.append(arrow, sign + filled(line.dataset.money, numerals(Math.abs(micros) / 1e6, digits)), " ", share);
  return outer;
}

function show({ ticker, price, price_at: priceAt }) {
  const line = document.getElementById("live");
  for (const box of document.querySelectorAll(`[data-live="${CSS.escape(ticker)}"]`)) {
    const at = box.querySelector(".live-price");
    const text = filled(line.dataset.money, numerals(Number(price), digitsOf(price)));
    if (!at || at.textContent === text) continue;
    const up = Number(price) > Number(box.dataset.price);
    box.dataset.price = price;
    at.textContent = text;
    if (Number(box.dataset.close)) {
      box.querySelector(".live-change")?.replaceChildren(changeOf(price, box.dataset.close, line));
      box.querySelector(".spark")?.setAttribute("class", `spark ${kindOf(price, box.dataset.close)}`);
    }
    const time = box.querySelector(".live-at time");
    if (time) {
      time.dateTime = priceAt;
      time.removeAttribute("title");
      time.textContent = clock.format(new Date(priceAt));
    }
    at.classList.remove("tick-up", "tick-down");
    void at.offsetWidth; // so that the same animation begins again
    at.classList.add(up ? "tick-up" : "tick-down");
  }
}

function tickersShown() {
  return [...new Set([...document.querySelectorAll("[data-live]")].map((box) => box.dataset.live))].join(",");
}

function streamAddress() {
  const tickers = tickersShown();
  return tickers ? `/api/v1/quotes/stream?tickers=${encodeURIComponent(tickers)}` : "";
}

const stream = window.follow({
  address: streamAddress,
  slots: ["prices 1", "prices 2", "prices 3"],
  names: ["quote"],
  told(name, data) {
    showState("open");
    if (name === "quote") show(data);
  },
  broken: () => showState("broken"),
});

// Other rows have come, or the old ones anew; or another day of the market, with another previous close.
document.addEventListener("htmx:afterSettle", () => {
  if (dayShown() !== day) {
    day = dayShown();
    polled = 0;
    document.body.dispatchEvent(new CustomEvent("market-day"));
  }
  stream.restart();
});
document.addEventListener("htmx:historyRestore", () => stream.restart());
// While the stream runs, the quote is asked for only now and then.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "quote") return;
  if (stream.runs() && Date.now() - polled < QUOTE_POLL_MS) event.preventDefault();
  else polled = Date.now();
});
