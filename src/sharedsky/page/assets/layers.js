// What lies on the map, from below to above: zones, plans, the two sides of the selected conflict, where flights are at
// the chosen time, and the signs of the conflicts. What is active at that time is filled, what is not is an outline.

import { haloText, hatch } from "./palette.js";
import { drawAircraft, drawSide, drawSideMarks } from "./sides.js";
import { drawSigns } from "./signs.js";
import { MEAN_RADIUS_M } from "./sphere.js";
import { traceLine, traceRings } from "./trace.js";

/** With more flights than this in view, only those in conflict and those selected carry their name. */
const MOST_NAMES = 30;
/** With more plans than this their lines are fainter. */
const MANY_PLANS = 150;
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
  const ink = plans.length > MANY_PLANS ? 0.3 : 0.6;
  ctx.globalAlpha *= ink;
  ctx.stroke();
  ctx.globalAlpha /= ink;
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
