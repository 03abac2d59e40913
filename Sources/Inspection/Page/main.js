// Puts map, panel and events together.
import { RoadMap } from "./map.js";
import { Learning } from "./learning.js";
import { Panel, make } from "./panel.js";
import { bands } from "./speeds.js";
import { follow, forget, hazards, models, onChange } from "./state.js";

const element = document.getElementById("map");
const map = new RoadMap(element);
const panel = new Panel(() => map.colours, choose);
const learning = new Learning(document.getElementById("models"));

function choose(id) {
  const hazard = hazards.get(id) ?? null;
  map.chosen = hazard?.id ?? null;
  panel.detail(hazard);
  panel.refresh();
  if (hazard) map.show(map.placeOf(hazard));
}

async function load(path) {
  const answer = await fetch(path).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

async function start() {
  follow();
  load("/api/v1/status").then((status) => status && panel.showStatus(status));
  const roads = await load("/api/v1/roads");
  document.getElementById("notice").textContent = roads ? "" : "This validator has no map of roads.";
  if (!roads) return;
  map.load(roads);
  map.showAll();
  await loadSpeeds();
  setInterval(loadSpeeds, SPEEDS_MS);
}

const SPEEDS_MS = 60_000; // what is learned holds for an hour of the week
const isColoured = document.getElementById("coloured");
let speedVersion = null;

/// Learned speeds, and with the first of them the switch that shows them.
async function loadSpeeds() {
  if (!map.box || !models.has("travel-times")) return;
  const speeds = await load("/api/v1/roads/speeds");
  if (!speeds) return;
  speedVersion = speeds.version;
  map.showSpeeds(speeds.arcs);
  document.getElementById("speeds").hidden = !speeds.arcs.length;
}

function showSpeeds() {
  map.speeds.isShown = isColoured.checked;
  map.drawn = null;
  document.getElementById("legend").hidden = !isColoured.checked;
}
isColoured.addEventListener("change", showSpeeds);
document.getElementById("legend").replaceChildren(...bands.map(({ name }, band) =>
  make("li", {}, make("span", { className: `swatch speed-${band}` }), make("span", { text: name }))));
showSpeeds();

onChange((what, item) => {
  if (what === "link") panel.showLink(item);
  if (what === "model" && item === "travel-times" && models.get(item).current !== speedVersion) loadSpeeds();
  if (what === "hazard" && item.id === map.chosen) panel.detail(hazards.get(item.id) ?? null);
});
setInterval(() => { forget(); panel.refresh(); learning.refresh(); }, 400);
if (innerWidth <= 640) {
  panel.fold(true);
  document.getElementById("learning").open = false;
}

// Pointers: one moves the map, two zoom it, a tap chooses.
const pointers = new Map();
let travelled = 0;

element.addEventListener("pointerdown", (event) => {
  element.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  if (pointers.size === 1) travelled = 0;
  element.classList.add("moving");
});
element.addEventListener("pointermove", ({ pointerId, clientX: x, clientY: y }) => {
  const before = pointers.get(pointerId);
  if (!before) return element.classList.toggle("pointing", map.hazardAt(x, y) !== null);
  const other = [...pointers].find(([id]) => id !== pointerId)?.[1];
  const away = ([px, py]) => Math.max(1, Math.hypot(px - other[0], py - other[1]));
  if (other) map.zoom(away([x, y]) / away(before), (x + other[0]) / 2, (y + other[1]) / 2);
  const share = other ? 0.5 : 1;
  map.pan((x - before[0]) * share, (y - before[1]) * share);
  travelled += Math.hypot(x - before[0], y - before[1]);
  pointers.set(pointerId, [x, y]);
});
for (const end of ["pointerup", "pointercancel"]) {
  element.addEventListener(end, ({ pointerId, clientX, clientY }) => {
    pointers.delete(pointerId);
    element.classList.toggle("moving", pointers.size > 0);
    if (end === "pointerup" && travelled < 6 && !pointers.size) choose(map.hazardAt(clientX, clientY)?.id ?? null);
  });
}
element.addEventListener("wheel", (event) => {
  event.preventDefault();
  const pixels = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
  map.zoom(Math.exp(-Math.max(-300, Math.min(300, pixels)) * 0.0022), event.clientX, event.clientY);
}, { passive: false });

const moves = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
const zooms = { "+": 1.6, "=": 1.6, "-": 0.625 };
element.addEventListener("keydown", (event) => {
  if (moves[event.key]) map.pan(...moves[event.key]);
  if (zooms[event.key] && !event.ctrlKey) map.zoom(zooms[event.key]);
  if (event.key === "Escape") choose(null);
});
document.getElementById("zoom").addEventListener("click", ({ target: { dataset: { zoom } } }) => {
  if (zoom === "all") map.showAll();
  else if (zoom) map.zoom(Number(zoom));
});

start();
