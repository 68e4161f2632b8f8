// All ways to move the map by hand: mouse, wheel, touch with one or two fingers, keyboard. A press that hardly moves is
// a click. The view decides what a click means.

/** A press that moves less than this is a click [px]. */
const CLICK_PX = 5;
const PAN_PX = 80;

export class Gestures {
  /**
   * @param canvas where they happen
   * @param view has camera; byHand(move), point(x, y), leave(), click(x, y), fit() and escape()
   */
  constructor(canvas, view) {
    Object.assign(this, { canvas, view, camera: view.camera });
    this.pointers = new Map();
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => view.leave());
    canvas.addEventListener("dblclick", (event) => {
      view.byHand(() => this.camera.zoomAt(2, event.offsetX, event.offsetY));
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 18 : 1);
    const factor = Math.exp(-Math.max(-240, Math.min(240, pixels)) / 300);
    this.view.byHand(() => this.camera.zoomAt(factor, event.offsetX, event.offsetY));
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.grabbed = this.camera.unproject(event.offsetX, event.offsetY);
    this.pressed = { x: event.offsetX, y: event.offsetY, moved: this.pointers.size > 1 };
  }

  move(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.view.point(x, y);
      return;
    }
    if (Math.hypot(x - this.pressed.x, y - this.pressed.y) > CLICK_PX) this.pressed.moved = true;
    if (this.pointers.size === 2) this.pinch(event.pointerId, before, x, y);
    else if (this.pressed.moved && this.grabbed) this.view.byHand(() => this.camera.drag(this.grabbed, x, y));
    this.pointers.set(event.pointerId, { x, y });
  }

  /** Two fingers: what lies between them stays there, their distance is the scale. */
  pinch(id, before, x, y) {
    const other = [...this.pointers].find(([key]) => key !== id)[1];
    const spread = Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    const factor = Math.hypot(x - other.x, y - other.y) / spread;
    const fixed = this.camera.unproject((before.x + other.x) / 2, (before.y + other.y) / 2);
    this.view.byHand(() => {
      this.camera.scale = this.camera.limited(this.camera.scale * factor);
      if (fixed) this.camera.drag(fixed, (x + other.x) / 2, (y + other.y) / 2);
    });
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    const last = [...this.pointers.values()][0];
    this.grabbed = last ? this.camera.unproject(last.x, last.y) : null;
    if (this.pressed && !this.pressed.moved) this.view.click(event.offsetX, event.offsetY);
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
    if (event.key === "0") this.view.fit();
    else if (event.key === "Escape") this.view.escape();
    else if (moves[event.key]) this.view.byHand(moves[event.key]);
    else return;
    event.preventDefault();
  }
}
