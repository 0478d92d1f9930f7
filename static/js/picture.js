/* Draws every [data-picture]: boxes in columns, links as wide as the mass they carry. */
"use strict";

const STAGE_COLOURS = { source: "#5b6672", ore: "#8a5a1c", compound: "#0a569c", metal: "#7a4fa3", product: "#2f7d4f", end: "#0f6f79" };
const TOUCHED = "#9b1c1c";
const BOX_HEIGHT = 52;
const COLUMN_WIDTH = 190;
const LABEL_ROOM = 170;

function massFormat(place) {
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 });
  return (mass) => `${format.format(mass)} ${place.dataset.unit}`;
}

function boxOf(node, last) {
  const colour = STAGE_COLOURS[node.stage];
  return {
    name: node.id,
    depth: node.column,
    told: node,
    itemStyle: {
      color: colour,
      borderColor: node.marked ? TOUCHED : node.focus ? "#16202c" : colour,
      borderWidth: node.marked || node.focus ? 3 : 0,
    },
    label: { align: "left", color: node.marked ? TOUCHED : "#16202c", position: "right", width: last ? LABEL_ROOM - 10 : undefined },
    cursor: node.url ? "pointer" : "default",
  };
}

function labelOf({ data }) {
  const { label, note, marked, focus } = data.told;
  const name = `${marked ? "⚠ " : ""}${label}`;
  return note ? `{${focus ? "focus" : "name"}|${name}}\n{note|${note}}` : `{${focus ? "focus" : "name"}|${name}}`;
}

function pictureOption(figure, place) {
  const told = massFormat(place);
  const byId = new Map(figure.nodes.map((node) => [node.id, node]));
  const words = (node) => (node.note ? `${node.label} (${node.note})` : node.label);
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    backgroundColor: "#fff",
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: {
      renderMode: "richText",
      confine: true,
      formatter: ({ dataType, data, value }) =>
        dataType === "edge"
          ? `${words(byId.get(data.source))}\n→ ${words(byId.get(data.target))}\n${told(data.value)}`
          : `${words(data.told)}\n${told(value)}`,
    },
    series: [
      {
        type: "sankey",
        left: 10,
        right: LABEL_ROOM,
        top: 20,
        bottom: 20,
        nodeWidth: 14,
        nodeGap: 31,
        nodeAlign: "left",
        layoutIterations: 48,
        draggable: false,
        emphasis: { focus: "adjacency" },
        lineStyle: { color: "gradient", opacity: 0.32, curveness: 0.5 },
        label: {
          formatter: labelOf,
          overflow: "truncate",
          width: COLUMN_WIDTH - 40,
          rich: {
            name: { fontSize: 12, lineHeight: 15 },
            focus: { fontSize: 13, lineHeight: 16, fontWeight: "bold" },
            note: { fontSize: 11, lineHeight: 14, color: "#4a5868" },
          },
        },
        data: figure.nodes.map((node) => boxOf(node, node.column === figure.columns - 1)),
        links: figure.links,
      },
    ],
  };
}

function drawPicture(place) {
  const figure = JSON.parse(document.getElementById(place.dataset.picture).textContent);
  place.style.height = `${Math.max(260, figure.tallest * BOX_HEIGHT + 60)}px`;
  place.style.minWidth = `${figure.columns * COLUMN_WIDTH + 60}px`;
  const drawn = echarts.init(place, null, { renderer: "canvas" });
  drawn.setOption(pictureOption(figure, place));
  drawn.on("click", ({ dataType, data }) => {
    const url = dataType === "node" ? data.told.url : data.url;
    if (url) window.location.assign(url);
  });
  new ResizeObserver(() => drawn.resize()).observe(place);
}

for (const place of document.querySelectorAll("[data-picture]")) drawPicture(place);
