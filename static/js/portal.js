/* What pages need beyond HTML: folds and menus, forms that send once, focus on errors, lost answers. */
"use strict";

const narrow = window.matchMedia("(max-width: 760px)");

// The navigation and the filters are open on a wide screen; on a narrow one only what is in use.
function fold(root) {
  for (const part of root.querySelectorAll("details[data-fold]")) {
    part.open = !narrow.matches || part.dataset.fold === "keep";
  }
  // Menus hang down from the bar; on a narrow screen they stand in it, the page's own one open.
  for (const menu of root.querySelectorAll("details.nav-menu")) {
    menu.open = narrow.matches && menu.querySelector("summary[aria-current]") !== null;
  }
}
narrow.addEventListener("change", () => fold(document));
fold(document);

// --- menus -----------------------------------------------------------------------------------
function openMenus() {
  const hanging = narrow.matches ? "details.menu[open]" : "details.menu[open], details.nav-menu[open]";
  return document.querySelectorAll(hanging);
}
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// --- forms -----------------------------------------------------------------------------------
// A second click sends nothing: the server would refuse it, and the person would see the refusal.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 8000);
}, true);
// Coming back to a page, or staying on it with the errors, one may send again.
function allowSending() {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
}
window.addEventListener("pageshow", allowSending);
document.addEventListener("htmx:afterRequest", allowSending);

// Pickers that need no button, and buttons that print.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
// A narrow screen's tables are printed and read whole.
window.addEventListener("beforeprint", () => {
  for (const table of document.querySelectorAll("details.chart-table")) table.open = true;
});

function focusErrors(root) {
  const summary = root.querySelector("#error-summary");
  if (summary) summary.focus();
}
focusErrors(document);

// --- htmx ------------------------------------------------------------------------------------
let heldFocus = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  heldFocus = event.detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", (event) => {
  const root = event.detail.elt.parentElement || event.detail.elt;
  fold(root);
  focusErrors(root);
  // The last page has no "Next" any more: the page's own link takes the focus.
  if (heldFocus && document.activeElement === document.body) {
    const here = root.querySelector(".pages [aria-current]");
    if (here) here.focus({ preventScroll: true });
  }
});

// A whole page where a part was asked for: the session is over, and this is the sign-in page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (target !== document.body && /^\s*<!doctype/i.test(xhr.responseText)) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});

function say(lost) {
  const trouble = document.getElementById("trouble");
  if (trouble) trouble.hidden = !lost;
}
document.addEventListener("htmx:responseError", () => say(true));
document.addEventListener("htmx:sendError", () => say(true));
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.xhr.status < 400) say(false);
});
