// The map: two canvases (the world, and what flies in it), and all ways to move it: mouse, wheel, touch, keyboard,
// flights to a place. It redraws only what changed, once per frame.

import { clockText, levelText, placeText } from "./format.js";
import { drawGrid, drawScaleBar } from "./grid.js";
import { drawData } from "./layers.js";
import { Taken, fitCanvas } from "./palette.js";
import { angle, latLng } from "./sphere.js";
import { Camera, HORIZON_RAD } from "./camera.js";

const FLIGHT_MS = 650;
/** A press that moves less than this is a click [px]. */
const CLICK_PX = 5;
/** How near to a sign or a line one must point [px]. */
const SIGN_PX = 20;
const LINE_PX = 7;
const PAN_PX = 80;
/** At most so many names in the popup. */
const MOST_FOUND = 8;

export class MapView {
  /**
   * @param elements the page's elements by name (base, canvas, readout, notice, popup and the buttons)
   * @param scene, basemap what to draw
   * @param state shared: time, selected, hidden, colours, epoch
   * @param onSelect called with the conflict that was clicked
   */
  constructor(elements, scene, basemap, state, onSelect) {
    Object.assign(this, { elements, scene, basemap, state, onSelect });
    this.camera = new Camera();
    this.signs = [];
    this.pointers = new Map();
    this.stale = { base: true, data: true };
    this.flight = null;
    this.touched = false;
    new ResizeObserver(() => this.resized()).observe(elements.canvas);
    this.listen();
    this.resized();
    this.fit(false);
  }

  resized() {
    const { clientWidth, clientHeight } = this.elements.canvas;
    if (!clientWidth || !clientHeight) return;
    this.camera.resize(clientWidth, clientHeight);
    // Until the user moves the map it keeps showing what it was told to show.
    if (this.shown && !this.touched && !this.flight) this.go(this.shown(), false);
    this.redraw();
  }

  /** Draw again at the next frame: everything, or only what changes with time and selection. */
  redraw(what = "all") {
    if (what === "all") this.stale.base = true;
    this.stale.data = true;
    this.frame ??= requestAnimationFrame((now) => this.draw(now));
  }

  draw(now) {
    this.frame = null;
    if (this.flight) this.fly(now);
    const { camera, state } = this;
    const taken = new Taken();
    const data = fitCanvas(this.elements.canvas);
    clipToHorizon(data.ctx, camera);
    this.signs = drawData(data.ctx, camera, this.scene, state, state.colours, taken);
    data.ctx.restore();
    if (this.stale.base) this.drawBase(taken);
    this.stale = { base: false, data: false };
    this.notice();
  }

  drawBase(taken) {
    const { camera, state } = this;
    const { ctx } = fitCanvas(this.elements.base);
    clipToHorizon(ctx, camera);
    ctx.fillStyle = state.colours.sea;
    ctx.fillRect(0, 0, camera.width, camera.height);
    this.basemap.draw(ctx, camera, state.colours);
    const labels = new Taken();
    labels.boxes.push(...taken.boxes, [0, camera.height - 60, 150, camera.height]);
    drawGrid(ctx, camera, state.colours, labels);
    this.basemap.drawLabels(ctx, camera, state.colours, labels);
    ctx.restore();
    drawScaleBar(ctx, camera, state.colours, 12, camera.height - 30);
    const turn = (-camera.heading * 180) / Math.PI;
    this.elements.north.hidden = Math.abs(turn) < 0.5;
    this.elements.needle.setAttribute("transform", `rotate(${turn.toFixed(1)} 10 10)`);
    if (!this.pointing) this.readout(camera.centre, "centre ");
  }

  /** Drawn at once and not at the next frame: for printing. */
  drawNow() {
    if (this.flight) this.flight.start = -Infinity;
    this.resized();
    cancelAnimationFrame(this.frame);
    this.draw(performance.now());
  }

  /** Show everything that is drawn. */
  fit(animated = true) {
    const { points, caps } = this.scene.extent;
    if (points.length + caps.length === 0) return;
    this.shown = () => this.camera.frame(points, caps);
    this.touched = false;
    this.go(this.shown(), animated);
  }

  /** Fly to a conflict. */
  show(conflict) {
    this.shown = () => ({ centre: conflict.place, scale: this.camera.scaleFor(conflict.reach) });
    this.touched = false;
    this.elements.popup.hidden = true;
    this.go(this.shown(), true);
  }

  go({ centre, scale }, animated) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const flight = this.camera.flight(centre, scale);
    if (animated && !calm) {
      this.flight = { move: flight, start: null };
    } else {
      this.flight = null;
      flight(1);
    }
    this.redraw();
  }

  fly(now) {
    this.flight.start ??= now;
    const f = Math.min(1, (now - this.flight.start) / FLIGHT_MS);
    this.flight.move(f);
    this.stale.base = true;
    if (f >= 1) this.flight = null;
    else this.redraw();
  }

  /** Moves by hand end a flight, and the automatic fit. */
  byHand(move) {
    this.flight = null;
    this.touched = true;
    move();
    this.redraw();
  }

  listen() {
    const { canvas, zoomIn, zoomOut, fit, north } = this.elements;
    zoomIn.addEventListener("click", () => this.byHand(() => this.camera.zoomAt(2)));
    zoomOut.addEventListener("click", () => this.byHand(() => this.camera.zoomAt(0.5)));
    fit.addEventListener("click", () => this.fit());
    north.addEventListener("click", () => this.byHand(() => this.camera.turnTo(0)));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => {
      this.pointing = false;
      this.readout(this.camera.centre, "centre ");
    });
    canvas.addEventListener("dblclick", (event) => {
      this.byHand(() => this.camera.zoomAt(2, event.offsetX, event.offsetY));
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 18 : 1;
    const factor = Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) / 300);
    this.byHand(() => this.camera.zoomAt(factor, event.offsetX, event.offsetY));
  }

  press(event) {
    this.elements.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.grabbed = this.camera.unproject(event.offsetX, event.offsetY);
    this.pressedAt = { x: event.offsetX, y: event.offsetY, moved: false };
  }

  move(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.pointing = true;
      const place = this.camera.unproject(x, y);
      if (place) this.readout(place);
      this.elements.canvas.classList.toggle("pointing", Boolean(this.signAt(x, y)));
      return;
    }
    if (Math.hypot(x - this.pressedAt.x, y - this.pressedAt.y) > CLICK_PX) this.pressedAt.moved = true;
    if (this.pointers.size === 2) this.pinch(event.pointerId, before, x, y);
    else if (this.pressedAt.moved && this.grabbed) this.byHand(() => this.camera.drag(this.grabbed, x, y));
    this.pointers.set(event.pointerId, { x, y });
  }

  pinch(id, before, x, y) {
    const other = [...this.pointers].find(([key]) => key !== id)[1];
    const factor = Math.hypot(x - other.x, y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    const middle = [(x + other.x) / 2, (y + other.y) / 2];
    const fixed = this.camera.unproject((before.x + other.x) / 2, (before.y + other.y) / 2);
    this.pressedAt.moved = true;
    this.byHand(() => {
      this.camera.scale = this.camera.limited(this.camera.scale * factor);
      if (fixed) this.camera.drag(fixed, ...middle);
    });
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    const last = [...this.pointers.values()][0];
    this.grabbed = last ? this.camera.unproject(last.x, last.y) : null;
    if (!this.pressedAt?.moved) this.click(event.offsetX, event.offsetY);
  }

  click(x, y) {
    const sign = this.signAt(x, y);
    this.elements.popup.hidden = true;
    if (sign) {
      // Of several signs in one place each further click takes the next.
      const all = [sign.conflict, ...sign.others];
      this.onSelect(all[(all.indexOf(this.state.selected) + 1) % all.length]);
    } else {
      this.tell(x, y);
    }
  }

  signAt(x, y) {
    return this.signs.find((sign) => Math.hypot(sign.x - x, sign.y - y) <= SIGN_PX);
  }

  /** Say what is at a pixel: flights whose line runs there, volumes and zones that hold it. */
  tell(x, y) {
    const place = this.camera.unproject(x, y);
    const { popup } = this.elements;
    if (!place) return;
    const found = [...this.scene.plans, ...this.scene.zones].flatMap((thing) => this.whatOf(thing, place, x, y));
    if (found.length === 0) return;
    popup.replaceChildren(...found.slice(0, MOST_FOUND).map(([name, text]) => line(name, text)));
    if (found.length > MOST_FOUND) popup.append(line("", `and ${found.length - MOST_FOUND} more`));
    popup.hidden = false;
    popup.style.left = `${Math.max(4, Math.min(x + 10, this.camera.width - popup.offsetWidth - 8))}px`;
    popup.style.top = `${Math.max(4, Math.min(y + 10, this.camera.height - popup.offsetHeight - 8))}px`;
  }

  whatOf(thing, place, x, y) {
    const out = [];
    const owner = thing.owner === null ? "" : ` (${thing.owner})`;
    const volume = thing.volumes.find((v) => v.holds(place) && v.isAt(this.state.time)) ?? thing.volumes.find((v) => v.holds(place));
    if (volume) {
      const active = volume.isAt(this.state.time) ? "active" : "not active at this time";
      out.push([thing.name + owner, `${thing.kind ? `${thing.kind} zone, ` : ""}${volume.levelText}, ${active}`]);
    }
    for (const path of thing.paths) {
      const index = this.nearestOn(path, place, x, y);
      if (index === null) continue;
      const { metres, datum } = path.levelTextAt(index);
      const time = path.times[Math.round(index)] + this.state.epoch;
      out.push([thing.name + owner, `${path.known ? "" : "nominally "}here about ${clockText(time)}, ${levelText(metres, datum)}`]);
      break;
    }
    return out;
  }

  nearestOn(path, place, x, y) {
    if (!this.camera.maySee(path.cap) || angle(place, path.cap.middle) > path.cap.reach + 0.05) return null;
    for (let leg = 0; leg < path.count - 1; leg += 1) {
      const [ax, ay] = this.camera.project(path.pointAt(leg));
      const [bx, by] = this.camera.project(path.pointAt(leg + 1));
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const f = length ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length)) : 0;
      if (Math.hypot(ax + f * (bx - ax) - x, ay + f * (by - ay) - y) <= LINE_PX) return leg + f;
    }
    return null;
  }

  key(event) {
    const moves = {
      ArrowLeft: () => this.camera.panBy(-PAN_PX, 0),
      ArrowRight: () => this.camera.panBy(PAN_PX, 0),
      ArrowUp: () => this.camera.panBy(0, -PAN_PX),
      ArrowDown: () => this.camera.panBy(0, PAN_PX),
      "+": () => this.camera.zoomAt(1.5),
      "=": () => this.camera.zoomAt(1.5),
      "-": () => this.camera.zoomAt(1 / 1.5),
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "0") this.fit();
    else if (event.key === "Escape") this.elements.popup.hidden = true;
    else if (moves[event.key]) this.byHand(moves[event.key]);
    else return;
    event.preventDefault();
  }

  readout(place, prefix = "") {
    this.elements.readout.textContent = prefix + placeText(...latLng(place));
  }

  /** Signs beyond the horizon are said, not silently absent. */
  notice() {
    const beyond = this.scene.conflicts.filter((c) => !this.state.hidden.has(c) && !this.camera.isVisible(c.place)).length;
    this.elements.notice.hidden = beyond === 0;
    if (beyond) this.elements.notice.textContent = `${beyond} ${beyond === 1 ? "conflict lies" : "conflicts lie"} beyond the horizon of this view.`;
  }
}

function clipToHorizon(ctx, camera) {
  const radius = 2 * Math.tan(HORIZON_RAD / 2) * camera.scale;
  ctx.save();
  if (radius > Math.hypot(camera.width, camera.height)) return;
  ctx.beginPath();
  ctx.arc(camera.width / 2, camera.height / 2, radius, 0, 2 * Math.PI);
  ctx.clip();
}

/** A name and a text as an element; only ever text. */
function line(name, text) {
  const element = document.createElement("div");
  const strong = document.createElement("bdi");
  strong.textContent = name;
  element.append(strong, ` ${text}`);
  return element;
}
