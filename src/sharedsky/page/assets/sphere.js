// The globe as unit vectors (normals of the ellipsoid): no antimeridian, no poles. Points in bulk lie in one
// Float64Array, x, y, z after each other. Edges are great circles of these normals, which no screen can tell from
// the geodesics that were checked.

export const MEAN_RADIUS_M = 6371008.8;
/** The payload's unit of coordinates: 1e-5 degrees (shapes.py). */
export const UNITS_PER_DEG = 100000;
const EQUATOR_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);
const RAD = Math.PI / 180;
/** Longer edges are cut, so that they bend on the map as they do on the globe. */
const MAX_EDGE_RAD = 1 * RAD;

/** The unit vector of a place. */
export function vector(latDeg, lngDeg) {
  const lat = latDeg * RAD;
  const lng = lngDeg * RAD;
  return [Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)];
}

/** [latitude, longitude] in degrees of a vector. */
export function latLng([x, y, z]) {
  return [Math.atan2(z, Math.hypot(x, y)) / RAD, Math.atan2(y, x) / RAD];
}

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export function unit(a) {
  const length = Math.hypot(a[0], a[1], a[2]) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}

/** The angle between two unit vectors in radians, good for small and for large ones. */
export function angle(a, b) {
  const c = cross(a, b);
  return Math.atan2(Math.hypot(c[0], c[1], c[2]), dot(a, b));
}

/** The point a share f of the way along the great circle from a to b. */
export function between(a, b, f) {
  const turn = angle(a, b);
  if (turn < 1e-9) return f < 0.5 ? a : b;
  const p = Math.sin((1 - f) * turn);
  const q = Math.sin(f * turn);
  return unit([p * a[0] + q * b[0], p * a[1] + q * b[1], p * a[2] + q * b[2]]);
}

/** The k-th point of a Float64Array. */
export const at = (xyz, k) => [xyz[3 * k], xyz[3 * k + 1], xyz[3 * k + 2]];

/** Vectors of points that travel as lat0, lng0 and then steps, in units of 1/unitsPerDeg degrees. */
export function unpack(steps, unitsPerDeg) {
  const out = new Float64Array((steps.length / 2) * 3);
  let lat = 0;
  let lng = 0;
  for (let k = 0; k < steps.length / 2; k += 1) {
    lat += steps[2 * k];
    lng += steps[2 * k + 1];
    out.set(vector(lat / unitsPerDeg, lng / unitsPerDeg), 3 * k);
  }
  return out;
}

/** The same line with its long edges cut; closed also cuts the edge from the last point to the first. */
export function densified(xyz, closed) {
  const count = xyz.length / 3;
  const out = [];
  for (let k = 0; k < count; k += 1) {
    const a = at(xyz, k);
    out.push(...a);
    if (k + 1 < count || closed) pushBetween(out, a, at(xyz, (k + 1) % count));
  }
  return Float64Array.from(out);
}

function pushBetween(out, a, b) {
  const pieces = Math.ceil(angle(a, b) / MAX_EDGE_RAD);
  for (let k = 1; k < pieces; k += 1) out.push(...between(a, b, k / pieces));
}

/** The ring of a circle, by the ellipsoid's two curvatures at its centre. */
export function circleRing(latDeg, lngDeg, radiusM) {
  const lat = latDeg * RAD;
  const w2 = 1 - E2 * Math.sin(lat) ** 2;
  const across = EQUATOR_M / Math.sqrt(w2);
  const along = (EQUATOR_M * (1 - E2)) / w2 ** 1.5;
  const centre = vector(latDeg, lngDeg);
  const east = [-Math.sin(lngDeg * RAD), Math.cos(lngDeg * RAD), 0];
  const north = cross(centre, east);
  const count = 96;
  const out = new Float64Array(count * 3);
  for (let k = 0; k < count; k += 1) {
    const turn = (2 * Math.PI * k) / count;
    const e = (Math.sin(turn) * radiusM) / across;
    const n = (Math.cos(turn) * radiusM) / along;
    const reach = Math.hypot(e, n);
    const s = Math.sin(reach) / reach;
    const c = Math.cos(reach);
    for (let i = 0; i < 3; i += 1) out[3 * k + i] = c * centre[i] + s * (e * east[i] + n * north[i]);
  }
  return out;
}

/** A cap {middle, reach} that holds all points of several arrays; reach in radians. */
export function capOf(arrays) {
  const sum = [0, 0, 0];
  for (const xyz of arrays) {
    for (let k = 0; k < xyz.length; k += 3) {
      sum[0] += xyz[k];
      sum[1] += xyz[k + 1];
      sum[2] += xyz[k + 2];
    }
  }
  const middle = Math.hypot(...sum) > 1e-9 ? unit(sum) : [0, 0, 1];
  let reach = 0;
  for (const xyz of arrays) {
    for (let k = 0; k < xyz.length; k += 3) reach = Math.max(reach, angle(middle, [xyz[k], xyz[k + 1], xyz[k + 2]]));
  }
  return { middle, reach };
}

/** Whether a place lies inside rings by the even-odd rule, judged in the plane that suits their cap. */
export function insideRings(place, rings, cap) {
  if (angle(place, cap.middle) > cap.reach + 1e-9) return false;
  const [east, north] = axes(cap.middle);
  const flat = (v) => {
    const k = 2 / Math.max(1 + dot(v, cap.middle), 1e-9);
    return [dot(v, east) * k, dot(v, north) * k];
  };
  const [px, py] = flat(place);
  let inside = false;
  for (const ring of rings) {
    const count = ring.length / 3;
    let [ax, ay] = flat(at(ring, count - 1));
    for (let k = 0; k < count; k += 1) {
      const [bx, by] = flat(at(ring, k));
      if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
      [ax, ay] = [bx, by];
    }
  }
  return inside;
}

/** East and north of some upright frame at a unit vector. */
function axes(middle) {
  const pole = Math.abs(middle[2]) < 0.99 ? [0, 0, 1] : [1, 0, 0];
  const east = unit(cross(pole, middle));
  return [east, cross(middle, east)];
}
