// The time slider that spans everything: a native range input under a strip that shows when conflicts are, a play
// button with its speed, and the chosen time in words.

import { timeTicks } from "./axes.js";
import { MINUTE_MS, instantText } from "./format.js";
import { fitCanvas, hatch } from "./palette.js";

/** Half of the slider's thumb: the strip's scale ends where the thumb's middle does [px]. */
const INSET_PX = 9;
/** How many times faster than life playing may be. */
const SPEEDS = [10, 30, 60, 300, 600, 1800, 3600, 14400, 86400];
/** By default the whole span plays in about so many seconds. */
const PLAY_S = 45;
const BAR_PX = 9;

export class Timeline {
  constructor(elements, scene, state, onTime, onStep) {
    Object.assign(this, { elements, scene, state, onTime });
    const { range, play, speed, canvas, previous, next } = elements;
    [this.start, this.end] = scene.span;
    range.max = String(Math.max(1, this.end - this.start));
    range.addEventListener("input", () => onTime(this.start + Number(range.value)));
    range.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("pointerdown", (event) => onTime(this.timeAt(event.offsetX)));
    play.addEventListener("click", () => this.toggle());
    previous.addEventListener("click", () => onStep(-1));
    next.addEventListener("click", () => onStep(1));
    previous.hidden = scene.conflicts.length === 0;
    next.hidden = previous.hidden;
    this.fillSpeeds(speed);
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  fillSpeeds(select) {
    const wanted = (this.end - this.start) / 1000 / PLAY_S;
    const chosen = SPEEDS.findLast((speed) => speed <= Math.max(SPEEDS[0], wanted));
    for (const speed of SPEEDS) select.append(new Option(`${speed.toLocaleString("en-GB")} ×`, String(speed), false, speed === chosen));
  }

  /** Arrow keys move by a minute (with Shift by ten), or by less where all is over in minutes. */
  key(event) {
    const minute = Math.min(MINUTE_MS, Math.max(1, (this.end - this.start) / 60));
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 };
    if (!steps[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.onTime(this.state.time + steps[event.key] * minute * (event.shiftKey ? 10 : 1));
  }

  toggle(playing = !this.playing) {
    this.playing = playing;
    this.elements.play.setAttribute("aria-pressed", String(playing));
    const word = document.createElement("span");
    word.className = "unseen";
    word.textContent = playing ? " Pause" : " Play";
    this.elements.play.replaceChildren(playing ? "❚❚" : "▶", word);
    if (!playing) return;
    if (this.state.time >= this.end) this.onTime(this.start);
    this.last = null;
    requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    if (!this.playing) return;
    const elapsed = this.last === null ? 0 : now - this.last;
    this.last = now;
    this.onTime(Math.min(this.end, this.state.time + elapsed * Number(this.elements.speed.value)));
    if (this.state.time >= this.end) this.toggle(false);
    else requestAnimationFrame((next) => this.tick(next));
  }

  /** Show the chosen time on the slider and in words. */
  update() {
    const { range, now } = this.elements;
    const active = this.scene.conflictsAt(this.state.time).length;
    const text = instantText(this.state.time + this.state.epoch);
    const what = active === 0 ? "no conflict now" : `${active} ${active === 1 ? "conflict" : "conflicts"} now`;
    range.value = String(Math.round(this.state.time - this.start));
    range.setAttribute("aria-valuetext", `${text}, ${what}`);
    now.firstChild.textContent = text;
    now.lastChild.textContent = what;
    this.draw();
  }

  x(time) {
    const width = this.elements.canvas.clientWidth - 2 * INSET_PX;
    return INSET_PX + (Math.min(this.end, Math.max(this.start, time)) - this.start) / Math.max(1, this.end - this.start) * width;
  }

  timeAt(x) {
    const width = this.elements.canvas.clientWidth - 2 * INSET_PX;
    return this.start + ((x - INSET_PX) / width) * (this.end - this.start);
  }

  draw() {
    if (!this.elements.canvas.clientWidth) return;
    const { ctx, width, height } = fitCanvas(this.elements.canvas);
    const { colours, epoch } = this.state;
    ctx.font = colours.font(10.5);
    ctx.textBaseline = "alphabetic";
    ctx.fillStyle = colours.quiet;
    ctx.strokeStyle = colours.line;
    ctx.lineWidth = 1;
    for (const [time, text] of timeTicks(this.start, this.end, width / 75, epoch)) {
      const x = this.x(time);
      ctx.beginPath();
      ctx.moveTo(x, 0);
      ctx.lineTo(x, height);
      ctx.stroke();
      const half = ctx.measureText(text).width / 2;
      ctx.textAlign = "center";
      ctx.fillText(text, Math.min(width - half, Math.max(half, x)), height - 2);
    }
    this.drawBars(ctx);
    ctx.fillStyle = colours.now;
    ctx.fillRect(this.x(this.state.time) - 1, 0, 2, height - 13);
  }

  /** When conflicts are: certain ones filled in the upper lane, possible ones hatched in the lower. */
  drawBars(ctx) {
    const { colours, selected, hidden } = this.state;
    const bar = (conflict) => {
      const y = conflict.certainty === "certain" ? 2 : 2 + BAR_PX + 3;
      const from = this.x(conflict.start);
      ctx.rect(from, y, Math.max(3, this.x(conflict.end) - from), BAR_PX);
    };
    for (const certainty of ["certain", "possible"]) {
      ctx.beginPath();
      for (const c of this.scene.conflicts) if (c.certainty === certainty && !hidden.has(c)) bar(c);
      const colour = certainty === "certain" ? colours.certain : colours.possible;
      ctx.fillStyle = certainty === "certain" ? colour : hatch(ctx, colours, colour, "/", 5);
      ctx.fill();
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1;
      ctx.stroke();
    }
    if (!selected) return;
    ctx.beginPath();
    bar(selected);
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 2;
    ctx.stroke();
  }
}
