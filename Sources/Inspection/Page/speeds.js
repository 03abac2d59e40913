// Roads coloured by the speed that the fleet has learned for them, against free flow: one stripe a direction, on the side one drives on
// where both are known (the right). Bands differ in lightness and width as well as in hue, so that nobody needs colours to tell.
export const bands = [
  { from: 950, name: "over 95 %" }, { from: 800, name: "80 to 95 %" }, { from: 600, name: "60 to 80 %" },
  { from: 400, name: "40 to 60 %" }, { from: 0, name: "below 40 %" },
];
const SQUARE = 2048; // units: stripes of one band in one square are one path
const METRES = 3.4; // of a stripe, and from the middle of the road to it half as much

export class SpeedLayer {
  constructor() {
    Object.assign(this, { roads: new Map(), chunks: [], isShown: false, arcs: [] });
  }

  /// A road's points in units, by its edge's number.
  addRoad(edge, points) { this.roads.set(edge, points); }

  /// Takes the answer of /api/v1/roads/speeds: arcs with their speed in thousandths of free flow's.
  take(arcs, unitsPerMetre) {
    this.arcs = arcs;
    const known = new Set(arcs.map(([arc]) => arc));
    const chunks = new Map();
    for (const [arc, permille] of arcs) {
      const points = this.roads.get(arc >>> 1);
      if (!points) continue;
      const band = bands.findIndex(({ from }) => permille >= from);
      const side = known.has((arc ^ 1) >>> 0) ? (METRES / 2 + 0.4) * unitsPerMetre : 0;
      this.addStripe(chunks, band, beside(arc & 1 ? points.toReversed() : points, side));
    }
    // The slowest are drawn last, above the others.
    this.chunks = [...chunks.values()].sort((a, b) => a.band - b.band);
  }

  addStripe(chunks, band, points) {
    const key = [band, ...points[0].map((side) => Math.floor(side / SQUARE))].join();
    if (!chunks.has(key)) chunks.set(key, { band, path: new Path2D(), box: [Infinity, Infinity, -Infinity, -Infinity] });
    const { path, box } = chunks.get(key);
    points.forEach(([x, y], index) => {
      if (index) path.lineTo(x, y); else path.moveTo(x, y);
      [box[0], box[1], box[2], box[3]] = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    });
  }

  /// Draws what is in sight, in units: the context is set up for them.
  draw(context, { scale }, isSeen, unitsPerMetre, colours) {
    if (!this.isShown) return;
    context.lineCap = "butt";
    for (const { band, path } of this.chunks.filter(({ box }) => isSeen(box))) {
      context.strokeStyle = colours[`speed-${band}`];
      context.lineWidth = Math.max(1.1 + band * 0.35, METRES * unitsPerMetre * scale * (0.6 + band * 0.12)) / scale;
      context.stroke(path);
    }
  }
}

/// The line that runs `side` units to the right of another.
function beside(points, side) {
  if (!side) return points;
  return points.map(([x, y], index) => {
    const [before, after] = [points[Math.max(0, index - 1)], points[Math.min(points.length - 1, index + 1)]];
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.hypot(dx, dy) || 1;
    return [x - (dy / length) * side, y + (dx / length) * side];
  });
}
