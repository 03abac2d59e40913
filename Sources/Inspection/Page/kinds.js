// What hazards look like: a name for people, and a sign that the map and the list draw alike.
const tick = new Path2D("M6 12.5l4 4 8-9");
// Strokes on a square of 24, and the kinds that have this sign.
const signs = [
  ["M12 5v9M12 18.3v.2", "violence dangerous_curve signal_violation dangerous_situation"],
  ["M12 4v16M5 8l14 8M19 8 5 16M12 7l-2-2M12 7l2-2M12 17l-2 2M12 17l2 2", "adhesion"],
  ["M12 4q6 7 6 10.5a6 6 0 0 1-12 0Q6 11 12 4z", "aquaplaning"],
  ["M3 14h4l2-5 3 8 3-7 2 4h4", "surface_condition"],
  ["M12 3l2 5 5-2-2 5 5 2-5 2 2 5-5-2-2 5-2-5-5 2 2-5-5-2 5-2-2-5 5 2z", "accident post_crash collision_risk"],
  ["M10.5 5h3l4 13h-11zM4.5 19.5h15M8.3 13h7.4", "roadworks"],
  ["M4 9h16v5H4zM7 14v5M17 14v5M8 14l4-5M13 14l4-5", "impassability level_crossing"],
  ["M5 8l7-4 7 4v8l-7 4-7-4zM5 8l7 4 7-4M12 12v8", "obstacle"],
  ["M12 13q4 2 3.5 5-3.5 2-7 0Q8 15 12 13zM6.5 11v1M10 7v1.5M14 7v1.5M17.5 11v1", "animal"],
  ["M12 4.5v.5M12 9v6M7.5 11h9M12 15l-3 5.5M12 15l3 5.5", "people"],
  ["M8 20V6M4.5 9.5 8 6l3.5 3.5M16 4v14M12.5 14.5 16 18l3.5-3.5", "wrong_way_driving"],
  ["M4 8h11M18 8h2M4 12h3M10 12h10M4 16h9M16 16h4", "visibility"],
  ["M7 14a4 4 0 0 1 .5-8 5 5 0 0 1 9.3 1.5A3.3 3.3 0 0 1 17 14zM8 17l-1 3M12.5 17l-1 3M17 17l-1 3", "extreme_weather precipitation"],
  ["M5 5h14v4H5zM5 10.5h14v4H5zM5 16h14v4H5z", "traffic_condition dangerous_end_of_queue"],
  ["M5 12l2-5h10l2 5v5H5zM7.5 17v2M16.5 17v2M8.5 14v.1M15.5 14v.1", "slow_vehicle public_transport_approaching vehicle_breakdown stationary_vehicle"],
  ["M12 5v14M5 12h14", "rescue human_problem emergency_vehicle"],
].map(([strokes, kinds]) => ({ path: new Path2D(strokes), kinds: kinds.split(" ") }));
const names = {
  adhesion: "slippery road", surface_condition: "damaged surface", impassability: "road impassable", visibility: "poor visibility",
  obstacle: "obstacle on the road", animal: "animal on the road", people: "people on the road", wrong_way_driving: "wrong-way driver",
  traffic_condition: "heavy traffic", dangerous_end_of_queue: "end of a queue", public_transport_approaching: "tram or bus approaching",
  vehicle_breakdown: "broken-down vehicle", post_crash: "crashed vehicle", human_problem: "driver needs help",
};

/// A kind's name as a sentence begins.
export function kindName(kind) {
  const name = names[kind] ?? kind.replaceAll("_", " ");
  return name[0].toUpperCase() + name.slice(1);
}

/// Draws a hazard's sign, `half` pixels from middle to corner, around the origin: hollow where it is only reported, solid where it is
/// confirmed, ticked where it is over, so that nobody needs colours to tell.
export function drawSign(context, { kind, state }, half, colours, isChosen = false) {
  const solid = state === "confirmed";
  context.save();
  context.scale(half / 18, half / 18);
  context.rotate(Math.PI / 4);
  context.beginPath();
  context.roundRect(-12, -12, 24, 24, 4);
  Object.assign(context, { lineWidth: 5, strokeStyle: colours.paper, fillStyle: solid ? colours[state] : colours.paper });
  context.stroke();
  context.fill();
  Object.assign(context, { lineWidth: isChosen ? 3.5 : 2.4, strokeStyle: colours[state] });
  context.stroke();
  context.rotate(-Math.PI / 4);
  context.translate(-12, -12);
  Object.assign(context, { lineWidth: 2, lineCap: "round", lineJoin: "round", strokeStyle: solid ? colours.paper : colours[state] });
  context.stroke(state === "cleared" ? tick : (signs.find(({ kinds }) => kinds.includes(kind)) ?? signs[0]).path);
  context.restore();
}
