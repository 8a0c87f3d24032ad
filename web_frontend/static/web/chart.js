// The price chart: draws what the page has of it, in the page's colours; the table below it is the same in words.

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const ROOM = 0.06; // after the last candle, of the width; more where a fill's words need it
const NARROW_REM = 30; // no room for words in the drawing; the table has them
const WIDEST_BAR = 1 / 20; // of the width: a day that has just begun is no block
const BREAK = 0.1; // of the candles: how wide a time without prices is drawn
const forced = window.matchMedia("(forced-colors: active)");
const FORCED = { "--card": "Canvas", "--trade-ink": "Canvas", "--line": "GrayText", "--accent": "LinkText" };
let drawn = null; // the chart on the page, and what it was made of
const probe = Object.assign(document.createElement("span"), { hidden: true });

// The reader's own size of text, in pixels.
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

function draw() {
  const box = document.querySelector("#chart .price-chart");
  if (!box || box === drawn?.box) return;
  drawn?.chart.remove();
  const data = JSON.parse(box.dataset.drawing);
  const kit = window.LightweightCharts;
  const price = numbers(data);
  const { zone } = document.body.dataset;
  let series, last;
  const isCovered = (tick) => last && Math.abs(series.priceToCoordinate(tick) - series.priceToCoordinate(last.options().price)) < rem();
  const chart = kit.createChart(box, {
    autoSize: true,
    layout: { attributionLogo: false, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 0.75 * rem() },
    localization: {
      locale: document.documentElement.lang, priceFormatter: price,
      tickmarksPriceFormatter: (ticks) => ticks.map((tick) => (tick < 0 || isCovered(tick) ? "" : price(tick))), // no price is below zero
    },
    rightPriceScale: { borderVisible: false, entireTextOnly: true },
    timeScale: {
      borderVisible: false, timeVisible: data.intraday, secondsVisible: false, minBarSpacing: 0.05,
      tickMarkMaxCharacterLength: data.weekly ? 5 : 8, maxBarSpacing: WIDEST_BAR * box.clientWidth, fixLeftEdge: true, // which keeps the first label whole
      lockVisibleTimeRangeOnResize: true, // the first candle stays, however wide the window becomes
    },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    crosshair: { mode: kit.CrosshairMode.Normal },
  });
  const line = data.style === "line";
  series = chart.addSeries(line ? kit.LineSeries : kit.CandlestickSeries, { priceLineVisible: false, lastValueVisible: false });
  const times = shifted(data, zone);
  const bars = data.candles.map(([, open, high, low, close, volume], at) => ({ time: times[at], open, high, low, close, volume }));
  const points = broken(data, bars);
  series.setData(points.map((bar) => (line && "close" in bar ? linePoint(data, bars, bar) : { ...bar })));
  const marks = kit.createSeriesMarkers(series, []);
  const average = data.average && series.createPriceLine({ price: data.average, lineStyle: kit.LineStyle.Dashed, axisLabelVisible: false });
  last = series.createPriceLine({ price: bars.at(-1).close, lineVisible: false });
  const openUntil = performance.now() + 1000 * (data.open_s ?? 0);
  drawn = { box, chart, series, line, data, bars, points, marks, average, last, openUntil };
  paint();
  chart.timeScale().applyOptions({ rightOffsetPixels: room(box, marks.markers()) }); // what was bought last is named, too
  chart.timeScale().fitContent();
  chart.subscribeCrosshairMove(({ logical }) => show("close" in (points[logical] ?? {}) ? points[logical] : bars.at(-1)));
  reserve(box, bars);
  show(bars.at(-1));
  followPrice();
}

// A time without prices is a space, not a step from one candle to the next.
function broken({ gaps, weekly }, bars) {
  const room = Math.ceil(BREAK * bars.length);
  return bars.flatMap((bar, at) => {
    if (!gaps.includes(at)) return [bar];
    const step = Math.min((weekly ? 7 : 1) * DAY_S, Math.floor((bar.time - bars[at - 1].time) / (room + 1)));
    return [...Array(room).keys()].map((n) => ({ time: bars[at - 1].time + (n + 1) * step })).concat(bar);
  });
}

// No line leads over a time without prices.
function linePoint({ gaps }, bars, bar) {
  const point = { time: bar.time, value: bar.close };
  return gaps.includes(bars.indexOf(bar) + 1) ? { ...point, color: "transparent" } : point;
}

// The candle that is open ends at the price that the page shows.
function followPrice() {
  const { price: shown } = document.getElementById("quote")?.dataset ?? {};
  const day = Date.parse(document.getElementById("market-clock")?.dataset.day) / 1000;
  if (!shown || !drawn) return;
  const { series, line, data, bars, last, openUntil } = drawn;
  const [bar, price] = [bars.at(-1), Number(shown)];
  const open = data.intraday ? performance.now() < openUntil : day >= bar.time && day < bar.time + (data.weekly ? 7 : 1) * DAY_S;
  if (bar.close === price || !open) return;
  Object.assign(bar, { close: price, high: Math.max(bar.high, price), low: Math.min(bar.low, price) });
  series.update(line ? { time: bar.time, value: price } : { ...bar });
  last.applyOptions({ price, axisLabelColor: colour(price < bar.open ? "--loss" : "--gain") });
  if (drawn.bar === bar) show(bar);
}

// The room of the longest values that there are, so that the chart stays where it is below the crosshair.
function reserve(box, bars) {
  const most = (name) => Math.max(...bars.map((bar) => bar[name]));
  const high = most("high");
  show({ time: bars.at(-1).time, open: high, high, low: high, close: high, volume: most("volume") });
  const values = box.parentElement.querySelector(".chart-values");
  values.style.minHeight = `${values.offsetHeight}px`;
}

function isNarrow(box) {
  return box.clientWidth < NARROW_REM * rem();
}

// In pixels: a fill's words stand in the middle of its candle, also of the last one.
function room(box, fills) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${0.75 * rem()}px ${getComputedStyle(document.body).fontFamily}`;
  return Math.max(ROOM * box.clientWidth, ...fills.map(({ text = "" }) => pen.measureText(text).width / 2 + rem() / 2));
}

// The library draws times as if everybody lived in UTC: those of a day are moved to the clock of the page's zone, all
// by as much, so that their order stays when the clocks change.
function shifted({ candles, intraday }, zone) {
  const shift = intraday ? ahead(candles.at(-1)[0], zone) : 0;
  return candles.map(([time]) => time + shift);
}

// By how many seconds a zone is ahead of UTC at a moment; the browser's own where it does not know the page's.
function ahead(moment, timeZone) {
  const at = new Date(moment * 1000);
  try {
    return Date.parse(`${at.toLocaleString("sv", { timeZone }).replace(" ", "T")}Z`) / 1000 - moment;
  } catch {
    return -60 * at.getTimezoneOffset();
  }
}

function numbers({ currency, digits }) {
  const least = Math.max(2, digits);
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: least, maximumFractionDigits: least,
  });
  return (price) => format.format(price);
}

// The values under the crosshair, or of the last candle.
function show(bar) {
  const { data, box } = drawn;
  drawn.bar = bar;
  const price = numbers(data);
  const day = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium", timeZone: "UTC", ...(data.intraday && { timeStyle: "short", hourCycle: "h23" }),
  }).format(bar.time * 1000).replace(/\sг\./, ""); // as the pages write days
  const { words, weekly } = data;
  const values = [
    [words.open, price(bar.open)], [words.high, price(bar.high)], [words.low, price(bar.low)],
    [words.close, price(bar.close)], [words.volume, bar.volume.toLocaleString(document.documentElement.lang)],
  ];
  const parts = [document.createElement("span"), ...values.map(([word, value]) => {
    const part = document.createElement("span");
    part.append(`${word} `, Object.assign(document.createElement("b"), { textContent: value }));
    return part;
  })];
  parts[0].textContent = weekly ? words.week.replace("%(day)s", day) : day;
  box.parentElement.querySelector(".chart-values").replaceChildren(...parts);
}

// One's own fills, at the candles they fell into: those of one candle and side together.
function fills({ candles, fills, words, intraday, weekly }, bars, box) {
  const ends = candles.at(-1)[0] + (intraday ? HOUR_S : (weekly ? 7 : 1) * DAY_S);
  const found = new Map();
  for (const { time, side, quantity } of fills) {
    const at = candles.findLastIndex(([begins]) => begins <= time);
    if (at < 0 || time >= ends) continue;
    const key = `${at} ${side}`;
    found.set(key, { at, side, quantity: (found.get(key)?.quantity ?? 0) + quantity });
  }
  const all = [...found.values()].sort((one, other) => one.at - other.at);
  return all.map(({ at, side, quantity }) => ({
    time: bars[at].time,
    position: side === "buy" ? "belowBar" : "aboveBar",
    shape: side === "buy" ? "arrowUp" : "arrowDown",
    color: colour(`--${side}`),
    text: all.length > 12 || weekly || isNarrow(box) ? "" : words[side].replace("%(quantity)s", quantity),
  }));
}

// What a colour of the page is right now: by theme, and by the visitor's choice for gain and loss; where the device
// forces its own colours on pages, those.
function colour(name) {
  probe.style.forcedColorAdjust = "none";
  probe.style.color = forced.matches ? (FORCED[name] ?? "CanvasText") : `var(${name})`;
  if (!probe.isConnected) document.body.append(probe);
  return getComputedStyle(probe).color;
}

// The page's colours, those of gain and loss among them. What rose is hollow, so that colour is not all that tells.
function paint() {
  if (!drawn) return;
  const { box, chart, series, line, data, bars, marks, average, last } = drawn;
  const alone = line && data.gaps.includes(bars.length - 1); // a line of one point would not be seen
  const [gain, loss, accent, faint] = ["--gain", "--loss", "--accent", "--line"].map(colour);
  // A device's own grey may be as strong as what is drawn over it.
  const gridStyle = window.LightweightCharts.LineStyle[forced.matches ? "SparseDotted" : "Solid"];
  chart.applyOptions({
    layout: { background: { type: "solid", color: colour("--card") }, textColor: colour("--muted") },
    grid: { vertLines: { color: faint, style: gridStyle }, horzLines: { color: faint, style: gridStyle } },
    crosshair: { vertLine: { labelBackgroundColor: accent }, horzLine: { labelBackgroundColor: accent } },
  });
  series.applyOptions(line
    ? { color: accent, lineWidth: 2 }
    : { upColor: colour("--card"), downColor: loss, borderUpColor: gain, borderDownColor: loss, wickUpColor: gain, wickDownColor: loss });
  if (average) average.applyOptions({ color: accent });
  const { open, close } = bars.at(-1);
  last.applyOptions({ axisLabelColor: close < open ? loss : gain, axisLabelTextColor: colour("--trade-ink") });
  const point = { time: bars.at(-1).time, position: "inBar", shape: "circle", color: accent, size: 0.5 };
  marks.setMarkers([...fills(data, bars, box), ...(alone ? [point] : [])]);
}

// A refresh waits while somebody reads the table or has moved the chart.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "chart" || !drawn) return;
  const reading = document.querySelector("#chart details[open]") || document.querySelector("#chart :focus-visible");
  const { from = 0, to = 0 } = drawn.chart.timeScale().getVisibleLogicalRange() ?? {};
  const moved = drawn.points.length > 2 && (from > 1 || to < drawn.points.length - 2);
  if (reading || moved || drawn.box.matches(":hover")) event.preventDefault();
});
document.addEventListener("htmx:afterSettle", () => {
  draw();
  followPrice();
});
new MutationObserver(followPrice).observe(document.body, { subtree: true, attributeFilter: ["data-price"] });
for (const changes of [forced, window.matchMedia("(prefers-color-scheme: dark)")]) changes.addEventListener("change", paint);
new MutationObserver(paint).observe(document.documentElement, { attributes: true });
draw();
