// The map: two canvases (the world, and what flies in it) and a camera. It redraws only what changed, once per frame,
// and flies to what is selected.

import { Camera, HORIZON_RAD } from "./camera.js";
import { whatIsAt } from "./finding.js";
import { placeText } from "./format.js";
import { Gestures } from "./gestures.js";
import { drawGrid, drawScaleBar } from "./grid.js";
import { drawData } from "./layers.js";
import { Taken, fitCanvas } from "./palette.js";
import { latLng } from "./sphere.js";

const FLIGHT_MS = 650;
/** How near to a sign one must point [px]. */
const SIGN_PX = 20;
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
    this.stale = { base: true, data: true };
    this.flight = null;
    this.touched = false;
    new ResizeObserver(() => this.resized()).observe(elements.canvas);
    new Gestures(elements.canvas, this);
    elements.zoomIn.addEventListener("click", () => this.byHand(() => this.camera.zoomAt(2)));
    elements.zoomOut.addEventListener("click", () => this.byHand(() => this.camera.zoomAt(0.5)));
    elements.fit.addEventListener("click", () => this.fit());
    elements.north.addEventListener("click", () => this.byHand(() => this.camera.turnTo(0)));
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
    taken.boxes.push([camera.width - 52, 0, camera.width, 165]); // the buttons
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

  /** The pointer is at a pixel. */
  point(x, y) {
    const place = this.camera.unproject(x, y);
    this.pointing = true;
    if (place) this.readout(place);
    this.elements.canvas.classList.toggle("pointing", Boolean(this.signAt(x, y)));
  }

  leave() {
    this.pointing = false;
    this.readout(this.camera.centre, "centre ");
  }

  escape() {
    this.elements.popup.hidden = true;
  }

  click(x, y) {
    const sign = this.signAt(x, y);
    this.elements.popup.hidden = true;
    if (!sign) {
      this.tell(x, y);
      return;
    }
    // Of several signs in one place each further click takes the next.
    const all = [sign.conflict, ...sign.others];
    this.onSelect(all[(all.indexOf(this.state.selected) + 1) % all.length]);
  }

  signAt(x, y) {
    return this.signs.find((sign) => Math.hypot(sign.x - x, sign.y - y) <= SIGN_PX);
  }

  /** Say in a small box what is at a pixel. */
  tell(x, y) {
    const found = whatIsAt(this.scene, this.camera, this.state, x, y);
    const { popup } = this.elements;
    if (found.length === 0) return;
    popup.replaceChildren(...found.slice(0, MOST_FOUND).map(([name, text]) => line(name, text)));
    if (found.length > MOST_FOUND) popup.append(line("", `and ${found.length - MOST_FOUND} more`));
    popup.hidden = false;
    popup.style.left = `${Math.max(4, Math.min(x + 10, this.camera.width - popup.offsetWidth - 8))}px`;
    popup.style.top = `${Math.max(4, Math.min(y + 10, this.camera.height - popup.offsetHeight - 8))}px`;
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
