// The graticule with its labels, and the scale bar: how far and where, at every zoom.

import { M_PER_NM, angleText, niceStep } from "./format.js";
import { haloText } from "./palette.js";
import { MEAN_RADIUS_M, latLng, vector } from "./sphere.js";
import { traceLine } from "./trace.js";

const GRID_STEPS_DEG = [
  30, 15, 10, 5, 2, 1, 1 / 2, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360, 1 / 720, 1 / 1800, 1 / 3600,
];
/** Graticule lines are about this far apart [px]. */
const GRID_ROOM_PX = 95;

/** Meridians and parallels, named where they meet the left and the lower edge. */
export function drawGrid(ctx, camera, colours, taken) {
  const bounds = latLngBounds(camera);
  const wanted = ((GRID_ROOM_PX * camera.mPerPx) / MEAN_RADIUS_M) * (180 / Math.PI);
  const step = GRID_STEPS_DEG.findLast((s) => s >= wanted) ?? 30;
  const shrink = Math.cos((Math.min(85, Math.abs(latLng(camera.centre)[0])) * Math.PI) / 180);
  const stepLng = GRID_STEPS_DEG.findLast((s) => s >= wanted / shrink) ?? 30;
  const labels = [];
  ctx.beginPath();
  for (let k = Math.ceil(bounds.south / step); k * step <= bounds.north; k += 1) {
    if (Math.abs(k * step) < 89.99) labels.push(parallel(ctx, camera, k * step, bounds, step));
  }
  const most = Math.round(360 / stepLng);
  const first = Math.ceil(bounds.west / stepLng);
  for (let k = 0; k < most && (first + k) * stepLng <= bounds.east; k += 1) {
    labels.push(meridian(ctx, camera, (first + k) * stepLng, bounds, stepLng));
  }
  ctx.strokeStyle = colours.grid;
  ctx.lineWidth = 0.75;
  ctx.stroke();
  ctx.font = colours.font(10.5);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const label of labels) {
    if (!label) continue;
    const width = ctx.measureText(label.text).width;
    if (!taken.claim(label.x + width / 2, label.y, width + 12, 16)) continue;
    haloText(ctx, label.text, label.x, label.y, colours.gridText, colours.halo);
  }
}

function parallel(ctx, camera, lat, bounds, step) {
  const line = sampled(bounds.west, bounds.east, (lng) => vector(lat, lng));
  traceLine(ctx, camera, line);
  const place = crossing(camera, line, 0, 6);
  return place && { text: angleText(lat, step, "NS"), x: 6, y: place[1] - 8 };
}

function meridian(ctx, camera, lng, bounds, step) {
  const top = Math.min(bounds.north, 90 - (Math.round(lng / step) % 3 ? 10 : 0) * (step < 30 ? 1 : 0));
  const low = Math.max(bounds.south, -90 + (Math.round(lng / step) % 3 ? 10 : 0) * (step < 30 ? 1 : 0));
  const line = sampled(low, top, (lat) => vector(lat, lng));
  traceLine(ctx, camera, line);
  const place = crossing(camera, line, 1, camera.height - 8);
  const name = ((lng + 540) % 360) - 180;
  return place && { text: angleText(name, step, "EW"), x: place[0] + 4, y: camera.height - 10 };
}

function sampled(from, to, place) {
  const count = 64;
  const out = new Float64Array((count + 1) * 3);
  for (let k = 0; k <= count; k += 1) out.set(place(from + ((to - from) * k) / count), 3 * k);
  return out;
}

/** Where a line crosses x = value (axis 0) or y = value (axis 1) within the view, or null. */
function crossing(camera, line, axis, value) {
  let last = null;
  for (let k = 0; k < line.length; k += 3) {
    const v = [line[k], line[k + 1], line[k + 2]];
    const here = camera.isVisible(v) ? camera.project(v) : null;
    if (here && last && here[axis] > value !== last[axis] > value) {
      const f = (value - last[axis]) / (here[axis] - last[axis]);
      const place = [last[0] + f * (here[0] - last[0]), last[1] + f * (here[1] - last[1])];
      if (place[0] >= -1 && place[0] <= camera.width && place[1] >= -1 && place[1] <= camera.height) return place;
    }
    last = here;
  }
  return null;
}

/** The latitudes and longitudes in view; longitudes run on beyond 180 where the view crosses the antimeridian. */
function latLngBounds(camera) {
  const [centreLat, centreLng] = latLng(camera.centre);
  const reach = (camera.reach * 180) / Math.PI;
  const south = Math.max(-90, centreLat - reach);
  const north = Math.min(90, centreLat + reach);
  const worst = Math.max(Math.abs(south), Math.abs(north));
  if (worst >= 89.999 || reach >= 90) return { south, north, west: centreLng - 180, east: centreLng + 180 };
  const wide = Math.sin(camera.reach) / Math.cos((centreLat * Math.PI) / 180);
  const half = wide >= 1 ? 180 : (Math.asin(wide) * 180) / Math.PI;
  return { south, north, west: centreLng - half, east: centreLng + half };
}

/** A bar of a round length in nautical miles, and under it one in kilometres or metres. */
export function drawScaleBar(ctx, camera, colours, x, y) {
  const most = 110;
  const bar = (perUnit, name, top) => {
    const units = largestNice((most * camera.mPerPx) / perUnit);
    const width = (units * perUnit) / camera.mPerPx;
    ctx.beginPath();
    ctx.moveTo(x, y + (top ? -5 : 5));
    ctx.lineTo(x, y);
    ctx.lineTo(x + width, y);
    ctx.lineTo(x + width, y + (top ? -5 : 5));
    ctx.strokeStyle = colours.halo;
    ctx.lineWidth = 4;
    ctx.stroke();
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 1.5;
    ctx.stroke();
    ctx.font = colours.font(10.5);
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    haloText(ctx, `${units} ${name}`, x + 5, y + (top ? -9 : 10), colours.ink, colours.halo);
  };
  bar(M_PER_NM, "NM", true);
  const inMetres = most * camera.mPerPx < 2000;
  bar(inMetres ? 1 : 1000, inMetres ? "m" : "km", false);
}

function largestNice(value) {
  const above = niceStep(value);
  if (above <= value * (1 + 1e-9)) return above;
  const power = 10 ** Math.floor(Math.log10(value));
  return Number(([5, 2, 1].find((factor) => factor * power <= value) * power).toPrecision(1));
}
