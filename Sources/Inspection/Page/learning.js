// What the fleet learns: for each model a curve, the version that the fleet runs, and the round that is open.
import { curve, markSign, marks } from "./curve.js";
import { make } from "./panel.js";
import { models, sinceLog } from "./state.js";

const number = new Intl.NumberFormat("en").format;
const percent = (share, digits = 1) => `${(share * 100).toFixed(digits)} %`;
const counted = (updates) => `${number(updates)} ${updates === 1 ? "update" : "updates"}`;
const short = (digest) => digest?.slice(0, 8) ?? "–";
/// A log-ratio as a share: 0.1 is a tenth too long or too short, about.
const share = (logRatio) => Math.expm1(logRatio);

// How each model is told: its name, what its curve is of, and which points that has.
const kinds = {
  perception: {
    name: "Road surfaces", yTitle: "test windows told right", format: (value) => percent(value, 0),
    bounds: { low: 0, high: 1, least: 0.02 }, said: "told right",
    points: (versions) => [
      ...versions.slice(0, 1).filter(({ parent_accuracy: value }) => value !== undefined)
        .map(({ round, parent_accuracy: value }) => ({ round: round - 1, value, isOnLine: true })),
      ...versions.map((version) => point(version, version.accuracy, version.decision === "promoted")),
    ],
    now: (versions) => {
      const last = versions.findLast(({ accuracy }) => accuracy !== undefined);
      return last?.decision === "promoted" ? last.accuracy : last?.parent_accuracy;
    },
  },
  "travel-times": {
    name: "Travel times", yTitle: "error of a road's time, median", format: (value) => percent(value, 0),
    bounds: { low: 0, high: Infinity, least: 0.02 }, said: "error",
    points: (versions) => versions.map((version) => {
      const isKnown = version.base_error !== undefined;
      return point(version, isKnown ? share(version.base_error) : undefined, isKnown);
    }),
    now: (versions) => {
      const last = versions.findLast(({ base_error: error }) => error !== undefined);
      return last && share(last.decision === "rolled_back" ? last.parent_error : last.base_error);
    },
  },
};

function point({ round, version, decision, updates }, value, isOnLine) {
  const figure = value === undefined ? "" : `, ${percent(value)}`;
  const title = `round ${round}: ${marks[decision]?.name ?? decision}, ${counted(updates)}${figure}${version ? `, version ${short(version)}` : ""}`;
  return { round, value: value ?? null, decision: marks[decision] ? decision : "abandoned", isOnLine: isOnLine && value !== undefined, title };
}

export class Learning {
  constructor(element) {
    this.element = element;
    this.keys = new Map();
  }

  /// Writes what may have changed; curves are drawn again only where a round was decided.
  refresh() {
    const known = Object.keys(kinds).filter((name) => models.has(name));
    this.element.closest("details").hidden = !known.length;
    for (const name of known) {
      const model = models.get(name);
      const block = document.getElementById(`model-${name}`) ?? this.addBlock(name);
      const key = [model.current, ...model.versions.map(({ round, decision }) => round + decision)].join();
      if (this.keys.get(name) !== key) this.drawModel(name, model, block);
      this.keys.set(name, key);
      this.drawRound(model, block.lastElementChild);
    }
  }

  addBlock(name) {
    const block = make("div", { className: "model", id: `model-${name}` }, make("div"), make("p", { className: "round" }));
    this.element.append(block);
    return block;
  }

  drawModel(name, { current, versions }, block) {
    const { points, now, format, said, ...titles } = kinds[name];
    const value = now(versions);
    const head = make("div", { className: "model-head" }, make("h3", { text: titles.name }),
      make("span", { className: "figure", text: value === undefined ? "" : percent(value) }),
      make("span", { className: "where", text: value === undefined ? "" : said }),
      make("code", { text: short(current), title: `the fleet runs version ${current}` }));
    const drawn = points(versions);
    if (drawn.filter((each) => each.value !== null).length === 0) {
      return block.firstElementChild.replaceWith(make("div", {}, head, make("p", { className: "where", text: "No version was judged yet." })));
    }
    const label = `${titles.name}, ${titles.yTitle} by round. ${drawn.filter(({ title }) => title).map(({ title }) => title).slice(-12).join(". ")}`;
    const decisions = Object.keys(marks).filter((decision) => drawn.some((each) => each.decision === decision));
    const legend = make("p", { className: "marks" }, ...decisions.map((decision) => make("span", {}, markSign(decision), marks[decision].name)));
    block.firstElementChild.replaceWith(make("div", {}, head, curve(drawn, { label, format, ...titles }), legend));
  }

  drawRound({ open, round }, line) {
    if (!open) {
      const text = `Round ${number(round)} is decided.`;
      if (line.textContent !== text) line.replaceChildren(text);
      return;
    }
    const { cohort_limit: limit = Infinity, cohort_minimum: least, opened_ms: opened, deadline_ms: deadline, updates, phase } = open;
    const left = Math.ceil(-sinceLog(deadline ?? 0) / 1000);
    const end = phase === "computing" ? "validators compute the version" : left > 0 ? `closes within ${left} s` : "closing";
    const bounds = least === undefined ? "" : ` (${number(least)} needed, ${number(limit)} at most)`;
    const text = `Round ${number(open.round)}: ${counted(updates)}${bounds}, ${end}`;
    if (line.textContent === text) return;
    // A round ends when it is full or its time is over, whichever comes first.
    const time = opened === undefined ? 0 : sinceLog(opened) / (deadline - opened);
    const share = phase === "computing" ? 1 : Math.min(1, Math.max(updates / limit, time, 0));
    const bar = make("progress", { max: "1", value: share.toFixed(3), "aria-label": "How near the round's end is" });
    line.replaceChildren(make("span", { text }), bar);
  }
}
