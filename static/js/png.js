/* Saves the picture that a [data-png] button names: a drawing of ECharts, or the tiles of a map. */
"use strict";

const SHARPER = 2;

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

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-png]");
  if (!button) return;
  const place = document.getElementById(button.dataset.png);
  const drawn = window.echarts && echarts.getInstanceByDom(place);
  const link = document.createElement("a");
  link.href = drawn
    ? drawn.getDataURL({ type: "png", pixelRatio: SHARPER, backgroundColor: "#fff" })
    : pictureOfTiles(place);
  link.download = `${button.dataset.name}.png`;
  link.click();
});
