// A learning curve as SVG, drawn by hand: what the fleet's version did in each round, and what was decided about it.
const NS = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [340, 148];
const [LEFT, RIGHT, TOP, BOTTOM] = [38, 10, 18, 30]; // room for the axes

/// How decisions are marked: by shape, so that nobody needs colours to tell, and in words.
export const marks = {
  promoted: { name: "promoted", shape: "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z" },
  refused: { name: "refused", shape: "M-3.6-3.6 3.6 3.6M3.6-3.6-3.6 3.6" },
  rolled_back: { name: "rolled back", shape: "M-4.4-3.4h8.8L0 4.4z" },
  abandoned: { name: "given up", shape: "M0-4.5v9" },
};

export function node(tag, attributes = {}, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/// A mark for the legend, as it stands in the curve.
export function markSign(decision) {
  return node("svg", { viewBox: "-6 -6 12 12", class: `mark ${decision}`, "aria-hidden": "true" }, node("path", { d: marks[decision].shape }));
}

/// Round numbers from `low` to `high` that are multiples of 1, 2 or 5 times a power of ten: `most` at most.
function ticks(low, high, most) {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-6);
  return Array.from({ length: Math.floor(high / step + 1e-6) - first + 1 }, (_, index) => (first + index) * step);
}

/// The curve of `points` {round, value, decision, title}, in order of rounds. A value of null is marked at the lower edge. The line joins
/// points that have `isOnLine`. `format` writes a value; `bounds` is what values cannot leave.
export function curve(points, { label, yTitle, format, bounds }) {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max((most - least) * 0.15, bounds.least);
  const [low, high] = [Math.max(bounds.low, least - margin), Math.min(bounds.high, most + margin)];
  const [first, last] = [points[0].round, Math.max(points.at(-1).round, points[0].round + 1)];
  const x = (round) => LEFT + ((round - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => (value === null ? HEIGHT - BOTTOM : HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM));
  const text = (content, attributes) => node("text", attributes, content);
  const svg = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "curve", role: "img", "aria-label": label });
  for (const value of ticks(low, high, 4)) {
    svg.append(node("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), class: "grid" }),
      text(format(value), { x: LEFT - 5, y: y(value) + 3.5, "text-anchor": "end" }));
  }
  for (const round of ticks(first, last, 7).filter(Number.isInteger)) {
    svg.append(text(String(round), { x: x(round), y: HEIGHT - BOTTOM + 13, "text-anchor": "middle" }));
  }
  svg.append(node("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM, class: "axis" }),
    text(yTitle, { x: 0, y: 10 }), text("round", { x: WIDTH - RIGHT, y: HEIGHT - 3, "text-anchor": "end" }));
  const line = points.filter(({ isOnLine }) => isOnLine).map(({ round, value }) => `${x(round).toFixed(1)} ${y(value).toFixed(1)}`);
  if (line.length > 1) svg.append(node("path", { d: `M${line.join("L")}`, class: "line" }));
  for (const { round, value, decision, title } of points.filter((point) => point.decision)) {
    svg.append(node("g", { class: `mark ${decision}`, transform: `translate(${x(round).toFixed(1)} ${y(value).toFixed(1)})` },
      node("title", {}, title), node("path", { d: marks[decision].shape })));
  }
  return svg;
}
