// What a page is made with, and how its words and numbers are written: labels and codes from words.yml, numbers and days as
// the reader's browser is set.
const payload = JSON.parse(document.getElementById("payload").textContent);
const main = document.querySelector("main");
const currency = payload.currency;

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) made.setAttribute(name, value);
  made.append(...children.filter((child) => child != null));
  return made;
};

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);
const worded = (code) => own(payload.words.values, code) ?? (/^[a-z0-9]+(_[a-z0-9]+)+$/.test(code) ? code.replaceAll("_", " ") : code);
const labelOf = (column) => own(payload.words.labels, column) ?? capital(worded(column));

const number = (digits, options = {}) => new Intl.NumberFormat(undefined, { maximumFractionDigits: digits, ...options });
const whole = (value) => number(0).format(value);
const shares = number(1, { style: "percent", minimumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const month = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric" });
// Money is in whole units where a column holds any amount of 1,000 or more, else in hundredths: one precision a column.
const money = (value, digits = Math.abs(value) >= 1000 ? 0 : 2) => {
  const fixed = { minimumFractionDigits: digits };
  try {
    return number(digits, { style: "currency", currency, currencyDisplay: "narrowSymbol", ...fixed }).format(value);
  } catch {
    return `${number(digits, fixed).format(value)} ${currency}`;
  }
};
const isMoney = (column) => /_amount$|^amount(_|$)/.test(column) && !/_rate$/.test(column);
const isShare = (column) => /_(rate|probability)(_|$)/.test(column);
const isDay = (column) => /_(date|month|at|week)$/.test(column);
// As local midnight: a day is the same day wherever the page is read.
const dateOf = (text) => {
  const [year, months, days, hours = 0, minutes = 0] = text.split(/\D/).map(Number);
  return new Date(year, months - 1, days, hours, minutes);
};
const format = (column, value, digits) => {
  if (value == null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") {
    if (column.endsWith("_month")) return month.format(dateOf(value));
    if (isDay(column)) return day.format(dateOf(value));
    // What people named themselves stands as they wrote it.
    return /_(id|key|name|text|owner)$|^attribute_value$/.test(column) && !/^(signal|metric|dimension|input|segment|attribute)_name$/.test(column) ? value : worded(value);
  }
  if (isMoney(column)) return money(value, digits);
  if (isShare(column)) return shares.format(value);
  if (column.endsWith("_ratio")) return `${number(1).format(value)} : 1`;
  const unit = column.match(/_(months|days)$/)?.[1] ?? (column === "months_since_cohort" ? "months" : null);
  if (unit) return `${number(1).format(value)} ${value === 1 ? unit.slice(0, -1) : unit}`;
  if (/auc/.test(column)) return number(3, { minimumFractionDigits: 3 }).format(value);
  return number(/_(score|low|high|count|number|rank|lost)$/.test(column) ? 1 : 2).format(value);
};
const signed = (value, text) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${text}`;
const change = (column, value, before) => {
  const difference = value - before;
  const size = Math.abs(difference);
  if (isMoney(column) && before) return signed(difference, shares.format(Math.abs(size / before)));
  if (isShare(column)) return signed(difference, `${number(1, { minimumFractionDigits: 1 }).format(size * 100)} points`);
  return signed(difference, number(1).format(size));
};
// The same for the axes and tooltips that Vega writes.
const locales = () => {
  const parts = (value, options) => new Intl.NumberFormat(undefined, options).formatToParts(value);
  const part = (type, fallback) => parts(12345678.5).find((each) => each.type === type)?.value ?? fallback;
  const names = (options, dates) => dates.map((each) => new Intl.DateTimeFormat(undefined, options).format(each));
  const months = [...Array(12)].map((_, i) => new Date(2026, i, 15));
  const days = [...Array(7)].map((_, i) => new Date(2026, 1, 1 + i));
  return {
    formatLocale: { decimal: part("decimal", "."), thousands: part("group", ""), grouping: [3], currency: ["", ""], minus: "−" },
    timeFormatLocale: {
      dateTime: "%x, %X", date: "%d.%m.%Y", time: "%H:%M:%S", periods: ["AM", "PM"],
      days: names({ weekday: "long" }, days), shortDays: names({ weekday: "short" }, days),
      months: names({ month: "long" }, months), shortMonths: names({ month: "short" }, months),
    },
  };
};
