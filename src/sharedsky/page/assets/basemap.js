// Land, borders and country names: decoded once from the page's basemap (scripts/make_basemap.py describes the format),
// drawn under everything else. The coarse level serves wide views, the finer one close ones.

import { capOf, vector } from "./sphere.js";
import { traceLine, traceRings } from "./trace.js";

const COAST = 0;
const BORDER = 1;
/** A closer look than this takes the finer level [m per px]. */
const NEAR_M_PER_PX = 9000;
/** Edges along a parallel are cut to this [deg]: on the basemap they are straight in latitude and longitude. */
const MAX_STEP_DEG = 1;

export class Basemap {
  constructor(data) {
    this.data = data;
    this.details = new Map();
    this.labels = data.labels.map(([name, lat, lng, sizeKm]) => ({ name, place: vector(lat, lng), sizeKm }));
  }

  detail(camera) {
    const name = camera.mPerPx < NEAR_M_PER_PX ? "near" : "world";
    if (!this.details.has(name)) this.details.set(name, decode(this.data[name], this.data.unitsPerDeg));
    return this.details.get(name);
  }

  draw(ctx, camera, colours) {
    const { arcs, rings } = this.detail(camera);
    ctx.beginPath();
    for (const ring of rings) {
      if (camera.maySee(ring.cap)) traceRings(ctx, camera, [ring.xyz], ring.cap);
    }
    ctx.fillStyle = colours.land;
    ctx.fill("evenodd");
    strokeKind(ctx, camera, arcs, BORDER, colours.border, 0.9, [4, 2.5]);
    strokeKind(ctx, camera, arcs, COAST, colours.coast, 1, []);
  }

  /** Names of the countries that are large enough in this view, sparingly. */
  drawLabels(ctx, camera, colours, taken) {
    ctx.font = colours.font(11);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const { name, place, sizeKm } of this.labels) {
      if (!camera.isVisible(place)) continue;
      const [x, y] = camera.project(place);
      if (x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
      const text = name.toUpperCase();
      const room = (sizeKm * 1000 * camera.enlargement(place)) / camera.mPerPx;
      if (ctx.measureText(text).width > room * 0.95 || room > 6000 || !taken.claim(x, y, text.length * 8, 14)) continue;
      ctx.fillStyle = colours.placeName;
      ctx.fillText(text, x, y);
    }
  }
}

function strokeKind(ctx, camera, arcs, kind, colour, width, dash) {
  ctx.beginPath();
  for (const arc of arcs) {
    if (arc.kind === kind && camera.maySee(arc.cap)) traceLine(ctx, camera, arc.xyz);
  }
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
  ctx.setLineDash([]);
}

function decode(text, unitsPerDeg) {
  const read = reader(text);
  const arcs = [];
  let lng = 0;
  let lat = 0;
  for (let left = read.whole(); left > 0; left -= 1) {
    const head = read.whole();
    const points = [];
    for (let k = head >> 2; k > 0; k -= 1) {
      lng += read.signed();
      lat += read.signed();
      points.push([lat / unitsPerDeg, lng / unitsPerDeg]);
    }
    const xyz = vectors(points);
    arcs.push({ kind: head & 3, xyz, cap: capOf([xyz]) });
  }
  const rings = [];
  for (let left = read.whole(); left > 0; left -= 1) {
    const parts = Array.from({ length: read.whole() }, () => read.signed());
    const xyz = joined(parts.map((ref) => (ref >= 0 ? arcs[ref].xyz : reversed(arcs[~ref].xyz))));
    rings.push({ xyz, cap: capOf([xyz]) });
  }
  return { arcs, rings };
}

/** Varints of a base64 text, one after the other. */
function reader(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  let place = 0;
  const whole = () => {
    let value = 0;
    let shift = 1;
    for (;;) {
      const byte = bytes[place];
      place += 1;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
      shift *= 128;
    }
  };
  const signed = () => {
    const value = whole();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  return { whole, signed };
}

function vectors(points) {
  const out = [];
  points.forEach(([lat, lng], k) => {
    if (k > 0) {
      const [lat0, lng0] = points[k - 1];
      const turn = ((lng - lng0 + 540) % 360) - 180; // the short way round
      const pieces = Math.ceil(Math.max(Math.abs(turn), Math.abs(lat - lat0)) / MAX_STEP_DEG);
      for (let j = 1; j < pieces; j += 1) {
        out.push(...vector(lat0 + ((lat - lat0) * j) / pieces, lng0 + (turn * j) / pieces));
      }
    }
    out.push(...vector(lat, lng));
  });
  return Float64Array.from(out);
}

function joined(parts) {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    out.set(part, place);
    place += part.length;
  }
  return out;
}

function reversed(xyz) {
  const out = new Float64Array(xyz.length);
  for (let k = 0; k < xyz.length; k += 3) out.set(xyz.subarray(k, k + 3), xyz.length - 3 - k);
  return out;
}
