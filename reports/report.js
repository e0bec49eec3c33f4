// Draws a page from its payload: sections of tiles, a sentence, charts, triangles, matrices, facts and tables. Numbers are those
// of the marts, only formatted; the change of a tile is that of its last whole month against the one before.
// What a reader must know of the marts that a section shows: they are of an earlier day, or absent.
const queriesOf = (section) => [
  ...[...(section.tiles ?? []), section.story, section.digest, section.matrix, section.facts, section.chart, section.triangle, section.table].map((part) => part?.query),
].filter(Boolean);
const notesOf = (section) => new Set(queriesOf(section).map((name) => payload.queries[name].note).filter(Boolean));
const emptyNote = (part, section) => {
  if (payload.queries[part.query].note) return ""; // The section has said it.
  const input = part.needs ?? section.needs;
  const absent = input && !(payload.inputs[input] > 0);
  const filtered = !payload.is_customer && GLOBAL.some((name) => chosen(name));
  return element("p", { class: "empty" }, absent
    ? `Nothing to show: the input ${input} was not provided.`
    : filtered ? "Nothing to show for what is chosen above." : part.empty ?? section.empty ?? "Nothing to show for this company yet.");
};

// ------------------------------------------------------------------------------------------------------- definitions
const definition = (anchor) => {
  const found = anchor && own(payload.definitions, anchor);
  if (!found) return null;
  const id = `definition-${anchor}`;
  if (!document.getElementById(id)) {
    const body = element("div", { id, popover: "" });
    body.innerHTML = found.html; // From docs/metrics.md, rendered when the report was made.
    document.body.append(body);
  }
  return element("button", { class: "definition", type: "button", popovertarget: id, title: found.hint, "aria-label": `Definition: ${found.title}` }, "?");
};

// ------------------------------------------------------------------------------------------------------------- tiles
const targetOf = (metric, row) => row && payload.queries.targets
  && rowsOf("targets").find((each) => each.metric_name === metric && each.activity_month === row.activity_month && each.target_value != null);
const tile = (spec, section) => {
  const query = payload.queries[spec.query];
  const rows = rowsOf(spec.query);
  // Whole months only, where there is one; the running month stands apart.
  const complete = rows.filter((row) => !row.is_partial_month);
  const shown = complete.length ? complete : rows;
  const last = spec.at ? shown.find((row) => Object.entries(spec.at).every(([column, value]) => row[column] === value)) : shown.at(-1);
  const before = spec.at ? null : shown.at(-2)?.[spec.value];
  const running = complete.length ? rows.find((row) => row.is_partial_month) : null;
  const value = last?.[spec.value];
  const made = element("div", { class: "tile", "data-query": spec.query, "data-column": spec.value, "data-label": spec.label, "data-value": value, "data-month": last?.activity_month });
  made.append(element("div", { class: "label", title: commentOf(spec.query, spec.value) }, spec.label, definition(spec.definition)));
  if (value == null) {
    made.append(element("div", { class: "value" }, "–"), emptyNote(spec, section));
    return made;
  }
  const named = (row) => row?.activity_month && format("activity_month", row.activity_month);
  made.append(element("div", { class: "value" }, format(spec.value, value)));
  if (named(last) && shown === complete) made.append(element("div", { class: "when" }, named(last)));
  else if (named(last)) made.append(element("div", { class: "when" }, `${named(last)} so far`));
  const spark = sparkline(shown.slice(-13).map((row) => row[spec.value]), `${spec.label}, ${shown.slice(-13).length} ${spec.at ? "months ahead" : "whole months"}`);
  if (spark) made.append(spark);
  if (before != null && last[spec.value] != null) {
    const better = last[spec.value] === before ? "even" : last[spec.value] > before === (spec.good === "up") ? "good" : "bad";
    made.append(element("div", { class: `change ${better}` }, `${change(spec.value, last[spec.value], before)} on ${named(shown.at(-2)) ?? "the month before"}`));
  }
  const target = spec.target && targetOf(spec.target, last);
  if (target) made.append(element("div", { class: "target", "data-target": target.target_value },
    `Target ${format(spec.value, target.target_value)}${target.attainment_rate == null ? "" : `: ${format("attainment_rate", target.attainment_rate)} of it`}`));
  if (running?.[spec.value] != null) made.append(element("div", { class: "running" }, `${named(running)} so far: ${format(spec.value, running[spec.value])}`));
  if (spec.sentence) {
    const text = spec.sentence.replace(/\{(\w+)\}/g, (_, column) => column === "currency" ? currency : format(column, last[column]));
    made.append(element("div", { class: "sentence" }, text));
  }
  if (spec.benchmark) made.append(...benchmarksOf(spec.benchmark, spec.value));
  if (isFiltered() && !followsDimension(query)) made.append(element("div", { class: "running" }, "The whole company"));
  return made;
};

// What the field states of a number, with the source: beside it, never a verdict, and of the whole company only.
const benchmarksOf = (metric, value) => isFiltered() || !payload.queries.benchmarks ? [] : rowsOf("benchmarks").filter((each) => each.metric_name === metric).map((each) => {
  const [low, high] = [each.low_value, each.high_value].map((end) => end == null ? null : format(metric, end));
  const range = low == null ? `up to ${high}` : high == null ? `from ${low}` : low === high ? low : `${low} to ${high}`;
  const source = `${each.publisher}${each.published_year == null ? "" : `, ${each.published_year}`}`;
  const note = `${each.source_title}: ${each.population}. ${each.definition_note}`;
  return element("div", { class: "benchmark", "data-metric": metric, title: note },
    `Published range${metric === value ? "" : ` of ${labelOf(metric).toLowerCase()}`} ${range} (`,
    /^https:\/\//.test(each.source_url) ? element("a", { href: each.source_url, rel: "noopener noreferrer", "aria-label": `Source: ${source}. ${note}` }, source) : source, ")");
});

// What moved a number in its last whole month, in one sentence, the largest movement first.
const story = (spec, section, place) => {
  const rows = rowsOf(spec.query);
  const last = rows.filter((row) => !row.is_partial_month).at(-1) ?? rows.at(-1);
  if (!last) return;
  const digits = digitsOf([last], [spec.opening, spec.closing, ...Object.keys(spec.movements)]);
  const moved = Object.entries(spec.movements)
    .filter(([column]) => last[column] != null && last[column] !== 0)
    .sort(([a], [b]) => Math.abs(last[b]) - Math.abs(last[a]))
    .map(([column, count]) => {
      const customers = count && last[count] ? ` (${whole(last[count])} ${last[count] === 1 ? "customer" : "customers"})` : "";
      return `${labelOf(column).toLowerCase()} ${signed(last[column], `\u2060${money(Math.abs(last[column]), digits)}`)}${customers}`;
    });
  const [from, to] = [last[spec.opening], last[spec.closing]].map((value) => format(spec.closing, value, digits));
  const when = `${format("activity_month", last.activity_month)}${last.is_partial_month ? " so far" : ""}`;
  const text = moved.length
    ? `In ${when}, MRR went from ${from} to ${to}. What moved it most: ${moved.slice(0, 4).join(", ")}.`
    : `In ${when}, nothing moved MRR: it stands at ${to}.`;
  place.append(element("p", { class: "story", "data-month": last.activity_month }, text));
};

// What has changed since the publication before, in a few sentences: the counts of its row, and by how much they move MRR.
const digest = (spec, section, place) => {
  const row = rowsOf(spec.query)[0];
  const tell = (text) => place.append(element("p", { class: "story", "data-query": spec.query, "data-count": row?.change_count }, text));
  if (!row) return payload.queries[spec.query].note ? null : tell(spec.empty);
  const since = `${format("previous_as_of_date", row.previous_as_of_date)}${row.previous_as_of_date > row.as_of_date ? ", a later day" : ""}`;
  if (!row.change_count) return tell(`Nothing has changed since the publication as of ${since}.`);
  const amounts = Object.keys(row).filter((column) => isMoney(column) && column !== "mrr_amount" && column !== "previous_mrr_amount");
  const digits = digitsOf([row], amounts);
  const moved = (column) => row[column] ? ` (${signed(row[column], `\u2060${money(Math.abs(row[column]), digits)}`)})` : "";
  const groups = Object.entries(spec.groups).map(([title, counts]) => [title, Object.entries(counts).filter(([column]) => row[column])
    .map(([column, words]) => `${whole(row[column])} ${words}${moved(column.replace(/_count$/, "_amount"))}`).join(", ")]);
  const total = row.mrr_change_amount == null ? "" : `: MRR ${row.mrr_change_amount ? signed(row.mrr_change_amount, `\u2060${money(Math.abs(row.mrr_change_amount), digits)}`) : "unchanged"}`;
  tell(`Since the publication as of ${since}${total}. ${groups.filter(([, text]) => text).map(([title, text]) => `${title}: ${text}.`).join(" ")}`);
};

// ---------------------------------------------------------------------------------------------------------- triangle
// Cohorts by age: the size of each, its numbers, and below them the average weighted by size, over the cohorts of that age.
const triangle = (spec, section, place) => {
  const measures = section.measures;
  if (isEmpty(spec.query)) return place.append(emptyNote(spec, section));
  const controls = element("div", { class: "controls" });
  const select = element("select", { name: "measure" }, ...Object.entries(measures).map(([column, { label }]) => element("option", { value: column }, label)));
  if (chosen(`${spec.query}.measure`) in measures) select.value = chosen(`${spec.query}.measure`);
  const made = element("table", { class: "triangle", "data-query": spec.query });
  const draw = () => {
    const rows = filters.rows();
    const measure = select.value;
    const [kept, start] = measures[measure].of;
    const ages = [...new Set(rows.map((row) => row[spec.columns]))].sort((a, b) => a - b);
    const cohorts = Map.groupBy ? Map.groupBy(rows, (row) => row[spec.rows]) : rows.reduce((found, row) => found.set(row[spec.rows], [...(found.get(row[spec.rows]) ?? []), row]), new Map());
    const line = (title, size, values, attributes = {}) => element("tr", attributes, element("th", { scope: "row" }, title), element("td", { class: "number" }, size),
      ...values.map(([value, note]) => value == null ? element("td") : element("td",
        { style: `--share: ${Math.min(value, 1)}`, class: value > 0.7 ? "deep" : null, title: note, "data-value": value }, number(0, { style: "percent" }).format(value).replace(/\s*%\s*/, ""))));
    const average = ages.map((age) => {
      const known = rows.filter((row) => row[spec.columns] === age && row[kept] != null && row[start] > 0);
      const total = known.reduce((sum, row) => sum + row[start], 0);
      return [total ? known.reduce((sum, row) => sum + row[kept], 0) / total : null, `${known.length} cohorts`];
    });
    const month_of = (each) => format(spec.rows, each);
    made.replaceChildren(
      element("caption", { class: "hidden" }, `${section.title}: per cent retained, by months since the first payment`),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, labelOf(spec.rows)), element("th", { scope: "col", class: "number" }, "Customers"), ...ages.map((age) => element("th", { scope: "col", class: "number" }, String(age))))),
      element("tbody", {}, ...[...cohorts].map(([cohort, cells]) => {
        const by_age = new Map(cells.map((row) => [row[spec.columns], row]));
        const title = spec.to ? linkTo(spec.to.file, month_of(cohort), { hash: spec.to.hash, more: { [`${spec.to.query}.${spec.rows}`]: cohort } }) : month_of(cohort);
        return line(title, whole(cells[0][spec.size]), ages.map((age) => {
          const row = by_age.get(age);
          return row ? [row[measure], `${month_of(cohort)}, age ${age}: ${shares.format(row[measure])}, ${whole(row.active_customer_count)} of ${whole(row[spec.size])} customers`] : [null];
        }));
      }), line("Average", "", average, { class: "average" })));
    made.dataset.rows = rows.length;
  };
  const filters = filtersOf(section.filters ?? [], () => rowsOf(spec.query), { key: spec.query, all: false, start: section.start, onchange: draw });
  select.addEventListener("change", () => { choose({ [`${spec.query}.measure`]: select.value }); draw(); });
  const button = element("button", { class: "plain", type: "button" }, "Download CSV");
  button.addEventListener("click", () => save(spec.query, payload.queries[spec.query].columns, filters.rows()));
  controls.append(...filters.labels, element("label", {}, "Measure", select), button);
  place.append(controls, element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${section.title}: cells` }, made));
  draw();
};

// ------------------------------------------------------------------------------------------------------------- pages
const sectionId = (title) => title?.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/-$/, "");
const drawSections = () => {
  clearViews();
  printing.clear();
  for (const old of main.querySelectorAll("section")) old.remove();
  for (const section of payload.sections) {
    const place = element("section", { id: sectionId(section.title), class: section.class });
    main.append(place);
    if (section.title) place.append(element("div", { class: "heading" }, element("h2", {}, section.title), definition(section.definition)));
    if (section.text) place.append(element("p", {}, section.text));
    for (const note of notesOf(section)) place.append(element("p", { class: "note" }, note));
    const kept = section.tiles ? null : unfiltered(queriesOf(section));
    if (kept) place.append(element("p", { class: "unfiltered" }, kept));
    if (section.tiles) place.append(element("div", { class: "tiles" }, ...section.tiles.map((each) => tile(each, section))));
    if (section.story) story(section.story, section, place);
    if (section.digest) digest(section.digest, section, place);
    if (section.matrix) matrix(section.matrix, section, place);
    if (section.facts) facts(section.facts, section, place);
    if (section.triangle) triangle(section.triangle, section, place);
    if (section.chart) chart(section.chart, section, place);
    if (section.table && !((section.chart || section.digest) && isEmpty(section.table.query))) table(section.table, section, place);
  }
  main.dataset.drawn = "yes";
};
const redrawSections = async () => {
  await loadChosen();
  drawSections();
};

// The page of one customer: #shard/id; its rows come from the shard's file, which calls this.
let shownCustomer = null;
window.customerShard = (customers) => {
  const rows = own(customers, shownCustomer);
  if (!rows) return main.append(element("p", { class: "empty" }, `${shownCustomer}: this customer is not in the report.`));
  for (const [name, query] of Object.entries(payload.queries).filter(([name]) => name !== "annotations" && name !== "targets")) {
    query.rows = own(rows.rows, name) ?? [];
    query.total = query.rows.length;
  }
  document.querySelector("h1").firstChild.textContent = `${rows.name} `;
  document.title = `${rows.name} · Customer Value`;
  drawSections();
};
const drawCustomer = () => {
  addEventListener("hashchange", () => location.reload());
  const [shard, id] = location.hash.slice(1).split("/");
  shownCustomer = decodeURIComponent(id ?? "");
  if (!/^\d+$/.test(shard)) {
    main.append(element("p", { class: "empty" }, "Find a customer by its name above, or select one on the page Customers, Health, Segments or Growth."));
    return;
  }
  document.body.append(element("script", { src: `customers/${shard}.js` }));
};

drawSearch();
walk();
drawFilters(redrawSections);
payload.is_customer ? drawCustomer() : redrawSections();
const anchored = location.hash.slice(1);
if (anchored && !payload.is_customer) setTimeout(() => document.getElementById(anchored)?.scrollIntoView(), 0);
