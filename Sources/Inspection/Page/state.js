// What the page knows: hazards, vehicles, blocks and models, fed by /events. It draws nothing; it tells when something changed.
const VEHICLE_MS = 12_000; // a vehicle that says nothing for so long is no longer shown
const CLEARED_MS = 60_000; // for so long a cleared hazard is still shown
const BLOCKS = 64; // for the rate: ten seconds at six a second

export const hazards = new Map();
export const vehicles = new Map();
export const blocks = [];
/// By name: {current, round, open, versions}, of which the versions are the decided rounds, the oldest first.
export const models = new Map();
const listeners = [];
let clockOffset = null; // log time minus this browser's clock: ages are measured in log time

export const onChange = (listener) => listeners.push(listener);
const changed = (what, item) => listeners.forEach((listener) => listener(what, item));

/// Milliseconds since a log time, never negative.
export const ageOf = (time) => Math.max(0, sinceLog(time));
/// Milliseconds since a log time; negative where it is to come.
export const sinceLog = (time) => Date.now() + (clockOffset ?? 0) - time;

/// Entries a second over the last ten seconds of log time.
export const entryRate = () => blocks.reduce((sum, block) => sum + (ageOf(block.time_ms) < 10_000 ? block.entries : 0), 0) / 10;

/// Where a vehicle is drawn at `now`: on its way from where it was drawn to where it said to be, then on along its heading for at
/// most a second and a half, so that a sample a second looks like driving.
export function placeOf({ from, to, speed, since, span, heard }, now) {
  const way = Math.min(1, (now - since) / span);
  const late = Math.min(1.5, Math.max(0, (now - since - span) / 1000)) * speed / 111_195;
  const turn = ((to.heading - from.heading + 540) % 360) - 180;
  const [north, east] = [Math.cos(radians(to.heading)), Math.sin(radians(to.heading)) / Math.cos(radians(to.lat))];
  return {
    lat: from.lat + (to.lat - from.lat) * way + north * late,
    lon: from.lon + (to.lon - from.lon) * way + east * late,
    heading: from.heading + turn * way,
    opacity: Math.min(1, Math.max(0, (VEHICLE_MS - (now - heard)) / 2000)),
  };
}
const radians = (degrees) => (degrees * Math.PI) / 180;
function takeSighting([session, lat, lon, speed, heading], now) {
  const to = { lat: lat / 1e7, lon: lon / 1e7, heading: heading / 100 };
  const known = vehicles.get(session);
  const drawn = known ? placeOf(known, now) : to;
  const from = Math.abs(drawn.lat - to.lat) + Math.abs(drawn.lon - to.lon) > 0.01 ? to : drawn;
  const span = known ? Math.min(2000, Math.max(300, now - known.heard)) : 1000;
  vehicles.set(session, { from, to, speed: speed / 100, since: now, heard: now, span });
}

function takeHazard(hazard, isNews) {
  const now = performance.now();
  const known = hazards.get(hazard.id);
  const changedAt = isNews && known?.state !== hazard.state ? now : known?.changedAt ?? 0;
  hazards.set(hazard.id, { ...hazard, changedAt, clearedAt: hazard.state === "cleared" ? now : null });
  changed("hazard", hazard);
}

/// Takes a model's state as it is now, of which earlier rounds come from /api/v1/models.
function takeModel({ model, current, round, open, last }) {
  const versions = models.get(model)?.versions ?? [];
  const newest = versions.at(-1)?.round ?? 0;
  if (last && last.round > newest) versions.push(last);
  models.set(model, { current, round, open, versions });
  changed("model", model);
  if (last && last.round > newest + 1) loadModels();
}

const ROUNDS = 256; // that a curve shows
let isLoading = false;

async function loadModels() {
  if (isLoading) return;
  isLoading = true;
  const answer = await fetch(`/api/v1/models?limit=${ROUNDS}`).catch(() => null);
  isLoading = false;
  if (!answer?.ok) return;
  for (const { model, current, round, open, versions } of (await answer.json()).models) {
    const known = models.get(model);
    const ordered = versions.reverse();
    // An event may have told more than the answer has.
    const later = (known?.versions ?? []).filter((version) => version.round > (ordered.at(-1)?.round ?? 0));
    const isNewer = !known || round > known.round || (round === known.round && !known.open);
    models.set(model, { ...(isNewer ? { current, round, open } : known), versions: [...ordered, ...later].slice(-ROUNDS) });
    changed("model", model);
  }
}

function takeBlock(block) {
  // Blocks arrive late, never early: the largest offset is the nearest to the truth.
  const offset = block.time_ms - Date.now();
  clockOffset = clockOffset === null ? offset : Math.max(clockOffset - 1, offset);
  blocks.push(block);
  if (blocks.length > BLOCKS) blocks.shift();
}

/// Drops what is no longer shown.
export function forget() {
  const now = performance.now();
  for (const [session, { heard }] of vehicles) if (now - heard > VEHICLE_MS) vehicles.delete(session);
  for (const [id, hazard] of hazards) {
    if (hazard.clearedAt === null || now - hazard.clearedAt < CLEARED_MS) continue;
    hazards.delete(id);
    changed("hazard", hazard);
  }
}

/// Follows the validator's events. A browser reconnects by itself, unless it was refused: then we try again.
export function follow() {
  let startedAt = 0;
  const source = new EventSource("/events");
  const on = (name, take) => source.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("start", () => {
    startedAt = performance.now();
    hazards.clear();
    vehicles.clear();
    models.clear();
    blocks.length = 0;
    changed("link", "live");
    loadModels();
  });
  // The first second tells what stood before: nothing of it is news.
  on("hazard", (hazard) => takeHazard(hazard, performance.now() - startedAt > 1000));
  on("block", takeBlock);
  on("learning", takeModel);
  on("sighting", (batch) => batch.vehicles.forEach((row) => takeSighting(row, performance.now())));
  source.addEventListener("error", () => {
    changed("link", "lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  });
}
