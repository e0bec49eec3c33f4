// Tables, matrices and facts.
const LONG = /_(text|advice)$|^(advice|play|return_path|row_text|reason)$/;
const STATUS = /health_status$|^ltv_cac_status$/;
const cell = (column, value, digits) => {
  if (column === "customer_id" && value != null) {
    const shard = own(payload.customers, value)?.[1];
    return shard == null ? document.createTextNode(nameOf(value)) : customerLink(value, nameOf(value), shard);
  }
  if (STATUS.test(column) && value != null) return element("span", { class: `status ${value}` }, value);
  return document.createTextNode(format(column, value, digits));
};
// Money of a table in one precision.
const digitsOf = (rows, columns) => {
  const amounts = rows.flatMap((row) => columns.filter(isMoney).map((column) => row[column] ?? 0));
  return amounts.some((amount) => Math.abs(amount) >= 1000) || amounts.every(Number.isInteger) ? 0 : 2;
};
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
const save = (name, columns, rows) => {
  const url = URL.createObjectURL(new Blob([csv(columns, rows)], { type: "text/csv" }));
  element("a", { href: url, download: `${name}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};
// Printed, a list is whole.
const printing = new Set();
addEventListener("beforeprint", () => printing.forEach((each) => each(true)));
addEventListener("afterprint", () => printing.forEach((each) => each(false)));

const table = (spec, section, place) => {
  const query = payload.queries[spec.query];
  const source = spec.rows ?? (() => rowsOf(spec.query));
  if (spec.choose ? !query.parts?.length : source().length === 0) return place.append(emptyNote(spec, section));
  let size = spec.page ?? 25;
  let sorted = null, ascending = true, page = 0;
  let all = source();
  const columns = spec.columns ?? query.columns;
  const isNarrow = columns.length < query.columns.length;
  const phone = spec.phone ?? columns.slice(0, 2);
  const key = spec.is_behind ? `${spec.query}.table` : spec.query;
  const search = element("input", { type: "search", placeholder: "Search", "aria-label": "Search in the list" });
  const filters = filtersOf(spec.filters ?? [], () => all, { key, all: true, onchange: () => { page = 0; fill(); } });
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, query.columns.map((column) =>
      column === "customer_id" ? `${row[column]} ${nameOf(row[column])}` : format(column, row[column])).join(" ").toLowerCase());
    return texts.get(row);
  };
  const shown = () => {
    const words = search.value.trim().toLowerCase();
    let rows = filters.rows();
    if (words) rows = rows.filter((row) => textOf(row).includes(words));
    if (sorted) {
      const of = (row) => sorted === "customer_id" ? nameOf(row[sorted]) : row[sorted];
      rows = [...rows].sort((a, b) => {
        const [x, y] = [of(a), of(b)];
        if (x == null || y == null) return (x == null) - (y == null);
        return (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1);
      });
    }
    return rows;
  };
  const isNumber = (column) => all.some((row) => typeof row[column] === "number");
  const body = element("tbody");
  const head = element("tr");
  const made = element("table", { "data-query": spec.query, class: "list" }, element("caption", { class: "hidden" }, section.title ?? ""), element("thead", {}, head), body);
  let visible = columns;
  const drawHead = () => head.replaceChildren(...visible.map((column) => {
    const numeric = isNumber(column);
    const button = element("button", { type: "button", title: commentOf(spec.query, column) }, labelOf(column));
    const place = element("th", { scope: "col", "data-column": column, class: classOf(column, numeric) }, button);
    button.addEventListener("click", () => {
      ascending = sorted === column ? !ascending : !numeric;
      sorted = column;
      page = 0;
      fill();
    });
    return place;
  }));
  const classOf = (column, numeric = isNumber(column)) => [
    numeric ? "number" : LONG.test(column) ? "long" : isDay(column) ? "whole" : column === "customer_id" ? "name" : null,
    phone.includes(column) ? null : "wide",
  ].filter(Boolean).join(" ") || null;
  const status = element("span", { role: "status" });
  const previous = element("button", { class: "plain", type: "button", "aria-label": "Previous rows" }, "‹");
  const next = element("button", { class: "plain", type: "button", "aria-label": "Next rows" }, "›");
  previous.addEventListener("click", () => { page -= 1; fill(); });
  next.addEventListener("click", () => { page += 1; fill(); });
  const fill = (whole_list = false) => {
    const rows = shown();
    const count = whole_list ? rows.length : size;
    const from = whole_list ? 0 : page * size;
    for (const each of head.children) each.dataset.column === sorted
      ? each.setAttribute("aria-sort", ascending ? "ascending" : "descending") : each.removeAttribute("aria-sort");
    const digits = digitsOf(all, query.columns);
    body.replaceChildren(...rows.slice(from, from + count).map((row) => element("tr", {}, ...visible.map((column) =>
      element("td", { class: classOf(column) }, cell(column, row[column], digits))))));
    const capped = query.total > query.rows.length ? `, the first ${whole(query.rows.length)} of ${whole(query.total)}` : "";
    status.textContent = rows.length ? `${whole(from + 1)} to ${whole(Math.min(from + count, rows.length))} of ${whole(rows.length)} rows${capped}` : "No matching rows.";
    previous.disabled = page === 0;
    next.disabled = from + count >= rows.length;
  };
  const redraw = () => { drawHead(); fill(); };
  const controls = element("div", { class: "controls" });
  if (spec.choose) {
    // Rows stand in a file for each value, read when it is chosen.
    const values = query.parts;
    const select = element("select", { name: spec.choose }, ...values.map(([value]) => element("option", { value }, format(spec.choose, value))));
    const parameter = `${spec.query}.${spec.choose}`;
    if (values.some(([value]) => value === chosen(parameter))) select.value = chosen(parameter);
    const read = async () => {
      const entry = values.find(([value]) => value === select.value);
      if (!entry) return;
      await load(entry[1]);
      const read_part = parts[entry[1]] ?? { rows: [], total: 0, customers: {} };
      Object.assign(query, { rows: read_part.rows, total: read_part.total, objects: null });
      Object.assign(payload.customers, read_part.customers);
      texts.clear();
      all = source();
      page = 0;
      filters.refill(true);
      redraw();
      made.dataset.part = select.value;
    };
    select.addEventListener("change", () => { choose({ [parameter]: select.value }); read(); });
    controls.append(element("label", {}, labelOf(spec.choose), select));
    setTimeout(read);
  }
  controls.append(...filters.labels);
  if (spec.search) {
    search.value = chosen(`${key}.search`);
    search.addEventListener("input", () => { choose({ [`${key}.search`]: search.value }); page = 0; fill(); });
    controls.append(element("label", {}, "Search", search));
  }
  if (isNarrow) {
    const more = element("button", { class: "plain wide-only", type: "button", "aria-pressed": "false" }, "All columns");
    more.addEventListener("click", () => {
      visible = visible === columns ? query.columns : columns;
      more.setAttribute("aria-pressed", String(visible !== columns));
      redraw();
    });
    controls.append(more);
  }
  if (columns.length > phone.length) {
    const more = element("button", { class: "plain phone-only", type: "button", "aria-pressed": "false" }, "All columns");
    more.addEventListener("click", () => more.setAttribute("aria-pressed", String(made.classList.toggle("every"))));
    controls.append(more);
  }
  const button = element("button", { class: "plain", type: "button" }, "Download CSV");
  button.addEventListener("click", () => save(spec.download ?? spec.query, query.columns, shown()));
  controls.append(button);
  if (query.file) controls.append(element("a", { href: query.file, download: "" }, `All ${whole(query.total)} rows`));
  place.append(controls);
  place.append(element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${section.title ?? "Table"}: rows` }, made));
  const pager = element("div", { class: "pager" }, previous, status, next);
  if (all.length > size || spec.search || spec.choose) place.append(pager);
  redraw();
  if (!spec.is_behind) printing.add(fill);
};

const matrix = (spec, section, place) => {
  const rows = rowsOf(spec.query).filter((row) => row.customer_count > 0);
  if (!rows.length) return place.append(emptyNote(spec, section));
  const at = (line, column) => rows.find((row) => row[spec.rows] === line && row[spec.columns] === column);
  const lines = spec.row_order.filter((line) => rows.some((row) => row[spec.rows] === line));
  const digits = digitsOf(rows, spec.cells);
  const filled = ({ segment_name, play, owner_role, act_within_days, ...row }) => element("td", { "data-tier": `${capital(row[spec.columns])} value` },
    element("strong", {}, spec.to ? linkTo(spec.to.file, segment_name, { hash: spec.to.hash,
      more: { [`${spec.to.query}.${spec.rows}`]: row[spec.rows], [`${spec.to.query}.${spec.columns}`]: row[spec.columns] } }) : segment_name),
    element("dl", {}, ...spec.cells.flatMap((column) => [
      element("dt", { title: commentOf(spec.query, column) }, labelOf(column)),
      element("dd", { "data-column": column, "data-value": row[column] }, format(column, row[column], digits))])),
    element("div", { class: "play" }, `${play}. ${capital(owner_role)}, within ${format("act_within_days", act_within_days)}.`));
  place.append(element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${section.title}: cells` }, element("table", { class: "matrix", "data-query": spec.query },
    element("thead", {}, element("tr", {}, element("td"), ...spec.column_order.map((column) => element("th", { scope: "col" }, `${capital(column)} value`)))),
    element("tbody", {}, ...lines.map((line) => element("tr", {}, element("th", { scope: "row" }, cell(spec.rows, line)),
      ...spec.column_order.map((column) => at(line, column) ? filled(at(line, column)) : element("td", {}, "–"))))))));
};
const facts = (spec, section, place) => {
  const [row] = rowsOf(spec.query);
  if (!row || (spec.needs && !(payload.inputs[spec.needs] > 0))) return place.append(emptyNote(spec, section));
  const columns = spec.columns ?? payload.queries[spec.query].columns;
  const digits = digitsOf([row], columns);
  place.append(element("dl", { class: "facts", "data-query": spec.query }, ...columns.map((column) =>
    element("div", {}, element("dt", { title: commentOf(spec.query, column) }, labelOf(column)), element("dd", { "data-column": column }, cell(column, row[column], digits))))));
};
