// What a reader has chosen, kept in the address: months from and to, one dimension and its value, over every page; and the
// filters of each list and chart, on its page. What follows a choice is read from the parts beside the page, never computed.
const GLOBAL = ["from", "to", "by", "is"];
const address = new URLSearchParams(location.search);
const choose = (changes) => {
  for (const [name, value] of Object.entries(changes)) value ? address.set(name, value) : address.delete(name);
  const text = String(address);
  try {
    history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
  } catch {
    // A page that may not change its address keeps the choice while it is open.
  }
  walk();
};
const chosen = (name) => address.get(name) ?? "";
// The address of another page: the choice over all pages goes along, the filters of this page's lists do not.
const pageAt = (file, more = {}, hash = "") => {
  const kept = new URLSearchParams(GLOBAL.filter((name) => chosen(name)).map((name) => [name, chosen(name)]));
  for (const [name, value] of Object.entries(more)) if (value != null) kept.set(name, value);
  const text = String(kept);
  return `${file}${text ? `?${text}` : ""}${hash}`;
};
const walk = () => {
  for (const link of document.querySelectorAll("a[data-file]")) link.href = pageAt(link.dataset.file, {}, link.dataset.hash ?? "");
};
const linkTo = (file, text, { hash = "", more = {}, ...attributes } = {}) =>
  element("a", { href: pageAt(file, more, hash), ...(Object.keys(more).length ? {} : { "data-file": file, "data-hash": hash }), ...attributes }, text);

// ------------------------------------------------------------------------------------------ parts, read when they are asked for
const parts = {};
window.part = (name, content) => { parts[name] = content; };
const loading = {};
const load = (file) => loading[file] ??= new Promise((done) => {
  const script = element("script", { src: file });
  script.addEventListener("load", () => done(true));
  script.addEventListener("error", () => done(false));
  document.body.append(script);
});
const dimension = () => payload.filter?.dimensions.find((each) => each.name === chosen("by")) ?? null;
const isFiltered = () => !payload.is_customer && dimension() != null && chosen("is") !== "";
// The files that the chosen dimension wants: its rows on this page, and which customers have which value.
const loadChosen = async () => {
  if (!isFiltered()) return;
  await Promise.all([dimension().rows, dimension().customers].filter(Boolean).map(load));
};

// ---------------------------------------------------------------------------------------------------------- data of queries
const MONTHS = ["activity_month", "cohort_month"];
const monthOf = (query) => MONTHS.find((column) => query.columns.includes(column));
const objectsOf = (columns, rows) => rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
// Whether a query can follow the chosen dimension, and the chosen months.
const followsDimension = (query) => query.by_dimension || query.follows_dimension
  || (query.columns.includes("customer_id") && dimension()?.customers != null);
const followsMonths = (query) => !payload.is_customer && monthOf(query) != null;
const ofDimension = (name, query, rows) => {
  if (query.follows_dimension) {
    const [by, is] = isFiltered() ? [chosen("by"), chosen("is")] : ["all", "all"];
    return rows.filter((row) => row.dimension_name === by && row.dimension_value === is);
  }
  if (!isFiltered()) return rows;
  if (query.by_dimension) return objectsOf(query.columns, own(own(parts[dimension().rows] ?? {}, name) ?? {}, chosen("is")) ?? []);
  if (query.columns.includes("customer_id") && dimension().customers) {
    const values = parts[dimension().customers] ?? {};
    return rows.filter((row) => own(values, row.customer_id)?.includes(chosen("is")));
  }
  return rows;
};
const rowsOf = (name) => {
  const query = payload.queries[name];
  query.objects ??= objectsOf(query.columns, query.rows);
  const column = followsMonths(query) && monthOf(query);
  const [from, to] = [chosen("from"), chosen("to")];
  return ofDimension(name, query, query.objects)
    .filter((row) => !column || ((!from || row[column] >= from) && (!to || row[column] <= to)));
};
const nameOf = (customer) => own(payload.customers, customer)?.[0] ?? customer;
const commentOf = (name, column) => payload.queries[name].comments[column] ?? "";
const isEmpty = (name) => rowsOf(name).length === 0;

// What a reader must know of a section while a filter is set: what in it stays as it is.
const unfiltered = (names) => {
  const queries = [...new Set(names)].map((name) => payload.queries[name]);
  const all = (test) => queries.length > 0 && !queries.some(test);
  const found = [];
  if (isFiltered() && all(followsDimension)) found.push(`the filter ${worded(chosen("by"))}: ${worded(chosen("is"))}`);
  if ((chosen("from") || chosen("to")) && all(followsMonths)) found.push("the months chosen");
  return found.length ? `This section does not follow ${found.join(", nor ")}.` : null;
};

// ------------------------------------------------------------------------------------------------------- controls of the page
const drawFilters = (redraw) => {
  const bar = document.getElementById("filters");
  if (!payload.filter || payload.is_customer || !bar) return;
  const option = (value, text) => element("option", { value }, text);
  const select = (name, label, first, options) => {
    const made = element("select", { name }, option("", first), ...options);
    made.value = chosen(name);
    return [element("label", {}, label, made), made];
  };
  const months = payload.filter.months.map((each) => option(each, month.format(dateOf(each))));
  const [fromLabel, from] = select("from", "From", "the first month", months);
  const [toLabel, to] = select("to", "To", "the last month", months.map((each) => each.cloneNode(true)));
  const [byLabel, by] = select("by", "Only", "the whole company", payload.filter.dimensions.map((each) => option(each.name, `by ${worded(each.name)}`)));
  const [isLabel, is] = select("is", "Which", "–", []);
  const clear = element("button", { class: "plain", type: "button" }, "Clear");
  const fillValues = () => {
    is.replaceChildren(option("", "choose"), ...(dimension()?.values ?? []).map((each) => option(each, worded(each))));
    is.value = chosen("is");
    isLabel.hidden = dimension() == null;
    clear.hidden = !GLOBAL.some((name) => chosen(name));
  };
  const apply = (changes) => { choose(changes); fillValues(); redraw(); };
  from.addEventListener("change", () => apply({ from: from.value }));
  to.addEventListener("change", () => apply({ to: to.value }));
  by.addEventListener("change", () => apply({ by: by.value, is: "" }));
  is.addEventListener("change", () => apply({ is: is.value }));
  clear.addEventListener("click", () => { for (const each of [from, to, by]) each.value = ""; apply({ from: "", to: "", by: "", is: "" }); from.focus(); });
  bar.append(fromLabel, toLabel, ...(payload.filter.dimensions.length ? [byLabel, isLabel] : []), clear);
  bar.hidden = false;
  fillValues();
};

// Customers by name and id, from the index beside the pages.
const customerLink = (id, name, shard, attributes = {}) =>
  linkTo("customer.html", name, { hash: `#${shard}/${encodeURIComponent(id)}`, ...attributes });
const drawSearch = () => {
  const place = document.getElementById("find");
  const input = place.querySelector("input");
  const list = place.querySelector("ul");
  const show = async () => {
    const words = input.value.trim().toLowerCase();
    list.hidden = !words;
    if (!words) return;
    await load("customers/index.js");
    const found = (parts["customers/index.js"] ?? []).filter(([id, name]) => `${id} ${name}`.toLowerCase().includes(words));
    list.replaceChildren(...found.slice(0, 8).map(([id, name, shard]) => element("li", {}, customerLink(id, name === id ? id : `${name} (${id})`, shard))),
      ...(found.length > 8 ? [element("li", {}, `and ${whole(found.length - 8)} more`)] : []),
      ...(found.length ? [] : [element("li", {}, "No customer of that name or id has a page.")]));
  };
  input.addEventListener("input", show);
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; list.hidden = true; input.focus(); }
    if (event.key === "Enter" && event.target === input) { event.preventDefault(); list.querySelector("a")?.click(); }
  });
  place.addEventListener("focusout", (event) => place.contains(event.relatedTarget) || setTimeout(() => { list.hidden = true; }, 150));
};
