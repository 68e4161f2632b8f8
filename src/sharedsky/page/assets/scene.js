// The payload (data.py describes it) as things that can be drawn and asked: plans, zones and conflicts, their volumes
// and paths. Times are milliseconds after the payload's epoch, levels metres above their own datum.

import { M_PER_NM } from "./format.js";
import { Path } from "./path.js";
import { MEAN_RADIUS_M, UNITS_PER_DEG, angle, capOf, circleRing, densified, insideRings, unpack, vector } from "./sphere.js";

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

/** A floor or ceiling: metres above a datum, in words, its stated uncertainty in metres, its frame (conversion.py). */
class Level {
  constructor([metres, text, datum, spread, frame]) {
    Object.assign(this, { metres, text, datum, spread, frame });
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

class Plan extends Thing {
  constructor(data) {
    super(data);
    this.forecast = data.forecast;
    this.aerodromes = data.aerodromes.map(([ident, lat, lng]) => ({ ident, place: vector(lat, lng) }));
  }
}

class Zone extends Thing {
  constructor(data) {
    super(data);
    this.kind = data.kind;
  }
}

/** One entry of the list. */
class Conflict {
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
    this.convert = data.convert;
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
