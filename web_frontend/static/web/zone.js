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
  const dated = (locale, month) => {
    const format = form(locale, { day: "numeric", month, year: "numeric" });
    return (moment) => format.format(moment).replace(/\s?г\.$/, "");
  };

  function rewrite() {
    const [short, long] = [dated(russian ? "ru" : "en-US", "short"), dated(russian ? "ru" : "en-GB", "long")];
    const [clocks, named] = [form("en-GB", { timeStyle: "medium" }), form(root.lang, { timeZoneName: "long" })];
    const names = (moment) => named.formatToParts(moment).find(({ type }) => type === "timeZoneName").value;
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
    document.getElementById("zone-name")?.replaceChildren(zone.replaceAll("_", " "));
    body.dataset.zone = zone;
  }
  if (zone && zone !== body.dataset.zone && !("zoneChosen" in body.dataset)) rewrite();
}
