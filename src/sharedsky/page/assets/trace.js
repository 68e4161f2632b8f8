// Lines and areas of the globe as canvas paths. What lies far off the screen is cut away first: canvases lose their
// precision a million pixels out, and close views put the far side of a country there.

import { angle } from "./sphere.js";

/** How far outside of the view a path may run before it is cut [px]. */
const MARGIN_PX = 400;
/** Points nearer to the last drawn one are left out [px]. */
const LEAST_STEP_PX = 0.6;
/** Lines end here: beyond, the projection tears the globe apart (cosine of 150 degrees from the centre). */
const FAR_SIDE_COS = -0.866;
/** An area with a larger reach may hold the point opposite to the centre, and would be filled inside out [rad]. */
const SAFE_REACH_RAD = 0.74;

/** Add lines of the globe (an array of points, x, y, z after each other) to the context's path. */
export function traceLine(ctx, camera, xyz) {
  const { centre, east, north, scale, width, height } = camera;
  let drawn = false;
  let lastX = 0;
  let lastY = 0;
  let lastSide = 16;
  for (let k = 0; k < xyz.length; k += 3) {
    const x = xyz[k];
    const y = xyz[k + 1];
    const z = xyz[k + 2];
    const up = x * centre[0] + y * centre[1] + z * centre[2];
    if (up < FAR_SIDE_COS) {
      drawn = false;
      lastSide = 16;
      continue;
    }
    const f = (2 * scale) / (1 + up);
    const px = width / 2 + f * (x * east[0] + y * east[1] + z * east[2]);
    const py = height / 2 - f * (x * north[0] + y * north[1] + z * north[2]);
    const side = sideOf(px, py, width, height);
    if (lastSide === 16) {
      drawn = false;
    } else if (side & lastSide) {
      drawn = false;
    } else if (side || lastSide) {
      const cut = clipped(lastX, lastY, px, py, width, height);
      if (cut) {
        ctx.moveTo(cut[0], cut[1]);
        ctx.lineTo(cut[2], cut[3]);
      }
      drawn = false;
    } else {
      const near = Math.abs(px - lastX) + Math.abs(py - lastY) < LEAST_STEP_PX;
      if (near && k + 3 < xyz.length && drawn) continue;
      if (!drawn) ctx.moveTo(lastX, lastY);
      ctx.lineTo(px, py);
      drawn = true;
    }
    lastX = px;
    lastY = py;
    lastSide = side;
  }
}

/** Add rings of the globe to the context's path, to be filled by the even-odd rule; false if they cannot be filled. */
export function traceRings(ctx, camera, rings, cap) {
  if (cap.reach > SAFE_REACH_RAD) {
    const opposite = camera.centre.map((c) => -c);
    if (angle(opposite, cap.middle) <= cap.reach + 0.1) {
      for (const ring of rings) traceLine(ctx, camera, closed(ring));
      return false;
    }
  }
  for (const ring of rings) traceRing(ctx, camera, ring);
  return true;
}

let scratch = new Float64Array(4096);

function traceRing(ctx, camera, xyz) {
  const { centre, east, north, scale, width, height } = camera;
  if (scratch.length < xyz.length) scratch = new Float64Array(xyz.length * 2);
  const flat = scratch;
  let count = 0;
  let all = 15;
  let any = 0;
  let lastX = Infinity;
  let lastY = Infinity;
  for (let k = 0; k < xyz.length; k += 3) {
    const x = xyz[k];
    const y = xyz[k + 1];
    const z = xyz[k + 2];
    const f = (2 * scale) / Math.max(1 + x * centre[0] + y * centre[1] + z * centre[2], 1e-9);
    const px = width / 2 + f * (x * east[0] + y * east[1] + z * east[2]);
    const py = height / 2 - f * (x * north[0] + y * north[1] + z * north[2]);
    const side = sideOf(px, py, width, height);
    all &= side;
    any |= side;
    if (Math.abs(px - lastX) + Math.abs(py - lastY) < LEAST_STEP_PX) continue;
    flat[2 * count] = px;
    flat[2 * count + 1] = py;
    count += 1;
    lastX = px;
    lastY = py;
  }
  if (all || count < 2) return;
  const points = any ? clippedRing(flat, count, width, height) : flat;
  const length = any ? points.length / 2 : count;
  if (length < 2) return;
  ctx.moveTo(points[0], points[1]);
  for (let k = 1; k < length; k += 1) ctx.lineTo(points[2 * k], points[2 * k + 1]);
  ctx.closePath();
}

function closed(ring) {
  const out = new Float64Array(ring.length + 3);
  out.set(ring);
  out.set(ring.subarray(0, 3), ring.length);
  return out;
}

/** On which sides of the enlarged view a point lies: 1 left, 2 right, 4 above, 8 below. */
function sideOf(x, y, width, height) {
  return (
    (x < -MARGIN_PX ? 1 : 0) | (x > width + MARGIN_PX ? 2 : 0) | (y < -MARGIN_PX ? 4 : 0) |
    (y > height + MARGIN_PX ? 8 : 0)
  );
}

/** The part of a segment inside the enlarged view, or null (Liang and Barsky). */
function clipped(x0, y0, x1, y1, width, height) {
  let from = 0;
  let to = 1;
  const dx = x1 - x0;
  const dy = y1 - y0;
  const bounds = [
    [-dx, x0 + MARGIN_PX],
    [dx, width + MARGIN_PX - x0],
    [-dy, y0 + MARGIN_PX],
    [dy, height + MARGIN_PX - y0],
  ];
  for (const [step, room] of bounds) {
    if (step === 0) {
      if (room < 0) return null;
      continue;
    }
    const share = room / step;
    if (step < 0) from = Math.max(from, share);
    else to = Math.min(to, share);
    if (from > to) return null;
  }
  return [x0 + from * dx, y0 + from * dy, x0 + to * dx, y0 + to * dy];
}

/** A ring cut to the enlarged view, side by side (Sutherland and Hodgman). */
function clippedRing(flat, count, width, height) {
  let points = Array.from(flat.subarray(0, 2 * count));
  const sides = [
    [0, -MARGIN_PX, 1],
    [0, width + MARGIN_PX, -1],
    [1, -MARGIN_PX, 1],
    [1, height + MARGIN_PX, -1],
  ];
  for (const [axis, bound, sign] of sides) {
    const out = [];
    const n = points.length / 2;
    for (let k = 0; k < n; k += 1) {
      const j = (k + n - 1) % n;
      const here = (points[2 * k + axis] - bound) * sign;
      const before = (points[2 * j + axis] - bound) * sign;
      if (here >= 0 !== before >= 0) {
        const f = before / (before - here);
        out.push(
          points[2 * j] + f * (points[2 * k] - points[2 * j]),
          points[2 * j + 1] + f * (points[2 * k + 1] - points[2 * j + 1]),
        );
      }
      if (here >= 0) out.push(points[2 * k], points[2 * k + 1]);
    }
    points = out;
    if (points.length === 0) break;
  }
  return points;
}
