// The payload (data.py describes it) as things that can be drawn and asked: plans, zones and conflicts, their volumes
// and paths. Times are milliseconds after the payload's epoch, levels metres above their own datum.

import { M_PER_NM } from "./format.js";
import { MEAN_RADIUS_M, angle, at, between, capOf, circleRing, densified, insideRings, unpack, vector } from "./sphere.js";

const UNITS_PER_DEG = 100000;

export class Scene {
  constructor(data) {
    this.epoch = data.epoch;
    this.span = data.span;
    this.plans = data.plans.map((plan) => new Plan(plan));
    this.zones = data.zones.map((zone) => new Zone(zone));
    this.conflicts = data.conflicts.map((conflict) => new Conflict(conflict, this));
    this.inConflict = new Set(this.conflicts.flatMap((c) => [...c.a.things, ...c.b.things]));
  }

  /** What "everything" is on the map: plans and conflicts, or the zones where there is neither. */
  get extent() {
    const things = this.plans.length || this.conflicts.length ? this.plans : this.zones;
    const points = things.flatMap((thing) => thing.paths.map((path) => path.line));
    points.push(...this.conflicts.map((c) => Float64Array.from(c.place)));
    return { points, caps: things.flatMap((thing) => thing.volumes.map((volume) => volume.cap)) };
  }

  conflictsAt(time) {
    return this.conflicts.filter((c) => c.isAt(time));
  }
}

/** A footprint between two levels during a window. */
class Volume {
  constructor(data) {
    this.start = data.s ?? -Infinity;
    this.end = data.e ?? Infinity;
    this.lower = data.lo && new Level(data.lo);
    this.upper = data.hi && new Level(data.hi);
    const rings = data.c ? [circleRing(...data.c)] : data.p.map((ring) => unpack(ring, UNITS_PER_DEG));
    this.rings = rings.map((ring) => densified(ring, true));
    this.cap = capOf(this.rings);
  }

  isAt(time) {
    return this.start <= time && time <= this.end;
  }

  meets([start, end]) {
    return this.start <= end && start <= this.end;
  }

  holds(place) {
    return insideRings(place, this.rings, this.cap);
  }

  get levelText() {
    return `${this.lower?.text ?? "ground"} to ${this.upper?.text ?? "unlimited"}`;
  }
}

/** A volume's floor or ceiling: metres above a datum, the source's own text, its stated uncertainty in metres. */
class Level {
  constructor([metres, text, datum, spread]) {
    Object.assign(this, { metres, text, datum, spread });
  }
}

/** A trajectory: points, when each is passed (earliest, nominal, latest), and the levels of its legs. */
export class Path {
  constructor(data) {
    this.points = unpack(data.p, UNITS_PER_DEG);
    this.count = this.points.length / 3;
    this.times = summed(data.t);
    this.early = data.e ? summed(data.e) : this.times;
    this.late = data.l ? summed(data.l) : this.times;
    this.known = !data.e && !data.l;
    this.lower = data.lo.map((dm) => dm / 10);
    this.upper = data.hi ? data.hi.map((dm) => dm / 10) : this.lower;
    this.lowerDatum = (leg) => (Array.isArray(data.ld) ? data.ld[leg] : data.ld);
    this.upperDatum = (leg) => (Array.isArray(data.hd) ? data.hd[leg] : data.hd);
    this.reachM = Array.isArray(data.w) ? Math.max(...data.w) : data.w;
    this.reachOf = (leg) => (Array.isArray(data.w) ? data.w[leg] : data.w);
    this.spread = data.u;
    this.line = densified(this.points, false);
    const cap = capOf([this.line]);
    this.cap = { middle: cap.middle, reach: cap.reach + this.reachM / MEAN_RADIUS_M };
  }

  get start() {
    return this.early[0];
  }

  get end() {
    return this.late[this.count - 1];
  }

  /** The point at a place along the path, counted in points: 2.5 is half way from the third to the fourth. */
  pointAt(index) {
    const leg = Math.min(Math.floor(index), this.count - 2);
    return between(at(this.points, leg), at(this.points, leg + 1), index - leg);
  }

  /** Where along the path the flight nominally is, or null before and after it. */
  nominalAt(time) {
    if (time < this.times[0] || time > this.times[this.count - 1]) return null;
    return alongAt(this.times, time);
  }

  /** [from, to] along the path between which the flight may be at a time, or null before and after it. */
  rangeAt(time) {
    if (time < this.start || time > this.end) return null;
    return [time <= this.late[0] ? 0 : alongAt(this.late, time, true), alongAt(this.early, time)];
  }

  /** The line between two places along the path. */
  stretch(from, to) {
    const out = [...this.pointAt(from)];
    for (let k = Math.floor(from) + 1; k < to; k += 1) out.push(...at(this.points, k));
    out.push(...this.pointAt(to));
    return densified(Float64Array.from(out), false);
  }

  /** {lower, upper, lowerDatum, upperDatum} of all levels between two places along the path. */
  levels(from, to) {
    const first = Math.min(Math.floor(from), this.count - 2);
    const last = Math.min(Math.max(first, Math.ceil(to) - 1), this.count - 2);
    const out = { lower: Infinity, upper: -Infinity, datums: new Set() };
    for (let leg = first; leg <= last; leg += 1) {
      for (const f of [Math.max(0, from - leg), Math.min(1, to - leg)]) {
        out.lower = Math.min(out.lower, mixed(this.lower, leg, f));
        out.upper = Math.max(out.upper, mixed(this.upper, leg, f));
      }
      out.datums.add(this.lowerDatum(leg)).add(this.upperDatum(leg));
    }
    out.lower -= this.spread;
    out.upper += this.spread;
    return out;
  }

  levelTextAt(index) {
    const leg = Math.min(Math.floor(index), this.count - 2);
    return { metres: mixed(this.upper, leg, index - leg), datum: this.upperDatum(leg) };
  }
}

class Thing {
  constructor(data) {
    this.name = data.name;
    this.owner = data.owner;
    this.volumes = data.volumes.map((volume) => new Volume(volume));
    this.paths = (data.paths ?? []).map((path) => new Path(path));
  }

}

export class Plan extends Thing {
  constructor(data) {
    super(data);
    this.forecast = data.forecast;
    this.aerodromes = data.aerodromes.map(([ident, lat, lng]) => ({ ident, place: vector(lat, lng) }));
  }
}

export class Zone extends Thing {
  constructor(data) {
    super(data);
    this.kind = data.kind;
  }
}

/** One entry of the list. */
export class Conflict {
  constructor(data, scene) {
    this.number = data.n;
    this.certainty = data.certainty;
    this.group = data.group;
    this.start = data.window[0] ?? -Infinity;
    this.end = data.window[1] ?? Infinity;
    this.certain = data.certain.map(([start, end]) => [start ?? -Infinity, end ?? Infinity]);
    [this.bandLower, this.bandUpper, this.bandDatum] = data.band;
    this.place = vector(...data.at);
    this.latLng = data.at;
    this.closest = data.closest && { time: data.closest[0], place: vector(data.closest[1], data.closest[2]) };
    this.a = new Side(data.a, scene);
    this.b = new Side(data.b, scene);
  }

  isAt(time) {
    return this.start <= time && time <= this.end;
  }

  /** The instant to show first: the closest approach, else the start, else the end. */
  get keyTime() {
    if (this.closest) return this.closest.time;
    if (Number.isFinite(this.start)) return this.start;
    return Number.isFinite(this.end) ? this.end : null;
  }

  /** How far around its place one must see to see it [rad]: the smaller side's whole, during the window. */
  get reach() {
    const window = [this.start, this.end];
    const reaches = [this.a, this.b].map((side) => side.reachFrom(this.place, window)).filter((r) => r > 0);
    const least = (0.1 * M_PER_NM) / MEAN_RADIUS_M;
    return Math.max(least, reaches.length ? Math.min(...reaches) * 1.6 : (20 * M_PER_NM) / MEAN_RADIUS_M);
  }
}

/** One side of a conflict: what it is called, and the drawn things that it means (none if it is not drawn). */
class Side {
  constructor(data, scene) {
    this.role = data.role;
    this.name = data.name;
    const all = data.role === "plan" ? scene.plans : scene.zones;
    this.things = data.refs.map((ref) => all[ref]);
  }

  get volumes() {
    return this.things.flatMap((thing) => thing.volumes);
  }

  get paths() {
    return this.things.flatMap((thing) => thing.paths);
  }

  reachFrom(place, window) {
    let reach = 0;
    for (const volume of this.volumes) {
      if (volume.meets(window)) reach = Math.max(reach, angle(place, volume.cap.middle) + volume.cap.reach);
    }
    for (const path of this.paths) {
      const from = path.rangeAt(Math.max(window[0], path.start));
      const to = path.rangeAt(Math.min(window[1], path.end));
      if (!from || !to || window[0] > path.end || window[1] < path.start) continue;
      for (const index of [from[0], to[1]]) reach = Math.max(reach, angle(place, path.pointAt(index)));
      reach = Math.max(reach, (4 * M_PER_NM) / MEAN_RADIUS_M, path.reachM / MEAN_RADIUS_M);
    }
    return reach;
  }
}

function summed(steps) {
  const out = new Float64Array(steps.length);
  let sum = 0;
  steps.forEach((step, k) => {
    sum += step;
    out[k] = sum;
  });
  return out;
}

/** Where a time lies among non-decreasing times; of equal ones the last, or the first if `first`. */
function alongAt(times, time, first = false) {
  let low = 0;
  let high = times.length - 1;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (first ? times[mid] < time : times[mid] <= time) low = mid;
    else high = mid;
  }
  const whole = times[high] - times[low];
  if (whole <= 0) return first ? low : high;
  return low + Math.min(1, Math.max(0, (time - times[low]) / whole));
}

function mixed(levels, leg, f) {
  return levels[2 * leg] + (levels[2 * leg + 1] - levels[2 * leg]) * f;
}
