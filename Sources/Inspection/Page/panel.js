// The panel: numbers, lists and the chosen hazard. It writes text nodes only: nothing that comes from outside becomes markup.
import { drawSign, kindName } from "./kinds.js";
import { ageOf, blocks, entryRate, hazards, vehicles } from "./state.js";

const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en").format;
const clock = (time) => new Date(time).toLocaleTimeString([], { hour12: false });
const vehicleText = (count) => `${count === 64 ? "64 or more" : count} ${count === 1 ? "vehicle" : "vehicles"}`;
const order = ["confirmed", "reported", "cleared"];

/// An element with a class, text, other attributes and children.
export function make(tag, { className = "", text = "", ...attributes } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), { className, textContent: text });
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const units = [[3_600_000, "h"], [60_000, "min"], [1000, "s"]];
function ageText(milliseconds) {
  const [length, unit] = units.find(([length]) => milliseconds >= length) ?? units[2];
  return `${Math.floor(milliseconds / length)} ${unit}`;
}

export class Panel {
  /// A panel that says `choose(id)` where a hazard is chosen, null where none is any more.
  constructor(colours, choose) {
    Object.assign(this, { colours, choose, chosen: null });
    at("fold").addEventListener("click", () => this.fold(!at("panel").classList.contains("folded")));
  }

  fold(isFolded) {
    at("panel").classList.toggle("folded", isFolded);
    at("fold").setAttribute("aria-expanded", String(!isFolded));
  }

  showStatus({ title, validator, committee_size: count }) {
    at("title").textContent = document.title = title;
    at("validator").textContent = `${validator}, one of ${count}`;
  }

  showLink(state) {
    Object.assign(at("link"), { textContent: state === "live" ? "live" : "reconnecting" }).dataset.state = state;
  }

  /// Writes what may have changed: a few times a second is enough.
  refresh() {
    const head = blocks.at(-1);
    for (const name of head ? ["size", "height", "view"] : []) at(name).textContent = number(head[name]);
    at("root").textContent = head?.root.slice(0, 10) ?? "–";
    at("root").title = head?.root ?? "";
    at("rate").textContent = entryRate().toFixed(1);
    at("vehicles").textContent = number(vehicles.size);
    this.listHazards();
    this.listBlocks();
    for (const age of document.querySelectorAll("[data-time]")) age.textContent = ageText(ageOf(Number(age.dataset.time)));
  }

  listHazards() {
    const rank = ({ state, first_seen_ms }) => order.indexOf(state) * 1e14 - first_seen_ms;
    const sorted = [...hazards.values()].sort((a, b) => rank(a) - rank(b));
    const count = (wanted) => sorted.filter(({ state }) => state === wanted).length;
    at("hazard-count").textContent = `${count("confirmed")} confirmed, ${count("reported")} reported`;
    // Rows are replaced only where the list says something else, so that focus and pointer stay where they are.
    const key = sorted.map((hazard) => [hazard.id, hazard.state, hazard.vehicles].join()).join() + this.chosen;
    if (key === this.hazardKey) return;
    this.hazardKey = key;
    const focused = document.activeElement?.dataset?.hazard;
    const rows = sorted.slice(0, 100).map((hazard) => make("li", {}, this.hazardRow(hazard)));
    at("hazards").replaceChildren(...(rows.length ? rows : [make("li", { className: "none", text: "None known now." })]));
    if (focused) at("hazards").querySelector(`[data-hazard="${focused}"]`)?.focus();
  }

  hazardRow(hazard) {
    const sign = make("canvas", { width: 60, height: 60, "aria-hidden": "true" });
    const context = sign.getContext("2d");
    context.translate(30, 30);
    drawSign(context, hazard, 30, this.colours());
    const row = make("button", { className: "row", type: "button", "data-hazard": hazard.id, "aria-pressed": String(hazard.id === this.chosen) },
      sign,
      make("span", { className: "what", text: kindName(hazard.kind) }),
      make("span", { className: `state ${hazard.state}`, text: hazard.state }),
      make("span", { className: "where", text: `${hazard.road?.name || `cell ${hazard.cell}`}, ${vehicleText(hazard.vehicles)}` }),
      make("span", { className: "age", "data-time": hazard.first_seen_ms, title: "since it was first seen" }));
    row.addEventListener("click", () => this.choose(hazard.id));
    return row;
  }

  listBlocks() {
    const latest = blocks.slice(-8).reverse();
    at("blocks").replaceChildren(...latest.map((block) => make("li", { className: "row", title: `root ${block.root}` },
      make("span", { text: `#${number(block.height)}` }),
      make("span", { className: "where", text: `entries ${block.entries}, reports ${block.reports}` }),
      make("span", { className: "age", "data-time": block.time_ms }))));
  }

  /// Shows a hazard with the log's entries that it follows from; nothing for null.
  async detail(hazard) {
    const isOther = this.chosen !== hazard?.id;
    this.chosen = hazard?.id ?? null;
    const box = at("detail");
    box.hidden = !hazard;
    if (!hazard) return;
    if (isOther) at("body").scrollTop = 0;
    const close = make("button", { className: "close", type: "button", text: "✕", "aria-label": "Close" });
    close.addEventListener("click", () => this.choose(null));
    const facts = this.facts(hazard).flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]);
    const entries = isOther ? make("div", {}, make("p", { text: "reading the log…" })) : box.lastElementChild;
    box.replaceChildren(make("h3", { text: kindName(hazard.kind) }), make("p", { className: hazard.state, text: hazard.state }), close,
      make("dl", {}, ...facts), entries);
    if (isOther) this.fold(false);
    await this.readEntries(hazard.id, entries);
  }

  facts(hazard) {
    return [
      ["Where", hazard.road?.name || `${hazard.latitude.toFixed(5)}, ${hazard.longitude.toFixed(5)}`],
      ["Seen by", vehicleText(hazard.vehicles)],
      ["First seen", clock(hazard.first_seen_ms)],
      ...(hazard.state === "cleared" ? [] : [["Stands until", `${clock(hazard.expires_ms)} at least`]]),
      ["Block", `#${number(hazard.height)}`], ["Cell", hazard.cell],
      ...(hazard.edge === undefined ? [] : [["Edge", `${hazard.edge} ${hazard.direction}`]]),
      ["Name", hazard.id],
    ];
  }

  async readEntries(id, box) {
    const answer = await fetch(`/api/v1/hazards/${id}`).catch(() => null);
    if (this.chosen !== id) return;
    if (!answer?.ok) return box.replaceChildren(make("p", { text: "The log's entries cannot be read now." }));
    const { entries, complete } = await answer.json();
    const rows = entries.map(({ index, observation: { polarity, bucket, tag } }) => make("tr", {},
      make("td", {}, make("a", { href: `/api/v1/entries?from=${index}&limit=1`, text: `#${number(index)}` })),
      make("td", { text: polarity.replace("_", " ") }),
      make("td", { text: clock(bucket * 30_000) }),
      make("td", { title: `tag ${tag}`, text: tag.slice(0, 6) }),
      make("td", {}, make("a", { href: `/api/v1/proof?index=${index}`, download: `entry-${index}.tlog-proof`, text: "proof" }))));
    const head = make("tr", {}, ...["Entry", "Says", "Time", "Tag", "File"].map((text) => make("th", { text })));
    box.replaceChildren(make("table", {}, head, ...rows), ...(complete ? [] : [make("p", { text: "Earlier entries are not listed." })]));
  }
}
