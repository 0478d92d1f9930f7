/* The month as a workspace: rows typed in like a spreadsheet, looked up while typing, saved as one goes. */
"use strict";

const grid = document.getElementById("rows-grid");
const told = JSON.parse(document.getElementById("grid-told").textContent);
const word = (name) => grid.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`];
const TOKEN = "#workspace-bar [name=csrfmiddlewaretoken]";
const notices = document.getElementById("workspace-notices");
const status = document.getElementById("workspace-status");
const rowFaults = document.getElementById("row-faults");
const wide = window.matchMedia("(min-width: 900px)").matches;
const titles = new Map(told.columns);
const COLUMNS = told.columns.map(([name]) => name);
const tab = grid.dataset.tab;
const kinds = told.tabs[tab];
const products = new Map(told.products);
// What has not reached the portal is kept here, so that a closed window or a dead line loses nothing.
const shelf = `filing-rows-${told.enterprise}-${told.month}-${tab}`;
const names = new Map();
const masses = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const widths = { kind: 95, date: 108, lot: 165, product: 165, gross_kg: 108, reo_percent: 90, run: 110, counterparty: 165, document: 120, country: 90, lot_maker: 130, assay: 180, note: 150 };
let next = 1;
let table;
let timer;
let sending = false;
let refusedNow = new Set();
// Nobody writes before the rows are there, which would take the place of what is written.
let begin;
const loaded = new Promise((done) => { begin = done; });

function element(tag, text, classes) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

// --- rows ------------------------------------------------------------------------------------
// `base` is the row as the portal has it (null: none), the columns are what is typed.
function rowOf(line, cells, faults) {
  const row = { line, base: cells, faults: faults ?? [] };
  for (const name of COLUMNS) row[name] = cells?.[name] ?? "";
  return row;
}

function cellsOf(row) {
  const cells = {};
  for (const name of COLUMNS) {
    const text = String(row[name] ?? "").trim();
    if (text) cells[name] = text;
  }
  return cells;
}

function same(one, other) {
  if (!one || !other) return one === other;
  return COLUMNS.every((name) => (one[name] ?? "") === (other[name] ?? ""));
}

// What the row shall say; null is no row. One in which only the kind stands is not written yet.
function wanted(row) {
  if (row.removed) return null;
  const cells = cellsOf(row);
  return row.base === null && Object.keys(cells).length <= 1 ? null : cells;
}

function changes() {
  return table.getData().filter((row) => !same(wanted(row), row.base)).map((row) => ({ line: row.line, before: row.base, after: wanted(row) }));
}

function fault(row, column) {
  return row.faults.find(([name]) => name === column);
}

// --- columns ---------------------------------------------------------------------------------
function shownText(name, text) {
  if (name === "kind") return told.kinds[text] ?? text;
  if (name === "product") return products.has(text) ? `${text} ${products.get(text)}` : text;
  // A mass as pages print it; what is none, or has more places, stands as it was typed.
  if (name === "gross_kg" && /^\d{1,12}(\.\d{0,3})?$/.test(text)) return masses.format(Number(text));
  if (name === "counterparty" || name === "lot_maker") return names.has(text) ? names.get(text) : text;
  return text;
}

function cellShown(cell) {
  const name = cell.getField();
  const row = cell.getData();
  const made = element("span", shownText(name, cell.getValue()));
  const wrong = fault(row, name);
  const holder = cell.getElement();
  holder.classList.toggle("cell-wrong", Boolean(wrong) && !wrong[2]);
  holder.classList.toggle("cell-needed", Boolean(wrong) && wrong[2]);
  if (wrong) {
    holder.setAttribute("aria-invalid", "true");
    holder.title = wrong[1];
    if (wrong[2] && !cell.getValue()) made.textContent = word("needed");
  } else {
    holder.removeAttribute("aria-invalid");
    holder.title = "";
  }
  return made;
}

async function lookUp(what, text, more) {
  const address = new URL(grid.dataset.lookUp, window.location.href);
  for (const [name, value] of Object.entries({ what, q: text ?? "", ...more })) address.searchParams.set(name, value);
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).found : [];
  } catch {
    return [];
  }
}

// What is offered while one types. A number of a lot may be new; a product, a partner and a country are known.
const CHOICES = {
  kind: { sure: true, source: among(kinds.map((kind) => ({ label: told.kinds[kind], value: kind }))) },
  country: { sure: true, source: among(told.countries.map((code) => ({ label: code, value: code }))) },
  product: { sure: true, source: among(told.products.map(([code, name]) => ({ label: code, value: code, more: name }))) },
  lot: { source: lots, taken: (cell, offer) => { cell.getRow().update({ lot_maker: offer.maker }); soon(); } },
  counterparty: { sure: true, source: partners },
  lot_maker: { sure: true, source: partners },
};

function among(offers) {
  return async (_cell, text) => offers.filter((offer) => `${offer.label} ${offer.value} ${offer.more ?? ""}`.toLowerCase().includes(text.toLowerCase()));
}

async function lots(cell, text) {
  const found = await lookUp("lot", text, { shipped: cell.getData().kind === "purchase" ? "yes" : "no" });
  return found.map(([number, maker, product, mass, where, name]) => {
    if (name) names.set(maker, name);
    return { label: number, value: number, maker, more: [product, mass, where, name].filter(Boolean).join(" · ") };
  });
}

async function partners(_cell, text) {
  const found = await lookUp("partner", text);
  return found.map(([uscc, name]) => {
    names.set(uscc, name);
    return { label: name, value: uscc, more: uscc };
  });
}

function editorOf(name) {
  const label = titles.get(name);
  if (name in CHOICES) return { editor: combobox({ ...CHOICES[name], label, shown: (text) => (name === "product" ? text : shownText(name, text)) }) };
  return { editor: "input", editorParams: { selectContents: true, elementAttributes: { "aria-label": label } } };
}

// The columns that a kind of this tab uses come first; the others stay for what is out of the rule.
function columns() {
  const creates = ["extraction", "output", "import", "recycled"];
  const used = new Set(["kind", "date", "lot", "gross_kg"]);
  for (const kind of kinds) {
    for (const name of told.needs[kind]) used.add(name);
    if (!creates.includes(kind)) used.add("lot_maker");
  }
  const wrong = { title: word("wrong"), field: "faults", width: 290, headerSort: false, cssClass: "grid-faults", formatter: faultsShown };
  const gone = { title: word("remove"), field: "removed", width: 110, headerSort: false, formatter: removal };
  const drawn = (name) => ({
    title: titles.get(name), field: name, width: widths[name], formatter: cellShown, headerSort: true, cssClass: "grid-written", ...(["gross_kg", "reo_percent"].includes(name) ? { hozAlign: "right", headerHozAlign: "right", sorter: "number" } : {}), ...editorOf(name),
  });
  return [...COLUMNS.filter((name) => used.has(name)).map(drawn), wrong, gone, ...COLUMNS.filter((name) => !used.has(name)).map(drawn)];
}

function faultsShown(cell) {
  const list = element("span");
  list.textContent = cell.getValue().filter(([, , needed]) => !needed).map(([name, text]) => `${titles.get(name) ?? name}: ${text}`).join(" ");
  const missing = cell.getValue().filter(([, , needed]) => needed).map(([name]) => titles.get(name) ?? name);
  if (missing.length) list.append(element("span", `${list.textContent ? " " : ""}${word("needed")}: ${missing.join(", ")}`, "text-secondary"));
  return list;
}

function removal(cell) {
  const button = element("button", word("remove"), "btn btn-sm");
  button.type = "button";
  button.addEventListener("click", () => remove(cell.getRow()));
  return button;
}

function remove(row) {
  const data = row.getData();
  if (data.base === null) {
    row.delete();
    said();
    return;
  }
  row.update({ removed: true });
  row.getElement().classList.add("grid-removed");
  soon();
}

// --- saving ----------------------------------------------------------------------------------
function keep(list) {
  try {
    if (list.length) window.localStorage.setItem(shelf, JSON.stringify({ draft: told.draft, list }));
    else window.localStorage.removeItem(shelf);
  } catch { /* a browser that keeps nothing: the page still warns before it closes */ }
}

function soon() {
  keep(changes());
  said();
  window.clearTimeout(timer);
  timer = window.setTimeout(save, 700);
}

function said(text) {
  const waiting = table ? changes().length : 0;
  const wrong = table ? table.getData().filter((row) => row.faults.length).length : 0;
  const parts = [text ?? (waiting ? `${word("waiting")} ${waiting}` : word("saved"))];
  if (wrong) parts.push(`${word("unfinished")} ${wrong}`);
  status.textContent = parts.join(" · ");
  sayRow();
}

// What is wrong with the row that is marked, in full: the grid's own column may be out of sight.
function sayRow() {
  const row = table?.getRanges()[0]?.getRows()[0]?.getData();
  const faults = row?.faults.length ? faultsShown({ getValue: () => row.faults }).textContent : "";
  const text = faults ? `${word("line")} ${row.line} · ${faults}` : "";
  if (rowFaults.textContent !== text) rowFaults.textContent = text;
}

async function save() {
  window.clearTimeout(timer);
  if (sending) {
    timer = window.setTimeout(save, 300);
    return;
  }
  const sent = changes().filter((change) => !refusedNow.has(change.line)).slice(0, 500);
  if (!sent.length) {
    keep(changes());
    said();
    return;
  }
  sending = true;
  said(word("saving"));
  try {
    const answer = await post(sent);
    const body = await answer.json();
    if (answer.status === 200) taken(sent, body);
    else if (body.conflicts) conflicts(body);
    else {
      notice("bad", body.detail);
      for (const change of sent) refusedNow.add(change.line);
    }
    sending = false;
    keep(changes());
    said();
    if (changes().some((change) => !refusedNow.has(change.line))) timer = window.setTimeout(save, 50);
  } catch (error) {
    sending = false;
    unanswered(error);
    said();
    timer = window.setTimeout(save, 5000);
  }
}

class SignedOut extends Error {}

// Who was signed out meanwhile has signed in elsewhere: the page's token is of the session before.
async function post(sent, again = false) {
  const token = document.querySelector(TOKEN).value;
  const answer = await fetch(grid.dataset.save, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify({ changes: sent }) });
  if ((answer.headers.get("Content-Type") ?? "").includes("json")) return answer;
  if (answer.redirected) throw new SignedOut();
  if (answer.status !== 403 || again) throw new Error(String(answer.status));
  const page = await fetch(window.location.href);
  if (page.redirected) throw new SignedOut();
  document.querySelector(TOKEN).value = new DOMParser().parseFromString(await page.text(), "text/html").querySelector(TOKEN).value;
  return post(sent, true);
}

function unanswered(error) {
  if (!(error instanceof SignedOut)) {
    notice("warn", word("lost"));
    return;
  }
  const link = element("a", word("signIn"));
  link.href = grid.dataset.signIn;
  link.target = "_blank";
  notice("warn", word("signedOut")).append(" ", link);
}

function isWritten(row) {
  return Boolean(row.getElement()?.querySelector(".tabulator-editing"));
}

// What was typed while the row was under way stays typed; the rest is as the portal has it.
function taken(sent, body) {
  for (const answer of body.rows) {
    const row = table.getRow(answer.line);
    if (!row) continue;
    const data = row.getData();
    const before = sent.find((change) => change.line === answer.line).after;
    if (answer.cells === null) {
      row.delete();
      continue;
    }
    const fresh = rowOf(answer.line, answer.cells, answer.faults);
    for (const name of COLUMNS) {
      if (String(data[name] ?? "").trim() !== (before?.[name] ?? "")) fresh[name] = data[name];
    }
    if (!isWritten(row)) row.update(fresh).then(() => row.reformat());
    else Object.assign(data, { base: fresh.base, faults: fresh.faults });
  }
  counted(body);
  if (notices.querySelector("[data-lost]")) notices.replaceChildren();
}

function counted(body) {
  next = Math.max(next, body.next);
  for (const [name, count] of Object.entries(body.counts)) document.querySelector(`#tab-${name} [data-count]`).textContent = count;
}

// --- what is said ----------------------------------------------------------------------------
function notice(tone, title) {
  const made = element("div", undefined, `notice tone-${tone}`);
  made.setAttribute("role", "alert");
  if (tone === "warn") made.dataset.lost = "";
  made.tabIndex = -1;
  const body = element("div");
  body.append(element("strong", title));
  made.append(body);
  notices.replaceChildren(made);
  return body;
}

// A day of the month as one writes it by hand: 5, 11-5, 11/5 or 20251105. Anything else stays as it is.
function dayOf(text) {
  const typed = String(text ?? "").normalize("NFKC").trim();
  const [year, month] = told.month.split("-");
  const found = /^(?:(?:(\d{4})[-/.年]?)?(\d{1,2})[-/.月])?(\d{1,2})日?$/.exec(typed) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(typed);
  return found ? [found[1] ?? year, found[2] ?? month, found[3]].map((part) => part.padStart(2, "0")).join("-") : text;
}

function textOf(cells) {
  return cells ? COLUMNS.filter((name) => cells[name]).map((name) => `${titles.get(name)}: ${shownText(name, cells[name])}`).join(" · ") : word("none");
}

// Of a new row the number was taken meanwhile: it moves on. Of others both values are shown.
function conflicts(body) {
  const real = [];
  for (const one of body.conflicts) {
    const row = table.getRow(one.line);
    if (!row) continue;
    if (row.getData().base === null) row.update({ line: (next = Math.max(next, one.line) + 1) - 1 });
    else real.push(one);
  }
  next = Math.max(next, ...table.getData().map((row) => row.line + 1));
  if (!real.length) return;
  const said = notice("bad", body.detail);
  const made = element("table", undefined, "table table-sm");
  const head = made.createTHead().insertRow();
  for (const name of ["line", "yours", "theirs", "by"]) head.append(element("th", word(name)));
  head.append(element("td"));
  const rows = made.createTBody();
  for (const one of real) {
    refusedNow.add(one.line);
    const row = table.getRow(one.line);
    const line = rows.insertRow();
    for (const text of [one.line, textOf(one.yours), textOf(one.theirs), [one.by, one.at].filter(Boolean).join(" · ")]) line.insertCell().textContent = text;
    const choice = line.insertCell();
    for (const [name, take] of [["take", true], ["mine", false]]) {
      const button = element("button", word(name), "btn btn-sm");
      button.type = "button";
      button.addEventListener("click", () => {
        refusedNow.delete(one.line);
        if (take && !one.theirs) row.delete();
        else if (take) row.update({ ...rowOf(one.line, one.theirs), removed: false }).then(() => row.reformat());
        else row.update({ base: one.theirs });
        choice.replaceChildren(element("span", word(name)));
        soon();
      });
      choice.append(button, " ");
    }
  }
  const scroll = element("div", undefined, "table-responsive");
  scroll.append(made);
  said.append(scroll);
  notices.firstElementChild.focus();
}

// --- adding, pasting, keys -------------------------------------------------------------------
async function add(cells) {
  const line = next;
  next += 1;
  const row = await table.addRow({ ...rowOf(line, null), kind: kinds[0], ...(kinds[0] === "stock" ? { date: told.lastDay } : {}), ...cells });
  return row;
}

async function addAndEdit() {
  await loaded;
  const row = await add({});
  await table.scrollToRow(row, "bottom", false);
  const first = row.getCells().find((cell) => cell.getField() === (kinds.length > 1 ? "kind" : "date"));
  table.getRanges().forEach((range) => range.setBounds(first, first));
  first.edit();
}

// What is pasted goes into the columns from the marked cell on; rows that lack are added.
function paste(rows) {
  const range = table.getRanges()[0];
  const here = table.getRows("active");
  const first = range && range.getRows().length ? here.indexOf(range.getRows()[0]) : here.length;
  (async () => {
    for (const [place, values] of rows.entries()) {
      const written = Object.fromEntries(COLUMNS.filter((name) => name in values).map((name) => [name, String(values[name]).trim()]));
      const row = here[first + place] ?? (await add({}));
      await row.update(written);
      row.reformat();
    }
    soon();
  })();
  return [];
}

// Typing on a marked cell begins to edit it, as in any spreadsheet.
function typeOn(event) {
  // An input method (229) tells no letter yet; it writes into whatever has the focus by then.
  const types = event.key.length === 1 || event.keyCode === 229;
  if (event.ctrlKey || event.metaKey || event.altKey || !types || event.target.matches("input, select, button, a")) return;
  const cell = table.getRanges()[0]?.getCells()[0]?.[0];
  if (!cell || !COLUMNS.includes(cell.getField())) return;
  cell.edit();
  const input = cell.getElement().querySelector("input");
  if (input) input.select();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (document.activeElement?.closest("#rows-grid")) document.activeElement.blur();
    save();
  } else if (event.altKey && event.code === "KeyN") {
    event.preventDefault();
    addAndEdit();
  }
});
document.getElementById("row-add").addEventListener("click", addAndEdit);
document.getElementById("rows-save").addEventListener("click", () => {
  refusedNow = new Set();
  save();
});
window.addEventListener("beforeunload", (event) => {
  if (table && changes().length) event.preventDefault();
});

// --- beginning -------------------------------------------------------------------------------
async function load() {
  const answer = await fetch(`${grid.dataset.rows}?tab=${tab}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    notice("bad", word("lost"));
    return;
  }
  const body = await answer.json();
  for (const [uscc, name] of Object.entries(body.names)) names.set(uscc, name);
  await table.setData(body.rows.map((row) => rowOf(row.line, row.cells, row.faults)));
  counted(body);
  if (body.more) notice("info", word("more"));
  await restore();
  said();
}

// Rows of an earlier visit that the portal never answered for.
async function restore() {
  let kept = null;
  try {
    kept = JSON.parse(window.localStorage.getItem(shelf) ?? "null");
  } catch { /* nothing readable was kept */ }
  if (!kept || (kept.draft && kept.draft !== told.draft)) return;
  for (const change of kept.list) {
    const row = table.getRow(change.line);
    if (row && change.after) await row.update({ ...change.after, base: change.before });
    else if (row) await row.update({ removed: true, base: change.before });
    else if (change.after) await table.addRow({ ...rowOf(change.line, null), ...change.after, base: change.before });
    next = Math.max(next, change.line + 1);
  }
  if (kept.list.length) notice("info", word("restored"));
  soon();
}

table = new Tabulator(grid, {
  index: "line",
  height: wide ? 560 : 420,
  layout: "fitDataStretch",
  rowHeader: { title: word("line"), field: "line", frozen: true, width: 70, hozAlign: "right", headerHozAlign: "right", headerSort: false, resizable: false, formatter: (cell) => element("span", cell.getValue()) },
  columns: columns(),
  placeholder: word("empty"),
  selectableRange: 1,
  selectableRangeRows: true,
  selectableRangeClearCells: true,
  editTriggerEvent: "dblclick",
  clipboard: true,
  clipboardCopyStyled: false,
  clipboardCopyConfig: { rowHeaders: false, columnHeaders: false },
  clipboardCopyRowRange: "range",
  clipboardPasteParser: "range",
  clipboardPasteAction: paste,
});
// The part that scrolls is a child of the grid: it takes the role of the rows' group. What stands
// there while it is empty is its one row.
function named() {
  const empty = grid.querySelector(".tabulator-placeholder");
  if (!empty) return;
  empty.setAttribute("role", "row");
  empty.firstElementChild.setAttribute("role", "gridcell");
}
table.on("tableBuilt", () => {
  grid.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
  grid.querySelector(".tabulator-table").setAttribute("role", "presentation");
  named();
  load().finally(begin);
});
table.on("renderComplete", named);
table.on("rangeChanged", sayRow);
table.on("cellEdited", (cell) => {
  if (cell.getField() === "date") cell.getRow().update({ date: dayOf(cell.getValue()) });
  refusedNow.delete(cell.getData().line);
  soon();
});
// What the portal said of a row while one of its cells was open is shown once it is closed.
table.on("cellEditCancelled", (cell) => window.setTimeout(() => {
  const row = cell.getRow();
  if (!isWritten(row)) row.reformat();
}));
// Tab goes on within the grid, so another key leads out of it.
grid.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.matches("input")) document.getElementById(`tab-${tab}`).focus();
});
grid.addEventListener("keydown", typeOn, true);
