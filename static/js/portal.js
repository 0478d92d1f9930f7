/* What pages need beyond HTML: menus that close, forms that send once, charts, focus on errors. */
"use strict";

const wide = window.matchMedia("(min-width: 761px)");

function foldNavigation() {
  for (const fold of document.querySelectorAll("[data-nav-fold]")) fold.open = wide.matches;
}
wide.addEventListener("change", foldNavigation);
foldNavigation();

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A second click sends nothing: the server would refuse it, and the person would see the refusal.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// Pickers that need no button.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.submit();
});

function focusErrors() {
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();
}
focusErrors();
document.addEventListener("htmx:afterSettle", focusErrors);

/* --- charts --------------------------------------------------------------------------------- */
const PALETTE = ["#0a569c", "#b3541e", "#2f7d4f", "#7a4fa3", "#8a6d00", "#0f7c86"];
const reduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function chartOption(figure) {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: figure.places,
  });
  const value = {
    type: "value",
    name: figure.unit,
    nameTextStyle: { color: "#4a5868" },
    axisLabel: { color: "#4a5868", formatter: (number) => format.format(number) },
  };
  const category = {
    type: "category",
    data: figure.categories,
    axisLabel: { color: "#4a5868", hideOverlap: true },
    inverse: figure.horizontal,
  };
  return {
    animation: !reduced,
    aria: { enabled: true },
    color: PALETTE,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 12, right: 24, top: 56, bottom: 12, containLabel: true },
    legend: { type: "scroll", top: 4, textStyle: { color: "#16202c" } },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      valueFormatter: (number) =>
        number === null || number === undefined ? "—" : `${format.format(number)} ${figure.unit}`,
    },
    xAxis: figure.horizontal ? value : category,
    yAxis: figure.horizontal ? category : value,
    series: figure.series.map((one) => ({
      name: one.name,
      type: one.form === "bar" ? "bar" : "line",
      stack: one.stack || undefined,
      data: one.values,
      connectNulls: false,
      showSymbol: one.form !== "cap",
      symbolSize: 6,
      barMaxWidth: 28,
      lineStyle: one.form === "cap" ? { type: "dashed", width: 2 } : { width: 2.5 },
    })),
  };
}

function drawCharts(root) {
  if (typeof echarts === "undefined") return;
  for (const place of root.querySelectorAll("[data-chart]")) {
    if (echarts.getInstanceByDom(place)) continue;
    const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const drawn = echarts.init(place, null, { renderer: "canvas" });
    drawn.setOption(chartOption(figure));
    new ResizeObserver(() => drawn.resize()).observe(place);
  }
}
drawCharts(document);
document.addEventListener("htmx:afterSettle", (event) => drawCharts(event.target));
