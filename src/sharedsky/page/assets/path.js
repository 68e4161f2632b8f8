// A flight's path: where along it the flight may be at a time, and at which levels. Times are milliseconds after the
// payload's epoch, levels metres above their own datum; paths.py says how they travel.

import { MEAN_RADIUS_M, UNITS_PER_DEG, at, between, capOf, densified, unpack } from "./sphere.js";

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
    this.frameOf = (datum) => (datum === "QNH" ? datum + (data.q ?? "") : datum);
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

  /**
   * Of all levels between two places along the path, as `axis` (levels.js) has them: the lowest and highest that are
   * possible (bottom, top), and the lowest floor and highest ceiling as nearly as they are known (lower, upper).
   */
  levels(from, to, axis) {
    const first = Math.min(Math.floor(from), this.count - 2);
    const last = Math.min(Math.max(first, Math.ceil(to) - 1), this.count - 2);
    const out = { lower: Infinity, upper: -Infinity, bottom: Infinity, top: -Infinity };
    for (let leg = first; leg <= last; leg += 1) {
      for (const f of [Math.max(0, from - leg), Math.min(1, to - leg)]) {
        const floor = axis.place(mixed(this.lower, leg, f), this.spread, this.frameOf(this.lowerDatum(leg)));
        const ceiling = axis.place(mixed(this.upper, leg, f), this.spread, this.frameOf(this.upperDatum(leg)));
        out.lower = Math.min(out.lower, floor.middle);
        out.upper = Math.max(out.upper, ceiling.middle);
        out.bottom = Math.min(out.bottom, floor.bottom);
        out.top = Math.max(out.top, ceiling.top);
      }
    }
    return out;
  }

  /** The frames in which its levels are stated. */
  get frames() {
    const legs = Array.from({ length: this.count - 1 }, (_, leg) => leg);
    return new Set(legs.flatMap((leg) => [this.frameOf(this.lowerDatum(leg)), this.frameOf(this.upperDatum(leg))]));
  }

  levelTextAt(index) {
    const leg = Math.min(Math.floor(index), this.count - 2);
    return { metres: mixed(this.upper, leg, index - leg), datum: this.upperDatum(leg) };
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
