/* Saves the picture that a [data-png] button names: boxes and links, a drawing of ECharts, or the tiles of a map. */
"use strict";

const SHARPER = 2;
const HALO = ["stroke", "stroke-width", "stroke-linejoin", "paint-order"];

function drawTile(paper, tile, frame) {
  const box = tile.getBoundingClientRect();
  const [left, top] = [box.left - frame.left, box.top - frame.top];
  const style = getComputedStyle(tile);
  paper.fillStyle = style.backgroundColor;
  paper.fillRect(left, top, box.width, box.height);
  paper.strokeStyle = style.borderTopColor;
  paper.strokeRect(left, top, box.width, box.height);
  for (const words of tile.querySelectorAll("span")) {
    const place = words.getBoundingClientRect();
    const look = getComputedStyle(words);
    paper.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    paper.fillStyle = look.color;
    paper.textAlign = "center";
    paper.textBaseline = "middle";
    paper.fillText(words.textContent, place.left - frame.left + place.width / 2, place.top - frame.top + place.height / 2, box.width - 4);
  }
}

function pictureOfTiles(map) {
  const frame = map.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = frame.width * SHARPER;
  canvas.height = frame.height * SHARPER;
  const paper = canvas.getContext("2d");
  paper.scale(SHARPER, SHARPER);
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, frame.width, frame.height);
  for (const tile of map.children) drawTile(paper, tile, frame);
  return canvas.toDataURL("image/png");
}

/* As it stands there: its own size, in the type of the page, all boxes and links alike. */
async function pictureOfBoxes(svg) {
  const copy = svg.cloneNode(true);
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("font-family", getComputedStyle(svg).fontFamily);
  const halo = getComputedStyle(svg.querySelector("text"));
  for (const words of copy.querySelectorAll("text"))
    for (const name of HALO) words.setAttribute(name, halo.getPropertyValue(name));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SHARPER;
  canvas.height = height * SHARPER;
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

async function pictureIn(place) {
  const svg = place.querySelector("svg.picture");
  if (svg) return pictureOfBoxes(svg);
  const drawn = window.echarts && echarts.getInstanceByDom(place);
  return drawn ? drawn.getDataURL({ type: "png", pixelRatio: SHARPER, backgroundColor: "#fff" }) : pictureOfTiles(place);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-png]");
  if (!button) return;
  const link = document.createElement("a");
  link.href = await pictureIn(document.getElementById(button.dataset.png));
  link.download = `${button.dataset.name}.png`;
  link.click();
});
