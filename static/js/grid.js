/* The workbench of a decision: its lines as a grid that is typed in like a spreadsheet. */
"use strict";

const grid = document.getElementById("lines-grid");
const word = (name) => grid.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`];
const token = document.querySelector("#grid-add [name=csrfmiddlewaretoken]").value;
const category = document.getElementById("grid-category");
const labels = new Map([...category.options].map((one) => [one.value, one.text]));
const notices = document.getElementById("grid-notices");
const panel = document.getElementById("grid-panel");
const wide = window.matchMedia("(min-width: 900px)").matches;
const shown = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
// In the order in which the server gives a row.
const FIELDS = ["enterprise", "uscc", "name", "category", "tonnes", "reason", "by", "at", "cap", "used", "lastCap", "lastUsed", "capacity", "findings", "penalty", "reach"];
const WRITTEN = ["tonnes", "reason"];
let holders = new Map();
let table;

function element(tag, text, classes) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

// --- rows ------------------------------------------------------------------------------------
function rowOf(values) {
  const row = Object.fromEntries(FIELDS.map((field, place) => [field, values[place]]));
  row.key = `${row.enterprise ?? ""}|${row.category}`;
  row.base = row.tonnes === null ? null : { tonnes: row.tonnes, reason: row.reason };
  row.tonnes ??= "";
  row.reason ??= "";
  row.removed = false;
  row.after = total(row);
  return row;
}

// What the line shall say; null is no line. A reason without a mass is sent, and refused there.
function wanted(row) {
  const tonnes = String(row.tonnes ?? "").trim();
  const reason = String(row.reason ?? "").trim();
  return row.removed || (!tonnes && !reason) ? null : { tonnes, reason };
}

function isChanged(row) {
  const after = wanted(row);
  if (!after || !row.base) return after !== row.base;
  return after.tonnes !== row.base.tonnes || after.reason !== row.base.reason;
}

function changes() {
  return table.getData().filter(isChanged).map((row) => ({ enterprise: row.enterprise, category: row.category, before: row.base, after: wanted(row) }));
}

function rowWith(key) {
  return table.getRows().find((row) => row.getData().key === key);
}

function named(row) {
  return row.enterprise === null ? word("ceiling") : row.name;
}

function amount(text) {
  const plain = String(text ?? "").normalize("NFKC").replace(/[,\s]/g, "").replace("\u2212", "-");
  return plain === "" ? 0 : Number(plain);
}

// A mass as pages print it; what is none, or has more places, stands as it was typed.
function figure(text) {
  return /^-?[\d,]*\.?\d{0,3}$/.test(text) && /\d/.test(text) ? shown.format(amount(text)) : text;
}

function colour(row) {
  const data = row.getData();
  row.getElement().classList.toggle("grid-changed", isChanged(data));
  row.getElement().classList.toggle("grid-removed", data.removed);
}

// Shows what an edit does to its row, without drawing cells anew that may be edited just now.
function mark(row) {
  row.update({ after: total(row.getData()) });
  colour(row);
}

// --- columns ---------------------------------------------------------------------------------
function massColumn(field, more) {
  return { title: word(field), field, hozAlign: "right", headerHozAlign: "right", width: 130, sorter: (a, b) => amount(a) - amount(b), formatter: (cell) => {
    const text = cell.getValue();
    return text === null || text === undefined || text === "" ? "" : shown.format(amount(text));
  }, ...more };
}

function namedCell(cell) {
  const row = cell.getData();
  const made = element("span", named(row), row.enterprise === null ? "grid-ceiling" : "");
  if (row.uscc) made.append(" ", element("small", row.uscc, "text-secondary"));
  return made;
}

function removal(cell) {
  const row = cell.getData();
  if (row.enterprise === null) return "";
  const button = element("button", row.removed ? word("keep") : word("remove"), "btn btn-sm");
  button.type = "button";
  button.addEventListener("click", () => {
    cell.getRow().update({ removed: !row.removed });
    mark(cell.getRow());
    changed();
  });
  return button;
}

// Stands still at the left; it is no part of what is marked, copied or pasted.
function rowHeader() {
  return { title: word("name"), field: "name", frozen: true, width: wide ? 280 : 130, hozAlign: "left", headerHozAlign: "left", headerSort: false, resizable: true, headerFilter: "input", headerFilterParams: { elementAttributes: { "aria-label": word("name") } }, formatter: namedCell, headerFilterFunc: (text, _value, row) => `${named(row)} ${row.uscc}`.toLowerCase().includes(text.toLowerCase()) };
}

function columns() {
  return [
    { title: word("category"), field: "category", width: 180, headerFilter: "list", headerFilterParams: { elementAttributes: { "aria-label": word("category") }, values: [{ label: "", value: "" }, ...[...labels].map(([value, label]) => ({ label, value }))] }, headerFilterFunc: (text, value) => !text || text === value, formatter: (cell) => labels.get(cell.getValue()) ?? cell.getValue() },
    { ...massColumn("tonnes"), editor: "input", editable: (cell) => !cell.getData().removed, cssClass: "grid-written", formatter: (cell) => element("span", figure(cell.getValue())) },
    { title: word("reason"), field: "reason", editor: "input", editorParams: { elementAttributes: { maxlength: "300" } }, editable: (cell) => !cell.getData().removed, width: 220, cssClass: "grid-written", formatter: (cell) => element("span", cell.getValue()) },
    massColumn("cap", { formatter: cap }),
    massColumn("after", { sorter: "number", formatter: (cell) => (Number.isNaN(cell.getValue()) ? "?" : shown.format(cell.getValue())) }),
    massColumn("used"),
    massColumn("lastCap"),
    massColumn("lastUsed"),
    massColumn("capacity"),
    { title: word("findings"), field: "findings", hozAlign: "right", width: 110, formatter: findings },
    massColumn("penalty"),
    { title: word("reach"), field: "reach", width: 140 },
    { title: word("by"), field: "by", width: 190, formatter: (cell) => element("span", [cell.getValue(), cell.getData().at].filter(Boolean).join(" · ")) },
    { title: word("remove"), field: "removed", width: 110, headerSort: false, formatter: removal },
  ];
}

function total(row) {
  return amount(row.cap) + (row.removed ? 0 : amount(row.tonnes));
}

// What other decisions of the year come to, which leads to how that came about.
function cap(cell) {
  const row = cell.getData();
  const text = shown.format(amount(cell.getValue()));
  if (row.enterprise === null || !amount(cell.getValue())) return text;
  const link = element("a", text);
  link.href = `${grid.dataset.caps}${row.enterprise}/${grid.dataset.year}/${row.category}/`;
  return link;
}

function findings(cell) {
  const count = cell.getValue();
  if (!count) return "";
  const link = element("a", String(count));
  link.href = `${grid.dataset.enterprise}${cell.getData().enterprise}/`;
  return link;
}

// --- talking to the portal -------------------------------------------------------------------
async function send(body) {
  const answer = await fetch(grid.dataset.save, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(body) });
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  if (!isJson) throw new Error(`answered ${answer.status}`);
  return { status: answer.status, told: await answer.json() };
}

function notice(tone, title) {
  const made = element("div", undefined, `notice tone-${tone}`);
  made.setAttribute("role", "alert");
  made.tabIndex = -1;
  const body = element("div");
  body.append(element("strong", title));
  made.append(body);
  notices.replaceChildren(made);
  return body;
}

function sayErrors(told, sent) {
  const list = element("ul");
  for (const [place, errors] of Object.entries(told.errors?.changes ?? {})) {
    const row = sent[place];
    const words = messagesIn(errors);
    if (!row || !words.length) continue;
    const whose = row.enterprise === null ? word("ceiling") : rowWith(`${row.enterprise}|${row.category}`)?.getData().name;
    list.append(element("li", `${whose} · ${labels.get(row.category)}: ${words.join(" ")}`));
  }
  notice("bad", told.detail).append(list);
}

function messagesIn(errors) {
  if (Array.isArray(errors)) return errors.flatMap(messagesIn);
  if (errors && typeof errors === "object") return Object.values(errors).flatMap(messagesIn);
  return errors ? [String(errors)] : [];
}

// --- conflicts -------------------------------------------------------------------------------
function said(text) {
  return text ? [text.tonnes, text.reason].filter(Boolean).join(" · ") : word("none");
}

function sayConflicts(told) {
  const body = notice("bad", told.detail);
  const made = element("table", undefined, "table table-sm");
  const head = made.createTHead().insertRow();
  for (const name of ["name", "category", "yours", "theirs", "by"]) head.append(element("th", word(name)));
  head.append(element("td"));
  const rows = made.createTBody();
  for (const one of told.conflicts) {
    const row = rowWith(`${one.enterprise ?? ""}|${one.category}`);
    // From now on their line is what mine is compared with: saving again is done knowingly.
    row.update({ base: one.theirs, by: one.by, at: one.at });
    mark(row);
    const line = rows.insertRow();
    for (const text of [named(row.getData()), labels.get(one.category), said(one.yours), said(one.theirs), [one.by, one.at].filter(Boolean).join(" · ")]) line.insertCell().textContent = text;
    const choice = line.insertCell();
    for (const [name, take] of [["take", true], ["mine", false]]) {
      const button = element("button", word(name), "btn btn-sm");
      button.type = "button";
      button.addEventListener("click", () => {
        if (take) row.update({ tonnes: one.theirs?.tonnes ?? "", reason: one.theirs?.reason ?? "", removed: false });
        mark(row);
        choice.replaceChildren(element("span", word(name)));
        changed();
      });
      choice.append(button, " ");
    }
  }
  const scroll = element("div", undefined, "table-responsive");
  scroll.append(made);
  body.append(scroll);
  notices.firstElementChild.focus();
}

// --- saving and judging ----------------------------------------------------------------------
let asked = 0;
let waiting;

function changed() {
  const count = changes().length;
  document.getElementById("grid-status").textContent = count ? `${word("unsaved")} ${count}` : "";
  document.getElementById("grid-save").disabled = !count;
  document.getElementById("grid-undo").disabled = !count;
  window.clearTimeout(waiting);
  waiting = window.setTimeout(judge, 400);
}

async function judge() {
  const mine = ++asked;
  const sent = changes();
  try {
    const { status, told } = await send({ save: false, changes: sent });
    if (mine !== asked) return;
    if (status === 200) {
      panel.innerHTML = told.panel;
      if (!notices.querySelector("table")) notices.replaceChildren();
    } else sayErrors(told, sent);
  } catch {
    notice("bad", word("lost"));
  }
}

async function save() {
  window.clearTimeout(waiting);
  asked += 1;
  const sent = changes();
  if (!sent.length) return;
  try {
    const { status, told } = await send({ save: true, changes: sent });
    if (status === 200) {
      notices.replaceChildren();
      await show(told);
      if (told.voided) notice("warn", told.voided);
      document.getElementById("grid-status").textContent = word("saved");
    } else if (told.conflicts) {
      sayConflicts(told);
      changed();
    } else sayErrors(told, sent);
  } catch {
    notice("bad", word("lost"));
  }
}

async function show(told) {
  await table.replaceData(told.rows.map(rowOf));
  panel.innerHTML = told.panel;
  document.getElementById("grid-save").disabled = true;
  document.getElementById("grid-undo").disabled = true;
}

// --- paste and keys --------------------------------------------------------------------------
// What is pasted goes into the written columns alone, from the marked cell on downwards.
function paste(pasted) {
  const range = table.getRanges()[0];
  const rows = table.getRows("active");
  const first = range ? rows.indexOf(range.getRows()[0]) : -1;
  if (first < 0) return [];
  pasted.forEach((values, place) => {
    const row = rows[first + place];
    if (!row) return;
    const written = Object.fromEntries(WRITTEN.filter((field) => field in values).map((field) => [field, String(values[field]).trim()]));
    if (!row.getData().removed) row.update(written);
    mark(row);
  });
  changed();
  return [];
}

// Typing on a marked cell begins to edit it, as in any spreadsheet; the first key of an input
// method, which writes Chinese, is called Process.
function typeOn(event) {
  const writes = event.key.length === 1 || event.key === "Process";
  if (event.ctrlKey || event.metaKey || event.altKey || !writes || event.target.matches("input, select, button, a")) return;
  const cell = table.getRanges()[0]?.getCells()[0]?.[0];
  if (!cell || !WRITTEN.includes(cell.getField())) return;
  cell.edit();
  const input = cell.getElement().querySelector("input");
  if (input) input.select();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (document.activeElement?.closest("#lines-grid")) document.activeElement.blur();
    save();
  }
});
document.getElementById("grid-save").addEventListener("click", save);
document.getElementById("grid-undo").addEventListener("click", load);
window.addEventListener("beforeunload", (event) => {
  if (table && changes().length) event.preventDefault();
});

document.getElementById("grid-add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = document.getElementById("grid-holder");
  const holder = holders.get(field.value.trim());
  if (!holder) {
    notice("bad", word("unknown"));
    field.focus();
    return;
  }
  const [enterprise, uscc, name] = holder;
  const key = `${enterprise}|${category.value}`;
  let row = rowWith(key);
  if (row) notice("warn", word("twice"));
  else row = await table.addRow({ ...rowOf([enterprise, uscc, name, category.value, null, null, "", "", "", "", "", "", "", 0]) });
  await table.scrollToRow(row, "center", false);
  field.value = "";
  row.getCell("tonnes").edit();
});

// --- beginning -------------------------------------------------------------------------------
async function load() {
  const answer = await fetch(grid.dataset.rows, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    notice("bad", word("lost"));
    return;
  }
  const told = await answer.json();
  holders = new Map(told.holders.flatMap((one) => [[`${one[1]} ${one[2]}`.trim(), one], [one[1] || one[2], one], [one[2], one]]));
  document.getElementById("grid-holders").replaceChildren(...told.holders.map((one) => {
    const option = element("option");
    option.value = `${one[1]} ${one[2]}`.trim();
    return option;
  }));
  notices.replaceChildren();
  await show(told);
  changed();
}

table = new Tabulator(grid, {
  index: "key",
  height: wide ? 560 : 420,
  layout: "fitDataStretch",
  rowHeader: rowHeader(),
  columns: columns(),
  placeholder: word("empty"),
  rowFormatter: colour,
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
// The part that scrolls is a child of the grid: it takes the role of the rows' group.
table.on("tableBuilt", () => {
  grid.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
  grid.querySelector(".tabulator-table").setAttribute("role", "presentation");
  load();
});
table.on("cellEdited", (cell) => {
  mark(cell.getRow());
  changed();
});
// Tab goes on within the grid, so another key leads out of it.
grid.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.matches("input, select")) document.getElementById("grid-holder").focus();
});
grid.addEventListener("keydown", typeOn, true);
