// Charts: Vega-Lite as the board says, with the months in full, the running month pale, targets and annotations where a chart is
// over months; and sparklines.
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
let views = [];
const clearViews = () => {
  for (const view of views) view.result?.finalize();
  views = [];
};
// The fields of a chart whose codes are words.
const codesOf = (values) => Object.keys(values[0] ?? {}).filter((column) => !/_(id|key)$/.test(column)
  && values.some((row) => typeof row[column] === "string" && worded(row[column]) !== row[column]));
const isMonthly = (x) => x?.timeUnit === "yearmonth" && x.type === "temporal";

// What is drawn over a chart of months: what happened, and what was the target.
const overlays = (view, values, column, colors) => {
  const x = { field: column, type: "ordinal", timeUnit: "yearmonth" };
  const months = new Set(values.map((row) => row[column]));
  const seen = (rows, field) => rows.map((row) => ({ ...row, [column]: +dateOf(row[field]) })).filter((row) => months.has(row[column]));
  const layers = [];
  const target = view.spec.target;
  if (target) {
    const rows = seen(rowsOf("targets").filter((row) => row.metric_name === target && row.target_value != null), "activity_month");
    view.place.dataset.targets = rows.length;
    if (rows.length) layers.push({
      data: { values: rows },
      mark: { type: "line", strokeDash: [2, 3], strokeWidth: 2, color: colors("ink"), point: { shape: "stroke", size: 140, color: colors("ink") } },
      encoding: { x, y: { field: "target_value", type: "quantitative" }, color: { value: colors("ink") },
        tooltip: [{ field: "target_value", type: "quantitative", format: isShare(target) ? ".1%" : ",.0f", title: "target" }] },
    });
  }
  const events = view.spec.annotations === false || !payload.queries.annotations ? [] : seen(rowsOf("annotations").map((row) => ({ ...row, happened: day.format(dateOf(row.happened_date)) })), "activity_month");
  view.place.dataset.annotations = events.length;
  if (events.length) layers.push({
    data: { values: events },
    mark: { type: "rule", strokeDash: [1, 3], strokeWidth: 2, color: colors("soft") },
    encoding: { x, tooltip: [{ field: "happened", title: "day" }, { field: "annotation_title", title: "event" }, { field: "annotation_text", title: "details" }] },
  }, {
    data: { values: events },
    mark: { type: "point", shape: "triangle-down", filled: true, size: 70, opacity: 1, color: colors("soft"), yOffset: -4 },
    encoding: { x, y: { value: 0 }, tooltip: [{ field: "happened", title: "day" }, { field: "annotation_title", title: "event" }, { field: "annotation_text", title: "details" }] },
  });
  return layers;
};

const draw = async (view) => {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const schemes = SCHEMES[theme.dark ? "dark" : "light"];
  const { query, height, to, target, annotations, ...rest } = view.spec;
  const rows = view.rows();
  const codes = codesOf(rows);
  const values = rows.map((row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column,
    typeof value !== "string" ? value : isDay(column) ? +dateOf(value) : codes.includes(column) && !/health_status|ltv_cac_status/.test(column) ? worded(value) : value])));
  const words = { currency, ink: color("ink"), accent: color("accent"), measure: view.measure?.() };
  const painted = ({ scheme, ...scale }) => ({ ...scale, range: schemes[scheme].slice(0, scale.domain?.length) });
  const filled = JSON.parse(
    JSON.stringify(rest).replace(/\{(currency|ink|accent|measure)\}/g, (_, word) => words[word]),
    (key, value) => key === "scale" && schemes[value?.scheme] ? painted(value) : value,
  );
  const x = filled.encoding?.x;
  let body = filled;
  if (isMonthly(x)) {
    const running = rows.find((row) => row.is_partial_month)?.[x.field];
    Object.assign(x, { type: "ordinal", axis: { ...x.axis, format: "%b %Y", labelAngle: 0, labelOverlap: "greedy", labelSeparation: 10, title: null } });
    if (running) x.axis.labelExpr = `time(datum.value) == ${+dateOf(running)} ? [datum.label, 'so far'] : datum.label`;
    if (running && filled.mark?.type === "bar") filled.encoding.opacity = { condition: { test: "datum.is_partial_month", value: 0.45 }, value: 1 };
    const over = overlays(view, values, x.field, color);
    if (over.length) {
      const { encoding, mark, transform, layer, ...others } = filled;
      const { x: shared, ...own } = encoding;
      body = layer
        ? { ...others, layer: [{ encoding: own, ...(transform ? { transform } : {}), layer }, ...over], encoding: { x: shared } }
        : { ...others, layer: [{ encoding: own, mark, ...(transform ? { transform } : {}) }, ...over], encoding: { x: shared } };
    }
  }
  const lines = height?.step && new Set(values.map((row) => row[rest.encoding.y.field])).size;
  const text = { labelColor: color("soft"), titleColor: color("soft"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400 };
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: "container", height: lines ? height.step * lines : height?.step ? 60 : height ?? 280, background: null,
    autosize: { type: "fit-x", contains: "padding" },
    data: { name: "rows", values },
    config: {
      font: "system-ui, sans-serif", view: { stroke: null },
      axis: { ...text, gridColor: color("line"), domainColor: color("line"), tickColor: color("line"), labelOverlap: true },
      legend: { ...text, orient: "top", columns: view.place.clientWidth < 500 ? 3 : view.place.clientWidth < 900 ? 5 : 0 },
      mark: { color: schemes.series[0] }, bar: { color: schemes.series[0] }, rule: { color: color("soft") },
      tick: { color: color("ink") }, line: { strokeWidth: 2 },
    },
    ...body,
  };
  view.result?.finalize();
  view.result = await vegaEmbed(view.place, spec, { actions: false, renderer: "svg", tooltip: { theme: theme.dark ? "dark" : "light" }, ...locales() });
  // The chart is one picture to a screen reader, which the table below it says in words; its parts are none of their own.
  for (const part of view.place.querySelectorAll("svg, svg *")) {
    part.removeAttribute("role");
    part.removeAttribute("aria-roledescription");
    part.removeAttribute("aria-label");
  }
  view.place.querySelector("svg")?.setAttribute("aria-hidden", "true");
  view.place.vega = view.result.view; // For tests of what is drawn.
  view.place.dataset.rows = values.length;
  if (to) {
    view.place.classList.add("leads");
    view.result.view.addEventListener("click", (event, item) => {
      const datum = item?.datum;
      if (!datum) return;
      const more = Object.fromEntries(Object.entries(to.fields).map(([parameter, field]) => [parameter, valueAt(view, field, datum[field] ?? datum[`yearmonth_${field}`])]));
      if (!Object.values(more).every((value) => value != null)) return;
      // A chart of several splits leads by the one that is shown; a value that is not known is no filter.
      const part = to.split && valueAt(view, to.split.field, datum[to.split.field]);
      const parameter = part && part !== "unknown" && to.split.fields[view.rows()[0]?.[to.split.by]];
      if (parameter) more[parameter] = part;
      location.href = pageAt(to.file, more, to.hash ?? "");
    });
  }
};
// A value of a drawn mark as the address holds it: a day as the mart has it, a code as it was before it became a word.
const valueAt = (view, field, value) => {
  if (value == null) return null;
  if (isDay(field)) {
    const date = new Date(+value);
    return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
  }
  return view.rows().map((row) => row[field]).find((code) => code != null && worded(String(code)) === value) ?? value;
};

// A drop-down for each column; each offers the values that the earlier ones leave. What is chosen stands in the address.
const filtersOf = (columns, rows, { key, all, start = {}, onchange }) => {
  const parameter = (column) => `${key}.${column}`;
  const selects = columns.map((column) => {
    const select = element("select", { name: column });
    select.addEventListener("change", () => { choose({ [parameter(column)]: select.value }); refill(); onchange(); });
    return { column, select };
  });
  const left = (upTo) => selects.slice(0, upTo).reduce(
    (kept, { column, select }) => select.value === "" ? kept : kept.filter((row) => String(row[column]) === select.value), rows());
  const refill = (first) => selects.forEach(({ column, select }, i) => {
    const kept = first ? chosen(parameter(column)) : select.value;
    const found = [...new Set(left(i).map((row) => row[column]))].sort((a, b) => a < b ? -1 : 1);
    select.replaceChildren(...(all ? [element("option", { value: "" }, "all")] : []),
      ...found.map((value) => element("option", { value: String(value) }, format(column, value))));
    const values = found.map(String);
    // What the address asks for stands, though no row has it: no other rows are shown in its place.
    if (first && all && kept && !values.includes(kept)) { select.append(element("option", { value: kept }, format(column, kept))); values.push(kept); }
    const wanted = [kept, start[column], all ? "" : "all"].find((value) => value === "" ? all : values.includes(String(value)));
    select.value = wanted ?? values[0] ?? "";
  });
  refill(true);
  return {
    labels: selects.map(({ column, select }) => element("label", {}, labelOf(column), select)),
    rows: () => left(selects.length),
    refill,
  };
};

const chart = (spec, section, place) => {
  // A company of a few months may have rows without a number: there is nothing to draw.
  const isBlankIn = (columns) => rowsOf(spec.query).every((row) => columns.every((column) => row[column] == null));
  const known = (field) => payload.queries[spec.query].columns.includes(field);
  const folded = (spec.transform ?? []).flatMap((step) => step.fold ?? []);
  const isBlank = isEmpty(spec.query) || [spec.encoding?.x?.field, spec.encoding?.y?.field].some((field) => known(field) && isBlankIn([field])) || folded.length > 0 && isBlankIn(folded);
  if (isBlank) return place.append(emptyNote(spec, section));
  const view = { spec, place: element("div", { class: "chart", role: "img", "aria-label": `Chart: ${section.title}. Its numbers are in the table below.`, "data-query": spec.query }) };
  const controls = element("div", { class: "controls" });
  const rows = [];
  const redraw = () => { draw(view); for (const each of rows) each(); };
  const filters = filtersOf(section.filters ?? [], () => rowsOf(spec.query), { key: spec.query, all: false, start: section.start, onchange: redraw });
  view.rows = filters.rows;
  controls.append(...filters.labels);
  if (section.measures) {
    const select = element("select", { name: "measure" },
      ...Object.entries(section.measures).map(([column, label]) => element("option", { value: column }, label)));
    if (chosen(`${spec.query}.measure`) in section.measures) select.value = chosen(`${spec.query}.measure`);
    select.addEventListener("change", () => { choose({ [`${spec.query}.measure`]: select.value }); redraw(); });
    view.measure = () => select.value;
    controls.append(element("label", {}, "Measure", select));
  }
  if (controls.childElementCount) place.append(controls);
  place.append(view.place);
  if (spec.to) place.append(element("p", { class: "hint" }, "Click a bar for its customers, or see ", linkTo(spec.to.file, spec.to.text, { hash: spec.to.hash ?? "" }), "."));
  views.push(view);
  redraw();
  if (section.table?.query === spec.query) return;
  const details = element("details", { class: "behind" }, element("summary", {}, "Table and download"));
  // The columns that the chart draws; the others are in the download.
  const drawn = JSON.stringify({ ...spec, columns: [...(section.filters ?? []), ...Object.keys(section.measures ?? {})] });
  const used = payload.queries[spec.query].columns.filter((column) => drawn.includes(`"${column}"`));
  const inside = element("div");
  details.append(inside);
  const fill = () => {
    inside.replaceChildren();
    if (details.open) table({ query: spec.query, rows: view.rows, columns: used.length ? used : undefined, page: 12, is_behind: true }, section, inside);
  };
  details.addEventListener("toggle", fill);
  rows.push(fill);
  place.append(details);
};
document.addEventListener("themechange", () => views.forEach(draw));

const SVG = "http://www.w3.org/2000/svg";
const sparkline = (values, label) => {
  const known = values.map((value, i) => [i, value]).filter(([, value]) => value != null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known.map(([, value]) => value)), Math.max(...known.map(([, value]) => value))];
  const point = ([i, value]) => [2 + (i / (values.length - 1)) * 116, high === low ? 16 : 29 - ((value - low) / (high - low)) * 26];
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 120 32", class: "spark", role: "img", "aria-label": label, preserveAspectRatio: "none" })) svg.setAttribute(name, value);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", known.map((each) => point(each).map((part) => part.toFixed(1)).join(",")).join(" "));
  svg.append(line);
  svg.dataset.values = JSON.stringify(known.map(([, value]) => value));
  return svg;
};
