// Where the map looks from: the stereographic projection, always centred on the middle of the view. It is conformal
// (circles stay circles, angles stay angles) and, since its centre moves along, the antimeridian and the poles are
// ordinary places. Up is north, except near a pole, where turning the map under the user's hand would be worse.

import { MEAN_RADIUS_M, angle, between, capOf, cross, dot, latLng, unit, vector } from "./sphere.js";

/** How far from its centre the map shows the globe [rad]. */
export const HORIZON_RAD = (95 * Math.PI) / 180;
/** The closest look: metres of the globe in one CSS pixel. */
const MIN_M_PER_PX = 0.25;
/** What reaches farther around its middle is shown as a disc [rad]. */
const FRAME_RAD = 1.3;
/** Below this latitude up is north; from there to the next it may turn more and more freely [deg]. */
const UPRIGHT_LAT_DEG = 70;
const FREE_LAT_DEG = 80;

export class Camera {
  constructor() {
    this.centre = vector(30, 10);
    [this.east, this.north] = northAxes(this.centre);
    this.scale = 100; // pixels for one radian at the centre
    this.resize(1, 1);
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
    this.scale = this.limited(this.scale);
  }

  get mPerPx() {
    return MEAN_RADIUS_M / this.scale;
  }

  /** A scale within what the map allows: from the whole disc of the horizon to MIN_M_PER_PX. */
  limited(scale) {
    const least = Math.min(this.width, this.height) / 2 / (2 * Math.tan(HORIZON_RAD / 2));
    return Math.min(MEAN_RADIUS_M / MIN_M_PER_PX, Math.max(least, scale));
  }

  /** [x, y] in CSS pixels of a unit vector; far beyond the screen for what lies behind. */
  project(v) {
    const k = (2 * this.scale) / Math.max(1 + dot(v, this.centre), 1e-9);
    return [this.width / 2 + k * dot(v, this.east), this.height / 2 - k * dot(v, this.north)];
  }

  /** How much larger the map is at a place than at the centre. */
  enlargement(v) {
    return 2 / Math.max(1 + dot(v, this.centre), 1e-9);
  }

  /** The unit vector under a pixel, or null beyond the horizon. */
  unproject(px, py) {
    const x = (px - this.width / 2) / this.scale;
    const y = (this.height / 2 - py) / this.scale;
    const square = x * x + y * y;
    if (2 * Math.atan(Math.sqrt(square) / 2) > HORIZON_RAD) return null;
    const up = (4 - square) / (4 + square);
    const side = 4 / (4 + square);
    const { east, north, centre } = this;
    return unit([0, 1, 2].map((i) => side * (x * east[i] + y * north[i]) + up * centre[i]));
  }

  isVisible(v) {
    return dot(v, this.centre) >= Math.cos(HORIZON_RAD);
  }

  /** The angle from the centre to the farthest corner or the horizon. */
  get reach() {
    const corner = Math.hypot(this.width, this.height) / 2 / this.scale;
    return Math.min(HORIZON_RAD, 2 * Math.atan(corner / 2));
  }

  maySee(cap) {
    return angle(cap.middle, this.centre) <= cap.reach + this.reach;
  }

  /** The direction that is up on the map, clockwise from north [rad]. */
  get heading() {
    const [east, north] = northAxes(this.centre);
    return Math.atan2(dot(this.north, east), dot(this.north, north));
  }

  /** Look at a place, keeping what is up as nearly as the latitude allows. */
  moveTo(centre) {
    this.centre = unit(centre);
    const along = dot(this.north, this.centre);
    const kept = [0, 1, 2].map((i) => this.north[i] - along * this.centre[i]);
    this.north = Math.hypot(...kept) > 1e-6 ? unit(kept) : northAxes(this.centre)[1];
    this.turnTo(this.heading);
  }

  /** Turn the map so that `heading` is up, within what the latitude allows. */
  turnTo(heading) {
    const lat = Math.abs(latLng(this.centre)[0]);
    const share = Math.min(1, Math.max(0, (lat - UPRIGHT_LAT_DEG) / (FREE_LAT_DEG - UPRIGHT_LAT_DEG)));
    const allowed = Math.min(share * Math.PI, Math.max(-share * Math.PI, heading));
    const [east, north] = northAxes(this.centre);
    this.north = unit([0, 1, 2].map((i) => Math.cos(allowed) * north[i] + Math.sin(allowed) * east[i]));
    this.east = cross(this.north, this.centre);
  }

  /** Move so that the place `from` (a unit vector) comes to lie under a pixel. */
  drag(from, px, py) {
    for (let k = 0; k < 4; k += 1) {
      const here = this.unproject(px, py);
      if (!here || angle(here, from) < 1e-12) return;
      const axis = cross(here, from);
      const turn = angle(here, from);
      this.moveTo(rotated(this.centre, unit(axis), turn));
    }
  }

  panBy(dx, dy) {
    const target = this.unproject(this.width / 2 + dx, this.height / 2 + dy);
    if (target) this.moveTo(target);
  }

  /** Zoom by a factor, keeping the place under a pixel there. */
  zoomAt(factor, px = this.width / 2, py = this.height / 2) {
    const fixed = this.unproject(px, py);
    this.scale = this.limited(this.scale * factor);
    if (fixed) this.drag(fixed, px, py);
  }

  /** The scale at which a cap of that reach [rad] fills the view, with room around it. */
  scaleFor(reach) {
    const radius = 2 * Math.tan(Math.min(reach, HORIZON_RAD) / 2);
    return this.limited((Math.min(this.width, this.height) / 2) * 0.82 / Math.max(radius, 1e-9));
  }

  /** {centre, scale} that shows all points and caps with the least room around them. */
  frame(points, caps) {
    const cap = capOf([...points, ...caps.map((c) => Float64Array.from(c.middle))]);
    const reach = Math.max(cap.reach, ...caps.map((c) => angle(c.middle, cap.middle) + c.reach));
    if (reach > FRAME_RAD) return { centre: cap.middle, scale: this.scaleFor(reach) };
    const trial = new Camera();
    trial.moveTo(cap.middle);
    trial.resize(this.width, this.height);
    trial.scale = 1;
    let box;
    for (let k = 0; k < 3; k += 1) {
      box = trial.boxOf(points, caps);
      const middle = trial.unproject((box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
      if (k < 2 && middle) trial.moveTo(middle);
    }
    const width = Math.max(box[2] - box[0], 1e-9);
    const height = Math.max(box[3] - box[1], 1e-9);
    return { centre: trial.centre, scale: this.limited(Math.min(this.width / width, this.height / height) * 0.82) };
  }

  /** [left, top, right, bottom] in pixels of all points and caps. */
  boxOf(points, caps) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const add = ([x, y], r) => {
      box[0] = Math.min(box[0], x - r);
      box[1] = Math.min(box[1], y - r);
      box[2] = Math.max(box[2], x + r);
      box[3] = Math.max(box[3], y + r);
    };
    for (const xyz of points) for (let k = 0; k < xyz.length; k += 3) add(this.project([xyz[k], xyz[k + 1], xyz[k + 2]]), 0);
    for (const cap of caps) add(this.project(cap.middle), cap.reach * this.scale * this.enlargement(cap.middle));
    return box;
  }

  /** A way from here to a place and scale: f from 0 to 1, higher up in the middle of a long way. */
  flight(centre, scale) {
    const from = { centre: this.centre, scale: this.scale };
    const way = angle(from.centre, centre);
    const lowest = Math.min(from.scale, scale);
    const climb = Math.max(0, Math.log(lowest * way) - Math.log(Math.min(this.width, this.height) * 0.6));
    return (f) => {
      const eased = f * f * (3 - 2 * f);
      const hump = climb * 4 * eased * (1 - eased);
      this.scale = this.limited(Math.exp(Math.log(from.scale) * (1 - eased) + Math.log(scale) * eased - hump));
      this.moveTo(f >= 1 ? centre : between(from.centre, centre, eased));
    };
  }
}

function northAxes(centre) {
  const across = Math.hypot(centre[0], centre[1]);
  const east = across > 1e-12 ? [-centre[1] / across, centre[0] / across, 0] : [0, 1, 0];
  return [east, cross(centre, east)];
}

function rotated(v, axis, turn) {
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  const side = cross(axis, v);
  const along = dot(axis, v) * (1 - c);
  return [0, 1, 2].map((i) => v[i] * c + side[i] * s + axis[i] * along);
}
