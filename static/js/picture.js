/* Leads through a picture of boxes and links: by the arrow keys, and by what belongs together. */
"use strict";

const AHEAD = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function middleOf(box) {
  const { x, y, width, height } = box.querySelector("rect").getBBox();
  return [x + width / 2, y + height / 2];
}

/* The nearest box in a direction: up and down within a column, left and right in the next ones. */
function nextBox(picture, from, [right, down]) {
  const [x, y] = middleOf(from);
  let found = null;
  let least = Infinity;
  for (const box of picture.querySelectorAll(".box")) {
    const [aside, below] = middleOf(box).map((place, axis) => place - [x, y][axis]);
    const ahead = right ? aside * right : below * down;
    if (ahead <= 1 || (down && Math.abs(aside) > 1)) continue;
    const away = right ? ahead * 1000 + Math.abs(below) : ahead;
    if (away < least) [least, found] = [away, box];
  }
  return found;
}

function goOn(event) {
  const from = event.target.closest(".box");
  if (!from || !AHEAD[event.key]) return;
  event.preventDefault();
  const to = nextBox(event.currentTarget, from, AHEAD[event.key]);
  if (!to) return;
  from.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
  to.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/* What a box is linked with stands out; all else steps back. */
function showLinked(picture, chosen) {
  const lit = new Set();
  if (chosen?.matches(".box")) lit.add(chosen.dataset.place);
  for (const band of picture.querySelectorAll(".band")) {
    const { from, to } = band.dataset;
    const linked = band === chosen || (chosen?.matches(".box") && [from, to].includes(chosen.dataset.place));
    band.classList.toggle("lit", linked);
    if (linked) lit.add(from).add(to);
  }
  for (const box of picture.querySelectorAll(".box")) box.classList.toggle("lit", lit.has(box.dataset.place));
  picture.classList.toggle("choosing", Boolean(chosen));
}

for (const picture of document.querySelectorAll("svg.picture")) {
  picture.addEventListener("keydown", goOn);
  for (const begins of ["pointerover", "focusin"])
    picture.addEventListener(begins, (event) => showLinked(picture, event.target.closest(".box, .band")));
  for (const ends of ["pointerleave", "focusout"]) picture.addEventListener(ends, () => showLinked(picture, null));
}
