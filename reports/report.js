// Draws a page from its payload: sections of tiles, charts, matrices, facts and tables. Numbers are those of the marts, only
// formatted; the change of a tile is its last row against the previous one.
const payload = JSON.parse(document.getElementById("payload").textContent);
const main = document.querySelector("main");
const currency = payload.currency;

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) made.setAttribute(name, value);
  made.append(...children.filter((child) => child != null));
  return made;
};

// ---------------------------------------------------------------- labels and numbers, by the suffix of a column's name
const ACRONYMS = { mrr: "MRR", ltv: "LTV", nps: "NPS", cac: "CAC", arpa: "ARPA", auc: "AUC", nrr: "NRR", grr: "GRR", id: "ID" };
const labelOf = (column) => {
  if (column === "customer_id") return "Customer";
  if (column === "activity_month") return "Month";
  const words = column.replace(/_(amount|at)$/, "").replace(/^is_|^has_/, "").split("_");
  const text = words.map((word) => ACRONYMS[word] ?? word).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};
const number = (digits, options = {}) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: digits, ...options });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const month = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" });
const money = (value) => {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
  try {
    return number(digits, { style: "currency", currency, minimumFractionDigits: digits }).format(value);
  } catch {
    return `${number(digits).format(value)} ${currency}`;
  }
};
const isDay = (column) => /_(date|month|at)$/.test(column);
// As local midnight: a day is the same day wherever the page is read.
const dateOf = (text) => {
  const [year, months, days, hours = 0, minutes = 0] = text.split(/\D/).map(Number);
  return new Date(year, months - 1, days, hours, minutes);
};
const format = (column, value) => {
  if (value == null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") {
    if (column.endsWith("_month")) return month.format(dateOf(value));
    return isDay(column) ? day.format(dateOf(value)) : value;
  }
  if (column.endsWith("_amount")) return money(value);
  if (/_(rate|probability)(_|$)/.test(column)) return number(1, { style: "percent" }).format(value);
  if (column.endsWith("_ratio")) return `${number(1).format(value)} : 1`;
  const unit = column.match(/_(months|days)$/)?.[1];
  if (unit) return `${number(1).format(value)} ${value === 1 ? unit.slice(0, -1) : unit}`;
  return number(/_(score|low|high|count|number|rank)$/.test(column) ? 1 : 2).format(value);
};
const change = (column, value, before) => {
  const difference = value - before;
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  const size = Math.abs(difference);
  if (column.endsWith("_amount") && before) return `${sign}${number(1, { style: "percent" }).format(Math.abs(size / before))}`;
  if (column.endsWith("_rate")) return `${sign}${number(1).format(size * 100)} points`;
  return `${sign}${number(1).format(size)}`;
};

// ---------------------------------------------------------------------------------------------------- data of queries
const rowsOf = (name) => {
  const query = payload.queries[name];
  query.objects ??= query.rows.map((row) => Object.fromEntries(query.columns.map((column, i) => [column, row[i]])));
  return query.objects;
};
const nameOf = (customer) => payload.customers[customer]?.[0] ?? customer;
const commentOf = (name, column) => payload.queries[name].comments[column] ?? "";
const cell = (column, value) => {
  if (column === "customer_id" && value != null) {
    const shard = payload.customers[value]?.[1];
    if (shard == null) return document.createTextNode(nameOf(value));
    return element("a", { href: `customer.html#${shard}/${encodeURIComponent(value)}` }, nameOf(value));
  }
  if ((column.endsWith("health_status") || column === "ltv_cac_status") && value != null)
    return element("span", { class: `status ${value}` }, value);
  return document.createTextNode(format(column, value));
};
// What a reader must know of the marts that a section shows: they are of an earlier day, or absent.
const notesOf = (section) => {
  const parts = [...(section.tiles ?? []), section.matrix, section.facts, section.chart, section.table];
  return new Set(parts.map((part) => part && payload.queries[part.query].note).filter(Boolean));
};
const isEmpty = (name) => payload.queries[name].rows.length === 0;
const emptyNote = (part, section) => {
  if (payload.queries[part.query].note) return ""; // The section has said it.
  const input = part.needs ?? section.needs;
  const absent = input && !(payload.inputs[input] > 0);
  return element("p", { class: "empty" }, absent
    ? `Nothing to show: the input ${input} was not provided.`
    : part.empty ?? section.empty ?? "Nothing to show for this company yet.");
};

// ------------------------------------------------------------------------------------------------------- definitions
let popovers = 0;
const definition = (anchor) => {
  const found = anchor && payload.definitions[anchor];
  if (!found) return null;
  const id = `definition-${++popovers}`;
  const body = element("div", { id, popover: "" });
  body.innerHTML = found.html; // From docs/metrics.md, rendered when the report was made.
  document.body.append(body);
  return element("button", { class: "definition", type: "button", popovertarget: id, title: found.hint, "aria-label": `Definition: ${found.title}` }, "?");
};

// ------------------------------------------------------------------------------------------------------------- tiles
const tile = (spec, section) => {
  const rows = rowsOf(spec.query);
  const last = rows.at(-1);
  const value = last?.[spec.value];
  const before = rows.at(-2)?.[spec.value];
  const made = element("div", { class: "tile", "data-query": spec.query, "data-column": spec.value, "data-value": value });
  made.append(element("div", { class: "label", title: commentOf(spec.query, spec.value) }, spec.label, definition(spec.definition)));
  if (value == null) {
    made.append(element("div", { class: "value" }, "–"), emptyNote(spec, section));
    return made;
  }
  made.append(element("div", { class: "value" }, format(spec.value, value)));
  if (before != null) {
    const better = value === before ? "even" : value > before === (spec.good === "up") ? "good" : "bad";
    made.append(element("div", { class: `change ${better}` }, `${change(spec.value, value, before)} vs previous month`));
  }
  const sentence = spec.sentence.replace(/\{(\w+)\}/g, (_, column) => column === "currency" ? currency : format(column, last[column]));
  made.append(element("div", { class: "sentence" }, sentence));
  return made;
};

// ------------------------------------------------------------------------------------------------------------ charts
const SCHEMES = {
  light: {
    series: ["#0b63b0", "#d9822b", "#00805d", "#9a4f96", "#56616e"],
    health: ["#c4440b", "#e0a100", "#00805d", "#5aa9dd", "#a9b0b8"],
    movements: ["#00805d", "#5ab88f", "#a5d8bf", "#0b63b0", "#f2b27a", "#e0a100", "#c4440b", "#a9b0b8", "#9a4f96"],
  },
  dark: {
    series: ["#6cb6ff", "#f2a65a", "#3fc99b", "#d59ad0", "#a3aeba"],
    health: ["#ff8552", "#f0b93a", "#3fc99b", "#7cc1f0", "#6d7782"],
    movements: ["#3fc99b", "#8adfbf", "#c6f1e0", "#6cb6ff", "#f6c99d", "#f0b93a", "#ff8552", "#6d7782", "#d59ad0"],
  },
};
const views = [];
const draw = async (view) => {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const schemes = SCHEMES[theme.dark ? "dark" : "light"];
  const { query, height, ...rest } = view.spec;
  const values = view.rows().map((row) => Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, isDay(column) && typeof value === "string" ? +dateOf(value) : value]),
  ));
  const words = { currency, ink: color("ink"), accent: color("accent"), measure: view.measure?.() };
  // Schemes of our own become ranges.
  const painted = ({ scheme, ...scale }) => ({ ...scale, range: schemes[scheme].slice(0, scale.domain?.length) });
  const filled = JSON.parse(
    JSON.stringify(rest).replace(/\{(currency|ink|accent|measure)\}/g, (_, word) => words[word]),
    (key, value) => key === "scale" && schemes[value?.scheme] ? painted(value) : value,
  );
  const lines = height?.step && new Set(values.map((row) => row[rest.encoding.y.field])).size;
  const text = { labelColor: color("soft"), titleColor: color("soft"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400 };
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: "container", height: lines ? height.step * lines : height ?? 280, background: null,
    autosize: { type: "fit-x", contains: "padding" },
    data: { name: "rows", values },
    config: {
      font: "system-ui, sans-serif", view: { stroke: null },
      axis: { ...text, gridColor: color("line"), domainColor: color("line"), tickColor: color("line"), labelOverlap: true },
      legend: { ...text, orient: "top", columns: view.place.clientWidth < 500 ? 3 : 0 },
      mark: { color: schemes.series[0] }, bar: { color: schemes.series[0] }, rule: { color: color("soft") },
      tick: { color: color("ink") }, line: { strokeWidth: 2 },
    },
    ...filled,
  };
  view.result?.finalize();
  view.result = await vegaEmbed(view.place, spec, { actions: false, renderer: "svg", tooltip: { theme: theme.dark ? "dark" : "light" } });
  view.place.dataset.rows = values.length;
};

// A drop-down for each column; each offers the values that the earlier ones leave.
const filtersOf = (columns, rows, { all, start = {}, onchange }) => {
  const selects = columns.map((column) => {
    const select = element("select", { name: column });
    select.addEventListener("change", () => { refill(); onchange(); });
    return { column, select };
  });
  const left = (upTo) => selects.slice(0, upTo).reduce(
    (kept, { column, select }) => select.value === "" ? kept : kept.filter((row) => String(row[column]) === select.value), rows());
  const refill = () => selects.forEach(({ column, select }, i) => {
    const kept = select.value;
    const found = [...new Set(left(i).map((row) => row[column]))].sort((a, b) => a < b ? -1 : 1);
    select.replaceChildren(...(all ? [element("option", { value: "" }, "all")] : []),
      ...found.map((value) => element("option", { value: String(value) }, format(column, value))));
    const values = found.map(String);
    const wanted = [kept, start[column], all ? "" : "all"].find((value) => value === "" ? all : values.includes(value));
    select.value = wanted ?? values[0] ?? "";
  });
  refill();
  return {
    labels: selects.map(({ column, select }) => element("label", {}, labelOf(column), select)),
    rows: () => left(selects.length),
  };
};

const chart = (spec, section, place) => {
  // A company of a few months may have rows without a number: there is nothing to draw.
  const isBlankIn = (columns) => rowsOf(spec.query).every((row) => columns.every((column) => row[column] == null));
  const known = (field) => payload.queries[spec.query].columns.includes(field);
  const folded = (spec.transform ?? []).flatMap((step) => step.fold ?? []);
  const isBlank = [spec.encoding?.x?.field, spec.encoding?.y?.field].some((field) => known(field) && isBlankIn([field])) || folded.length > 0 && isBlankIn(folded);
  if (isBlank) return place.append(emptyNote(spec, section));
  const view = { spec, place: element("div", { class: "chart", role: "img", "aria-label": section.title, "data-query": spec.query }) };
  const controls = element("div", { class: "controls" });
  const redraw = () => draw(view);
  const filters = filtersOf(section.filters ?? [], () => rowsOf(spec.query), { all: false, start: section.start, onchange: redraw });
  view.rows = filters.rows;
  controls.append(...filters.labels);
  if (section.measures) {
    const select = element("select", { name: "measure" },
      ...Object.entries(section.measures).map(([column, label]) => element("option", { value: column }, label)));
    select.addEventListener("change", redraw);
    view.measure = () => select.value;
    controls.append(element("label", {}, "Measure", select));
  }
  if (controls.childElementCount) place.append(controls);
  place.append(view.place);
  views.push(view);
  redraw();
};
document.addEventListener("themechange", () => views.forEach(draw));

// ------------------------------------------------------------------------------------------------------------ tables
const LONG = /_(text|advice)$|^(advice|play|return_path|row_text)$/;
const csv = (columns, rows) => {
  const quoted = (value) => {
    const text = value == null ? "" : String(value);
    // Text that begins like a formula is escaped for spreadsheets.
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const named = columns.includes("customer_id");
  const lines = rows.map((row) => columns.map((column) => quoted(row[column]))
    .concat(named ? [quoted(nameOf(row.customer_id))] : []).join(","));
  return [columns.concat(named ? ["customer_name"] : []).join(","), ...lines].join("\r\n") + "\r\n";
};
const table = (spec, section, place) => {
  const query = payload.queries[spec.query];
  if (isEmpty(spec.query)) return place.append(emptyNote(spec, section));
  const all = rowsOf(spec.query);
  const columns = query.columns;
  const size = spec.page ?? 25;
  let sorted = null, ascending = true, page = 0;
  const search = element("input", { type: "search", placeholder: "Search", "aria-label": "Search" });
  const filters = filtersOf(spec.filters ?? [], () => all, { all: true, onchange: () => { page = 0; fill(); } });
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, columns.map((column) =>
      column === "customer_id" ? `${row[column]} ${nameOf(row[column])}` : format(column, row[column])).join(" ").toLowerCase());
    return texts.get(row);
  };
  const shown = () => {
    const words = search.value.trim().toLowerCase();
    let rows = filters.rows();
    if (words) rows = rows.filter((row) => textOf(row).includes(words));
    if (sorted) {
      const key = (row) => sorted === "customer_id" ? nameOf(row[sorted]) : row[sorted];
      rows = [...rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x == null || y == null) return (x == null) - (y == null);
        return (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1);
      });
    }
    return rows;
  };
  const numbers = new Set(columns.filter((column) => all.some((row) => typeof row[column] === "number")));
  const classOf = (column) => numbers.has(column) ? "number" : LONG.test(column) ? "long" : isDay(column) || column === "customer_id" ? "whole" : null;
  const heads = columns.map((column) => {
    const numeric = numbers.has(column);
    const head = element("th", { scope: "col", title: commentOf(spec.query, column), class: numeric ? "number" : null, tabindex: 0 }, labelOf(column));
    const sort = () => {
      ascending = sorted === column ? !ascending : !numeric;
      sorted = column;
      page = 0;
      fill();
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => event.key === "Enter" && sort());
    return head;
  });
  const body = element("tbody");
  const status = element("span");
  const previous = element("button", { class: "plain", type: "button", "aria-label": "Previous page" }, "‹");
  const next = element("button", { class: "plain", type: "button", "aria-label": "Next page" }, "›");
  previous.addEventListener("click", () => { page -= 1; fill(); });
  next.addEventListener("click", () => { page += 1; fill(); });
  const fill = () => {
    const rows = shown();
    const from = page * size;
    heads.forEach((head, i) => columns[i] === sorted
      ? head.setAttribute("aria-sort", ascending ? "ascending" : "descending") : head.removeAttribute("aria-sort"));
    body.replaceChildren(...rows.slice(from, from + size).map((row) => element("tr", {}, ...columns.map((column) =>
      element("td", { class: classOf(column) }, cell(column, row[column]))))));
    const capped = query.total > query.rows.length ? `, the first ${number(0).format(query.rows.length)} of ${number(0).format(query.total)}` : "";
    status.textContent = rows.length ? `${number(0).format(from + 1)} to ${number(0).format(Math.min(from + size, rows.length))} of ${number(0).format(rows.length)} rows${capped}` : "No matching rows.";
    previous.disabled = page === 0;
    next.disabled = from + size >= rows.length;
  };
  const controls = element("div", { class: "controls" }, ...filters.labels);
  if (spec.search) {
    search.addEventListener("input", () => { page = 0; fill(); });
    controls.append(search);
  }
  if (spec.download) {
    const button = element("button", { class: "plain", type: "button" }, "Download CSV");
    button.addEventListener("click", () => {
      const url = URL.createObjectURL(new Blob([csv(columns, shown())], { type: "text/csv" }));
      element("a", { href: url, download: `${spec.download}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    });
    controls.append(button);
    if (query.file) controls.append(element("a", { href: query.file, download: "" }, `All ${number(0).format(query.total)} rows`));
  }
  if (controls.childElementCount) place.append(controls);
  place.append(element("div", { class: "scroll" }, element("table", { "data-query": spec.query }, element("thead", {}, element("tr", {}, ...heads)), body)));
  const pager = element("div", { class: "pager" }, previous, status, next);
  if (all.length > size || spec.search) place.append(pager);
  fill();
};

// -------------------------------------------------------------------------------------------------- matrix and facts
const matrix = (spec, section, place) => {
  const rows = rowsOf(spec.query).filter((row) => row.customer_count > 0);
  if (!rows.length) return place.append(emptyNote(spec, section));
  const at = (line, column) => rows.find((row) => row[spec.rows] === line && row[spec.columns] === column);
  const lines = spec.row_order.filter((line) => rows.some((row) => row[spec.rows] === line));
  const filled = ({ segment_name, play, owner_role, act_within_days, ...row }) => element("td", {},
    element("strong", {}, segment_name),
    element("dl", {}, ...spec.cells.flatMap((column) => [
      element("dt", { title: commentOf(spec.query, column) }, labelOf(column)),
      element("dd", { "data-column": column, "data-value": row[column] }, format(column, row[column]))])),
    element("div", { class: "play" }, `${play}. ${labelOf(owner_role)}, within ${format("act_within_days", act_within_days)}.`));
  place.append(element("div", { class: "scroll" }, element("table", { class: "matrix", "data-query": spec.query },
    element("thead", {}, element("tr", {}, element("th"), ...spec.column_order.map((column) => element("th", { scope: "col" }, `${column} value`)))),
    element("tbody", {}, ...lines.map((line) => element("tr", {}, element("th", { scope: "row" }, cell(spec.rows, line)),
      ...spec.column_order.map((column) => at(line, column) ? filled(at(line, column)) : element("td", {}, "–"))))))));
};
const facts = (spec, section, place) => {
  const [row] = rowsOf(spec.query);
  if (!row) return place.append(emptyNote(spec, section));
  place.append(element("dl", { class: "facts", "data-query": spec.query }, ...payload.queries[spec.query].columns.map((column) =>
    element("div", {}, element("dt", { title: commentOf(spec.query, column) }, labelOf(column)), element("dd", { "data-column": column }, cell(column, row[column]))))));
};

// ------------------------------------------------------------------------------------------------------------- pages
const drawSections = () => {
  for (const section of payload.sections) {
    const place = element("section", { id: section.title?.toLowerCase().replace(/[^a-z0-9]+/g, "-") });
    main.append(place);
    if (section.title) place.append(element("div", { class: "heading" }, element("h2", {}, section.title), definition(section.definition)));
    if (section.text) place.append(element("p", {}, section.text));
    for (const note of notesOf(section)) place.append(element("p", { class: "note" }, note));
    if (section.tiles) place.append(element("div", { class: "tiles" }, ...section.tiles.map((each) => tile(each, section))));
    if (section.matrix) matrix(section.matrix, section, place);
    if (section.facts) facts(section.facts, section, place);
    if (section.chart) chart(section.chart, section, place);
    if (section.table && !(section.chart && isEmpty(section.table.query))) table(section.table, section, place);
  }
};

// The page of one customer: #shard/id; its rows come from the shard's file, which calls this.
let shown = null;
window.customerShard = (customers) => {
  const rows = customers[shown];
  if (!rows) return main.append(element("p", { class: "empty" }, `${shown}: this customer is not in the report.`));
  for (const [name, query] of Object.entries(payload.queries)) {
    query.rows = rows.rows[name] ?? [];
    query.total = query.rows.length;
  }
  document.querySelector("h1").firstChild.textContent = `${rows.name} `;
  document.title = `${rows.name} · Customer Value`;
  drawSections();
};
const drawCustomer = () => {
  const [shard, id] = location.hash.slice(1).split("/");
  shown = decodeURIComponent(id ?? "");
  if (!/^\d+$/.test(shard)) {
    main.append(element("p", { class: "empty" }, "Select a customer on the page Health, Segments or Growth."));
    return;
  }
  document.body.append(element("script", { src: `customers/${shard}.js` }));
  addEventListener("hashchange", () => location.reload());
};

payload.is_customer ? drawCustomer() : drawSections();
