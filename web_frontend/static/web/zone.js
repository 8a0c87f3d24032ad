"use strict";
// Times are shown in the browser's zone, unless another was chosen. The server knows it by a cookie, so of the first
// page only, or after a journey, what it wrote in another zone is written anew here, as formatting.py writes it.
{
  const { body, documentElement: root } = document;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  if (zone) document.cookie = `time_zone=${zone}; path=/; max-age=31536000; SameSite=Lax${secure}`;

  const form = (locale, shape) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...shape });
  const [russian, now] = [root.lang === "ru", new Date()];
  const named = (style) => {
    const format = form(root.lang, { timeZoneName: style });
    return (moment) => format.formatToParts(moment).find(({ type }) => type === "timeZoneName").value;
  };
  const dated = (locale, month) => {
    const format = form(locale, { day: "numeric", month, year: "numeric" });
    return (moment) => format.format(moment).replace(/\s?г\.$/, "");
  };

  function rewrite() {
    const [short, long] = [dated(russian ? "ru" : "en-US", "short"), dated(russian ? "ru" : "en-GB", "long")];
    const [clocks, names] = [form("en-GB", { timeStyle: "medium" }), named("long")];
    for (const time of document.querySelectorAll("time[datetime*=T]")) {
      const moment = new Date(time.dateTime);
      const [clock, day, sub] = [clocks.format(moment), short(moment), time.querySelector(".sub")];
      if (sub) {
        time.firstChild.data = day;
        sub.textContent = clock;
      } else {
        time.textContent = day === short(now) ? clock : `${day}, ${clock}`;
      }
      if (time.title) time.title = `${long(moment)}, ${clock} ${names(moment)}`;
    }
    const offset = named("shortOffset")(now).replace("GMT", "UTC").replace("-", "−");
    document.getElementById("zone-name")?.replaceChildren(offset);
    body.dataset.zone = zone;
  }
  if (zone && zone !== body.dataset.zone && !("zoneChosen" in body.dataset)) rewrite();
}
