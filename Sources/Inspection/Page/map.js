// The map: two canvases, one for the roads, drawn when the view has settled, and one for what moves, drawn on every frame.
import { drawSign } from "./kinds.js";
import { SpeedLayer } from "./speeds.js";
import { hazards, placeOf, vehicles } from "./state.js";

const WORLD = 2 ** 25; // units around the equator: about a metre each, so that 32-bit paths are exact to a centimetre
const SETTLE_MS = 90;
const WIDE = 640; // pixels from which the panel stands beside the map, not over its lower part
// How classes of roads look: metres wide, at least so many pixels, from which scale on they are shown, and in which colour.
const looks = [
  { classes: ["motorway", "trunk"], metres: 15, least: 2.2, from: 0, colour: "major" },
  { classes: ["motorway_link", "trunk_link", "primary"], metres: 12, least: 1.7, from: 0, colour: "major" },
  { classes: ["primary_link", "secondary"], metres: 10, least: 1.3, from: 0, colour: "arterial" },
  { classes: ["secondary_link", "tertiary", "tertiary_link"], metres: 8.5, least: 0.9, from: 0.02, colour: "arterial" },
  { classes: ["unclassified", "residential", "living_street"], metres: 6.5, least: 0.5, from: 0.035, colour: "minor" },
];
const arrow = new Path2D("M0-8 5.2 6.4 0 3.6-5.2 6.4z");

export class RoadMap {
  constructor(element) {
    this.element = element;
    [this.roads, this.live] = ["roads", "live"].map((id) => document.getElementById(id).getContext("2d"));
    this.view = { x: 0, y: 0, scale: 0.1 }; // the middle in units, and pixels a unit
    this.drawn = null; // the view that the roads were drawn at
    Object.assign(this, { origin: [0, 0], chunks: [], labels: [], roadsAt: 0, chosen: null, speeds: new SpeedLayer() });
    this.isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.readColours();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.readColours());
    new ResizeObserver(() => this.resize()).observe(element);
    this.resize();
    requestAnimationFrame((now) => this.frame(now));
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    this.font = `500 11px ${style.fontFamily}`;
    this.colours = new Proxy({}, { get: (known, name) => (known[name] ??= style.getPropertyValue(`--${name}`).trim()) });
    this.drawn = null;
  }

  resize() {
    [this.width, this.height] = [this.element.clientWidth, this.element.clientHeight];
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    for (const { canvas } of [this.roads, this.live]) {
      [canvas.width, canvas.height] = [this.width * this.ratio, this.height * this.ratio];
    }
    this.drawn = null;
  }

  units(lat, lon) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return [(WORLD * lon) / 360 - this.origin[0], (-WORLD * Math.atanh(sine)) / (2 * Math.PI) - this.origin[1]];
  }
  pixel([x, y]) {
    const { view } = this;
    return [(x - view.x) * view.scale + this.width / 2, (y - view.y) * view.scale + this.height / 2];
  }
  isSeen([x, y], margin) {
    return x > -margin && y > -margin && x < this.width + margin && y < this.height + margin;
  }
  pan(dx, dy) { this.view = { ...this.view, x: this.view.x - dx / this.view.scale, y: this.view.y - dy / this.view.scale }; }
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const { x, y, scale: before } = this.view;
    const scale = Math.min(14, Math.max(0.002, before * factor));
    const shift = 1 / before - 1 / scale;
    this.view = { x: x + (px - this.width / 2) * shift, y: y + (py - this.height / 2) * shift, scale };
  }
  /// What the panel covers: so many pixels from the left, or from below.
  get covered() {
    const { offsetWidth, offsetHeight } = document.getElementById("panel");
    return this.width > WIDE ? [offsetWidth + 14, 0] : [0, offsetHeight];
  }
  /// Shows a place, given in units, in the middle of what is not covered.
  show([x, y], scale = Math.max(this.view.scale, 0.6)) {
    const [left, bottom] = this.covered;
    this.view = { x: x - left / 2 / scale, y: y + bottom / 2 / scale, scale };
  }
  showAll() {
    const [left, bottom] = this.covered;
    const [west, north, east, south] = this.box ?? [-1, -1, 1, 1];
    const scale = 0.92 * Math.min((this.width - left) / (east - west), (this.height - bottom) / (south - north));
    this.show([(west + east) / 2, (north + south) / 2], scale);
  }

  /// Takes the answer of /api/v1/roads.
  load({ unit, bounds, classes, names, roads }) {
    const [west, south, east, north] = bounds.map((side) => side * unit);
    this.origin = this.units((south + north) / 2, (west + east) / 2);
    this.box = [...this.units(north, west), ...this.units(south, east)];
    this.unitsPerMetre = WORLD / 40_075_017 / Math.cos((north * Math.PI) / 180);
    const [chunks, labels] = [new Map(), new Map()];
    for (const [edge, number, name, ...deltas] of roads) {
      const points = [];
      for (let index = 0, lon = 0, lat = 0; index < deltas.length; index += 2) {
        [lon, lat] = [lon + deltas[index], lat + deltas[index + 1]];
        points.push(this.units(lat * unit, lon * unit));
      }
      const look = looks.findIndex((candidate) => candidate.classes.includes(classes[number]));
      this.addRoad(chunks, look, points);
      this.speeds.addRoad(edge, points);
      if (name) this.addLabels(labels, names[name], look, points);
    }
    this.chunks = [...chunks.values()];
    this.labels = [...labels.values()].sort((a, b) => a.look - b.look || b.length - a.length);
    this.drawn = null;
  }

  /// Takes the answer of /api/v1/roads/speeds.
  showSpeeds(arcs) {
    this.speeds.take(arcs, this.unitsPerMetre);
    this.drawn = null;
  }

  /// Roads of one look in one square are one path: what is out of sight costs nothing.
  addRoad(chunks, look, points) {
    const key = [look, ...points[0].map((side) => Math.floor(side / 2048))].join();
    if (!chunks.has(key)) chunks.set(key, { look, path: new Path2D(), box: [Infinity, Infinity, -Infinity, -Infinity] });
    const { path, box } = chunks.get(key);
    points.forEach(([x, y], index) => {
      if (index) path.lineTo(x, y); else path.moveTo(x, y);
      [box[0], box[1], box[2], box[3]] = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    });
  }

  /// A name stands once on each square of the map, on the longest straight piece there.
  addLabels(labels, name, look, points) {
    for (let index = 1; index < points.length; index++) {
      const [[ax, ay], [bx, by]] = [points[index - 1], points[index]];
      const length = Math.hypot(bx - ax, by - ay);
      const key = [name, Math.floor(ax / 3000), Math.floor(ay / 3000)].join();
      if (length < 40 || length <= (labels.get(key)?.length ?? 0)) continue;
      const angle = Math.atan((by - ay) / (bx - ax || 1e-9));
      labels.set(key, { name, look, length, angle, at: [(ax + bx) / 2, (ay + by) / 2] });
    }
  }

  drawRoads() {
    const { roads: context, view, ratio, colours } = this;
    const reach = [this.width / 2 / view.scale + 50, this.height / 2 / view.scale + 50];
    const isSeen = (box) => box[0] < view.x + reach[0] && box[2] > view.x - reach[0] && box[1] < view.y + reach[1] && box[3] > view.y - reach[1];
    const seen = this.chunks.filter(({ box }) => isSeen(box));
    // From afar there is no room for edges: roads then take the edge's colour, which stands out from the land.
    const hasEdges = view.scale >= 0.12;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ...this.pixel([0, 0]).map((side) => side * ratio));
    context.lineCap = context.lineJoin = "round";
    for (const isEdge of hasEdges ? [true, false] : [false]) {
      for (const { metres, least, from, colour } of looks.filter((look) => view.scale >= look.from).reverse()) {
        const width = Math.max(least * (0.6 + Math.min(1.2, view.scale * 3)), metres * this.unitsPerMetre * view.scale);
        context.strokeStyle = colours[isEdge || !hasEdges ? `${colour}-edge` : colour];
        context.lineWidth = (width + (isEdge ? 1.8 : 0)) / view.scale;
        for (const { look, path } of seen) if (looks[look].metres === metres) context.stroke(path);
      }
    }
    this.speeds.draw(context, view, isSeen, this.unitsPerMetre, colours);
    this.drawLabels(context);
    this.drawn = view;
    context.canvas.style.transform = "";
  }

  drawLabels(context) {
    const { view, ratio, colours } = this;
    const taken = [];
    Object.assign(context, { font: this.font, textAlign: "center", textBaseline: "middle", lineWidth: 3, strokeStyle: colours.land, fillStyle: colours.label });
    for (const { name, look, length, angle, at } of this.labels) {
      const [x, y] = this.pixel(at);
      if (view.scale < [0.1, 0.1, 0.25, 0.25, 0.7][look] || !this.isSeen([x, y], 0) || length * view.scale < name.length * 3.2) continue;
      if (taken.some(([tx, ty]) => Math.abs(tx - x) < 95 && Math.abs(ty - y) < 46)) continue;
      taken.push([x, y]);
      const [cos, sin] = [ratio * Math.cos(angle), ratio * Math.sin(angle)];
      context.setTransform(cos, sin, -sin, cos, ratio * x, ratio * y);
      context.strokeText(name, 0, 0);
      context.fillText(name, 0, 0);
    }
  }

  frame(now) {
    if (!this.drawn || (this.drawn !== this.view && now - this.roadsAt > SETTLE_MS)) {
      this.drawRoads();
      this.roadsAt = now;
    } else if (this.drawn !== this.view) {
      // Until the roads are drawn again, their picture is moved along.
      const scale = this.view.scale / this.drawn.scale;
      const [x, y] = this.pixel([this.drawn.x, this.drawn.y]);
      this.roads.canvas.style.transform = `translate(${x - (this.width / 2) * scale}px,${y - (this.height / 2) * scale}px) scale(${scale})`;
    }
    this.live.setTransform(1, 0, 0, 1, 0, 0);
    this.live.clearRect(0, 0, this.live.canvas.width, this.live.canvas.height);
    this.drawVehicles(this.live, now);
    const rank = ({ id, state }) => (id === this.chosen ? 3 : ["cleared", "reported", "confirmed"].indexOf(state));
    for (const hazard of [...hazards.values()].sort((a, b) => rank(a) - rank(b))) this.drawHazard(this.live, hazard, now);
    requestAnimationFrame((next) => this.frame(next));
  }

  drawVehicles(context, now) {
    const size = Math.min(1.5, 0.55 + this.view.scale);
    Object.assign(context, { fillStyle: this.colours.vehicle, strokeStyle: this.colours.paper, lineWidth: 1.5 / size });
    for (const vehicle of vehicles.values()) {
      const { lat, lon, heading, opacity } = placeOf(vehicle, now);
      const pixel = this.pixel(this.units(lat, lon));
      if (!this.isSeen(pixel, 20)) continue;
      const [cos, sin] = [Math.cos((heading * Math.PI) / 180), Math.sin((heading * Math.PI) / 180)].map((part) => part * size * this.ratio);
      context.setTransform(cos, sin, -sin, cos, ...pixel.map((side) => side * this.ratio));
      context.globalAlpha = opacity;
      context.stroke(arrow);
      context.fill(arrow);
    }
  }

  /// A hazard's place in units: on its road where that is known.
  placeOf({ road, latitude, longitude }) { return this.units(road?.latitude ?? latitude, road?.longitude ?? longitude); }

  drawHazard(context, hazard, now) {
    const pixel = this.pixel(this.placeOf(hazard));
    if (!this.isSeen(pixel, 70)) return;
    const news = (now - hazard.changedAt) / 2400;
    const isChosen = hazard.id === this.chosen;
    context.setTransform(this.ratio, 0, 0, this.ratio, ...pixel.map((side) => side * this.ratio));
    if (hazard.changedAt && news < 1 && !this.isCalm) {
      Object.assign(context, { globalAlpha: 0.5 * (1 - news), fillStyle: this.colours[hazard.state] });
      context.beginPath();
      context.arc(0, 0, 14 + 46 * news, 0, 7);
      context.fill();
    }
    context.globalAlpha = hazard.clearedAt === null ? 1 : Math.max(0.15, 0.85 - (now - hazard.clearedAt) / 70_000);
    drawSign(context, hazard, isChosen ? 20 : 15, this.colours, isChosen);
  }

  /// The hazard under a pixel, if any.
  hazardAt(px, py) {
    const away = (hazard) => Math.hypot(...this.pixel(this.placeOf(hazard)).map((side, index) => side - [px, py][index]));
    const near = [...hazards.values()].filter((hazard) => away(hazard) < 24);
    return near.sort((a, b) => away(a) - away(b))[0] ?? null;
  }
}
