// The cohort's table: sorted by a column, narrowed to what is looked for. Without scripts it stands in order of priority.
const body = find(".cohort tbody");
const rows = findAll("tr", body).map((element) => ({
  element,
  by: JSON.parse(element.dataset.by),
  events: element.dataset.events.split(" "),
  text: plain(element.textContent),
}));

// Neither case nor accents matter in what is searched for.
function plain(text) {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase().replace(/\s+/g, " ");
}

// ---------------------------------------------------------------- order
const DESCENDING = new Set(["priority", "risk", "incidents", "unassessed", "length"]); // when chosen for the first time
let order = { name: "priority", descending: true };

// Who has no figure stands at the end, whichever way the table is sorted.
function compare(a, b) {
  const [x, y] = [a.by[order.name], b.by[order.name]];
  if (x === null || y === null) return (x === null) - (y === null);
  const forward = typeof x === "string" ? x.localeCompare(y, undefined, { numeric: true }) : x - y;
  return (order.descending ? -forward : forward) || a.by.place - b.by.place;
}

function sort() {
  body.append(...[...rows].sort(compare).map((row) => row.element));
  for (const button of findAll(".sort")) {
    const head = button.closest("th");
    if (button.dataset.sort !== order.name) head.removeAttribute("aria-sort");
    else head.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
  }
}

for (const button of findAll(".sort")) {
  button.addEventListener("click", () => {
    const name = button.dataset.sort;
    order = { name, descending: order.name === name ? !order.descending : DESCENDING.has(name) };
    sort();
  });
}

// ---------------------------------------------------------------- filters
const search = find("#search");
const menus = { priority: find("#by-priority"), status: find("#by-status"), event: find("#by-event") };
const isNarrowed = () => Boolean(search.value.trim()) || Object.values(menus).some((menu) => menu.value);

function narrow() {
  const words = plain(search.value).split(" ").filter(Boolean);
  let shown = 0;
  for (const { element, events, text } of rows) {
    const fits =
      words.every((word) => text.includes(word)) &&
      (!menus.priority.value || element.dataset.priority === menus.priority.value) &&
      (!menus.status.value || element.dataset.status === menus.status.value) &&
      (!menus.event.value || events.includes(menus.event.value));
    element.hidden = !fits;
    shown += fits;
  }
  tell(find("#count"), "cohort.shown", { shown, count: rows.length });
  find("#none-shown").hidden = shown > 0;
  find("#clear").hidden = !isNarrowed();
}

function clear() {
  search.value = "";
  for (const menu of Object.values(menus)) menu.value = "";
  narrow();
}

search.addEventListener("input", narrow);
for (const menu of Object.values(menus)) menu.addEventListener("change", narrow);
find("#clear").addEventListener("click", () => {
  clear();
  search.focus();
});
for (const link of findAll("a[data-event]")) {
  link.addEventListener("click", () => {
    clear();
    menus.event.value = link.dataset.event;
    narrow();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !event.target.matches("input")) {
    search.focus();
    event.preventDefault();
  } else if (event.key === "Escape" && event.target === search) clear();
});

// ---------------------------------------------------------------- begin
find("#print").addEventListener("click", () => window.print());
find("#filters").hidden = false;
startLanguages();
// What is searched in are the words on the page.
document.addEventListener("translated", () => {
  for (const row of rows) row.text = plain(row.element.textContent);
  narrow();
});
sort();
narrow();
