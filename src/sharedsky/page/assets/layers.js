// What lies on the map, from below to above: zones, plans, the two sides of the selected conflict, where flights are at
// the chosen time, and the signs of the conflicts. What is active at that time is filled, what is not is an outline.

import { levelText } from "./format.js";
import { haloText, hatch } from "./palette.js";
import { drawSigns } from "./signs.js";
import { MEAN_RADIUS_M } from "./sphere.js";
import { traceLine, traceRings } from "./trace.js";

/** With more flights than this in view, only those in conflict and those selected carry their name. */
const MOST_NAMES = 30;
const QUIET_KINDS = new Set(["airspace-class", "rmz", "tmz", "no-restriction"]);

/** Everything that depends on the data, the time and the selection. Returns the signs, for pointing at them. */
export function drawData(ctx, camera, scene, state, colours, taken) {
  const chosen = state.selected;
  const sides = chosen ? new Set([...chosen.a.things, ...chosen.b.things]) : new Set();
  ctx.globalAlpha = chosen ? 0.5 : 1;
  drawZones(ctx, camera, scene.zones.filter((zone) => !sides.has(zone)), state, colours);
  drawPlans(ctx, camera, scene.plans.filter((plan) => !sides.has(plan)), state, colours);
  ctx.globalAlpha = 1;
  if (chosen) {
    drawSide(ctx, camera, chosen.b, state, colours, "B");
    drawSide(ctx, camera, chosen.a, state, colours, "A");
  }
  const signs = drawSigns(ctx, camera, scene, state, colours, taken);
  if (chosen) {
    drawSideMarks(ctx, camera, chosen.b, state, colours, "B", taken);
    drawSideMarks(ctx, camera, chosen.a, state, colours, "A", taken);
  }
  drawFlights(ctx, camera, scene, sides, state, colours, taken);
  drawZoneNames(ctx, camera, scene.zones, colours, taken);
  return signs;
}

function drawZones(ctx, camera, zones, state, colours) {
  for (const zone of zones) {
    const quiet = QUIET_KINDS.has(zone.kind);
    const colour = quiet ? colours.quietZone : colours.zone;
    for (const volume of zone.volumes) {
      if (!camera.maySee(volume.cap)) continue;
      ctx.beginPath();
      const fillable = traceRings(ctx, camera, volume.rings, volume.cap);
      const active = volume.isAt(state.time);
      if (active && fillable && !quiet) {
        ctx.fillStyle = hatch(ctx, colours, colour, "/", 9);
        ctx.fill("evenodd");
      }
      ctx.setLineDash(active ? [] : [3, 4]);
      ctx.strokeStyle = colour;
      ctx.lineWidth = active ? 1.5 : 1;
      ctx.stroke();
    }
  }
  ctx.setLineDash([]);
}

function drawPlans(ctx, camera, plans, state, colours) {
  ctx.beginPath();
  for (const plan of plans) {
    for (const path of plan.paths) if (camera.maySee(path.cap)) traceLine(ctx, camera, path.line);
    for (const volume of plan.volumes) {
      if (!volume.isAt(state.time) && camera.maySee(volume.cap)) traceRings(ctx, camera, volume.rings, volume.cap);
    }
  }
  ctx.strokeStyle = colours.plan;
  ctx.lineWidth = 1;
  ctx.globalAlpha *= 0.6;
  ctx.stroke();
  ctx.globalAlpha /= 0.6;
  for (const plan of plans) {
    for (const volume of plan.volumes) {
      if (!volume.isAt(state.time) || !camera.maySee(volume.cap)) continue;
      ctx.beginPath();
      if (traceRings(ctx, camera, volume.rings, volume.cap)) {
        ctx.fillStyle = colours.planFill;
        ctx.fill("evenodd");
      }
      ctx.lineWidth = 1.5;
      ctx.stroke();
    }
  }
}

/** One side of the selected conflict: A in solid lines and hatched one way, B in dashes and the other way. */
function drawSide(ctx, camera, side, state, colours, letter) {
  const colour = letter === "A" ? colours.sideA : colours.sideB;
  const dash = letter === "A" ? [] : [9, 5];
  for (const path of side.paths) {
    if (!camera.maySee(path.cap)) continue;
    drawReach(ctx, camera, path, colour);
    const range = path.rangeAt(state.time);
    if (range && range[1] > range[0]) drawLine(ctx, camera, path.stretch(...range), colour, 8, [], 0.35);
    drawLine(ctx, camera, path.line, colours.halo, 5, [], 0.7);
    drawLine(ctx, camera, path.line, colour, 2.25, dash, 1);
  }
  for (const volume of side.volumes) {
    if (!camera.maySee(volume.cap)) continue;
    ctx.beginPath();
    const fillable = traceRings(ctx, camera, volume.rings, volume.cap);
    if (volume.isAt(state.time) && fillable) {
      ctx.globalAlpha = 0.12;
      ctx.fillStyle = colour;
      ctx.fill("evenodd");
      ctx.globalAlpha = 0.75;
      ctx.fillStyle = hatch(ctx, colours, colour, letter === "A" ? "/" : "\\", 8);
      ctx.fill("evenodd");
      ctx.globalAlpha = 1;
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = volume.isAt(state.time) ? 2.5 : 1.5;
    ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** How far beside its legs a forecast may fly, as a soft ribbon. */
function drawReach(ctx, camera, path, colour) {
  if (path.reachM <= 0) return;
  const width = ((2 * path.reachM) / camera.mPerPx) * camera.enlargement(path.cap.middle);
  if (width < 3) return;
  drawLine(ctx, camera, path.line, colour, width, [], 0.13);
}

function drawLine(ctx, camera, xyz, colour, width, dash, alpha) {
  ctx.beginPath();
  traceLine(ctx, camera, xyz);
  ctx.lineJoin = "round";
  ctx.lineCap = dash.length ? "butt" : "round";
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.globalAlpha = alpha;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.lineCap = "butt";
  ctx.setLineDash([]);
}

/** The letter of a side where it is at the chosen time: on its flight, or in its active volume. */
function drawSideMarks(ctx, camera, side, state, colours, letter, taken) {
  const colour = letter === "A" ? colours.sideA : colours.sideB;
  for (const path of side.paths) {
    const index = path.nominalAt(state.time);
    if (index === null) continue;
    const place = path.pointAt(index);
    if (!camera.isVisible(place)) continue;
    const [x, y] = camera.project(place);
    drawAircraft(ctx, camera, path, index, colour, colours.halo, 9);
    const { metres, datum } = path.levelTextAt(index);
    drawLetter(ctx, camera, colours, colour, letter, x, y, `${side.name} ${levelText(metres, datum)}`, taken);
  }
  if (side.paths.length) return;
  const volume = side.volumes.find((v) => v.isAt(state.time)) ?? side.volumes[0];
  if (!volume || !camera.isVisible(volume.cap.middle)) return;
  const [x, y] = camera.project(labelPlace(camera, volume));
  drawLetter(ctx, camera, colours, colour, letter, x, y, `${side.name} ${volume.levelText}`, taken);
}

/** The northernmost point of a volume: its label does not hide what is inside. */
function labelPlace(camera, volume) {
  let best = volume.cap.middle;
  let top = Infinity;
  const ring = volume.rings[0];
  for (let k = 0; k < ring.length; k += 3) {
    const v = [ring[k], ring[k + 1], ring[k + 2]];
    if (!camera.isVisible(v)) continue;
    const y = camera.project(v)[1];
    if (y < top) [top, best] = [y, v];
  }
  return best;
}

function drawLetter(ctx, camera, colours, colour, letter, x, y, text, taken) {
  ctx.font = colours.font(12, 600);
  const width = ctx.measureText(text).width;
  const places = [[14, -14], [14, 16], [-14 - width - 18, -14], [-14 - width - 18, 16], [14, -34], [14, 36]];
  const inView = ([px, py]) => x + px > 0 && x + px + width + 20 < camera.width && y + py > 10 && y + py < camera.height - 10;
  const free = ([px, py]) => taken.claim(x + px + (width + 18) / 2, y + py, width + 20, 18);
  const [dx, dy] = places.filter(inView).find(free) ?? places.find(inView) ?? places[0];
  ctx.beginPath();
  ctx.arc(x + dx + 7, y + dy, 8, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.halo;
  ctx.font = colours.font(11, 700);
  ctx.fillText(letter, x + dx + 7, y + dy + 0.5);
  ctx.textAlign = "left";
  ctx.font = colours.font(12, 600);
  haloText(ctx, text, x + dx + 19, y + dy, colours.ink, colours.halo);
}

/** An arrowhead in the direction of flight. */
function drawAircraft(ctx, camera, path, index, colour, halo, size) {
  const here = camera.project(path.pointAt(index));
  const ahead = camera.project(path.pointAt(Math.min(path.count - 1, index + 0.01)));
  const behind = camera.project(path.pointAt(Math.max(0, index - 0.01)));
  const turn = Math.atan2(ahead[1] - behind[1], ahead[0] - behind[0]);
  ctx.save();
  ctx.translate(here[0], here[1]);
  ctx.rotate(turn);
  ctx.beginPath();
  ctx.moveTo(size, 0);
  ctx.lineTo(-size * 0.75, size * 0.7);
  ctx.lineTo(-size * 0.35, 0);
  ctx.lineTo(-size * 0.75, -size * 0.7);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.strokeStyle = halo;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.fill();
  ctx.restore();
}

/** Where all other flights are at the chosen time, some with their names; and the aerodromes of the flights. */
function drawFlights(ctx, camera, scene, sides, state, colours, taken) {
  const seen = [];
  for (const plan of scene.plans) {
    if (sides.has(plan)) continue;
    for (const path of plan.paths) {
      const index = camera.maySee(path.cap) ? path.nominalAt(state.time) : null;
      if (index === null) continue;
      const place = path.pointAt(index);
      const [x, y] = camera.project(place);
      if (camera.isVisible(place) && x > 0 && y > 0 && x < camera.width && y < camera.height) {
        seen.push({ plan, path, index, x, y });
      }
    }
  }
  for (const { path, index } of seen) drawAircraft(ctx, camera, path, index, colours.plan, colours.halo, 6);
  ctx.font = colours.font(11);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { plan, x, y } of seen) {
    if (seen.length > MOST_NAMES && !scene.inConflict.has(plan)) continue;
    const width = ctx.measureText(plan.name).width;
    if (taken.claim(x + 9 + width / 2, y, width + 4, 13)) haloText(ctx, plan.name, x + 9, y, colours.plan, colours.halo);
  }
  drawAerodromes(ctx, camera, scene.plans, colours, taken);
}

function drawAerodromes(ctx, camera, plans, colours, taken) {
  const done = new Set();
  for (const { ident, place } of plans.flatMap((plan) => plan.aerodromes)) {
    if (done.has(ident) || !camera.isVisible(place)) continue;
    done.add(ident);
    const [x, y] = camera.project(place);
    if (x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
    const width = ctx.measureText(ident).width;
    if (!taken.claim(x + 4 + width / 2, y + 12, width + 14, 14)) continue;
    ctx.strokeStyle = colours.quiet;
    ctx.lineWidth = 1.25;
    ctx.strokeRect(x - 3, y - 3, 6, 6);
    haloText(ctx, ident, x + 6, y + 10, colours.quiet, colours.halo);
  }
}

function drawZoneNames(ctx, camera, zones, colours, taken) {
  ctx.font = colours.font(11);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const zone of zones) {
    const volume = zone.volumes[0];
    if (!volume || !camera.maySee(volume.cap) || !camera.isVisible(volume.cap.middle)) continue;
    const [x, y] = camera.project(volume.cap.middle);
    const room = ((2 * volume.cap.reach * MEAN_RADIUS_M) / camera.mPerPx) * camera.enlargement(volume.cap.middle);
    const width = ctx.measureText(zone.name).width;
    if (width > room || !taken.claim(x, y, width + 4, 14)) continue;
    haloText(ctx, zone.name, x, y, QUIET_KINDS.has(zone.kind) ? colours.quietZone : colours.zone, colours.halo);
  }
}
