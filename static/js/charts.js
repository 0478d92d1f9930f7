/* Draws every [data-chart] with ECharts from the figures that stand in the page as JSON. */
"use strict";

// Told apart without colour too: by symbol, by dash, and by pattern where bars stand side by side.
const PALETTE = ["#0a569c", "#c05a12", "#2f7d4f", "#7a4fa3", "#8a6d00", "#0f7c86", "#a03a6b", "#5b6672"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "pin"];
const INK = "#16202c";
const QUIET = "#4a5868";
const LINE = "#d5dce4";
const CAP = "#9b1c1c";
const REST = "#c3ccd6";
const PATTERNS = { decals: [{ symbol: "none" }, { dashArrayX: [1, 0], dashArrayY: [3, 5], rotation: -Math.PI / 4, color: "rgba(255,255,255,.45)" }, { symbol: "circle", symbolSize: .5, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], color: "rgba(255,255,255,.55)" }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 6], color: "rgba(255,255,255,.45)" }] };

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

function numberFormat(places) {
  return new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: 0,
    maximumFractionDigits: places,
  });
}

// Of several caps each has the colour of the line before it, which it is the cap of.
function capColour(position, all) {
  if (all.filter((one) => one.form === "cap").length < 2) return CAP;
  const before = all.slice(0, position).filter((one) => one.form !== "cap").length;
  return PALETTE[Math.max(before - 1, 0) % PALETTE.length];
}

function drawnSeries(one, position, all) {
  const cap = one.form === "cap";
  return {
    name: one.name,
    type: one.form === "bar" ? "bar" : "line",
    stack: one.stack || undefined,
    data: one.values,
    connectNulls: false,
    color: cap ? capColour(position, all) : one.rest ? REST : undefined,
    itemStyle: one.rest ? { decal: { symbol: "none" } } : {},
    symbol: SYMBOLS[position % SYMBOLS.length],
    showSymbol: !cap,
    showAllSymbol: one.form === "points" ? true : "auto",
    symbolSize: 7,
    barMaxWidth: 28,
    lineStyle: cap ? { type: "dashed", width: 2 } : { width: one.form === "points" ? 0 : 2.5 },
    emphasis: { focus: "none" },
    z: cap ? 3 : 2,
  };
}

function axes(figure, format) {
  const value = {
    type: "value",
    scale: figure.series.some((one) => one.form === "points"),
    name: figure.unit,
    nameLocation: figure.horizontal ? "middle" : "end",
    nameGap: figure.horizontal ? 28 : 14,
    nameTextStyle: { color: QUIET, align: figure.horizontal ? "center" : "left" },
    axisLabel: { color: QUIET, hideOverlap: true, formatter: (number) => format.format(number) },
    splitLine: { lineStyle: { color: LINE } },
  };
  const category = {
    type: "category",
    data: figure.categories,
    inverse: figure.horizontal,
    axisLabel: {
      color: INK,
      hideOverlap: true,
      ...(figure.horizontal ? { width: 150, overflow: "truncate" } : {}),
    },
    axisLine: { lineStyle: { color: QUIET } },
    axisTick: { alignWithLabel: true },
  };
  return figure.horizontal ? { xAxis: value, yAxis: category } : { xAxis: category, yAxis: value };
}

function chartOption(figure, description) {
  const format = numberFormat(figure.places);
  const bars = figure.series.filter((one) => one.form === "bar" && !one.rest).length;
  return {
    animation: !still.matches,
    aria: { enabled: true, label: { description }, decal: { show: bars > 1, ...PATTERNS } },
    color: PALETTE,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 24, top: figure.horizontal ? 40 : 62, bottom: figure.horizontal ? 28 : 8, containLabel: true },
    legend: { type: "scroll", top: 0, left: 0, textStyle: { color: INK }, itemGap: 16 },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      axisPointer: { type: figure.series.some((one) => one.form === "bar") ? "shadow" : "line" },
      valueFormatter: (number) =>
        number === null || number === undefined ? "—" : `${format.format(number)} ${figure.unit}`,
    },
    ...axes(figure, format),
    series: figure.series.map(drawnSeries),
  };
}

// A horizontal chart is as high as its rows need.
function height(figure) {
  return figure.horizontal ? Math.max(220, 90 + 26 * figure.categories.length) : null;
}

function drawChart(place) {
  if (echarts.getInstanceByDom(place)) return;
  const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const high = height(figure);
  if (high) place.style.height = `${high}px`;
  const drawn = echarts.init(place, null, { renderer: "canvas" });
  drawn.setOption(chartOption(figure, place.getAttribute("aria-label")));
  drawn.on("click", ({ seriesIndex, dataIndex }) => {
    const url = figure.series[seriesIndex]?.urls[dataIndex];
    if (url) window.location.assign(url);
  });
  new ResizeObserver(() => drawn.resize()).observe(place);
}

function drawCharts(root) {
  for (const place of root.querySelectorAll("[data-chart]")) drawChart(place);
}
drawCharts(document);

document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const drawn = event.target.nodeType === 1 && echarts.getInstanceByDom(event.target);
  if (drawn) drawn.dispose();
});
document.addEventListener("htmx:afterSettle", (event) => {
  drawCharts(event.detail.elt.parentElement || event.detail.elt);
});
