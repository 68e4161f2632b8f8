// The level profile: levels over time of both sides of the selected conflict, around its window; with nothing selected,
// the bands of all conflicts.

import { Axes, drawAxes, segment } from "./axes.js";
import { fitCanvas, haloText, hatch } from "./palette.js";
import { overview, sidesPicture } from "./picture.js";

/** Flights' levels are computed once in so many pixels. */
const COLUMN_PX = 2;

export class LevelProfile {
  constructor(elements, scene, state, onTime) {
    Object.assign(this, { elements, scene, state, onTime });
    new ResizeObserver(() => this.draw()).observe(elements.canvas);
    elements.canvas.addEventListener("click", (event) => {
      if (this.axes) this.onTime(this.axes.timeAt(event.offsetX));
    });
  }

  draw() {
    const { canvas, title, note } = this.elements;
    const chosen = this.state.selected;
    const picture = chosen ? sidesPicture(chosen) : overview(this.scene);
    title.textContent = picture.title;
    note.textContent = picture.note;
    const whose = chosen ? ` of ${chosen.a.name} (A) and ${chosen.b.name} (B)` : "";
    canvas.setAttribute("aria-label", `${picture.title}${whose}. ${picture.note}`);
    this.axes = null;
    canvas.closest(".views").classList.toggle("no-profile", this.scene.conflicts.length === 0);
    if (!canvas.clientWidth) return;
    const { ctx, width, height } = fitCanvas(canvas);
    if (!picture.window) return;
    this.axes = new Axes(picture, width, height);
    const { axes, state } = this;
    drawAxes(ctx, axes, state);
    ctx.save();
    ctx.beginPath();
    ctx.rect(axes.left, axes.top, axes.right - axes.left, axes.bottom - axes.top);
    ctx.clip();
    if (chosen) drawSides(ctx, axes, chosen, state.colours);
    else drawBands(ctx, axes, this.scene, state);
    drawNow(ctx, axes, state);
    ctx.restore();
  }
}

function drawSides(ctx, axes, conflict, colours) {
  shadeWindow(ctx, axes, conflict, colours);
  drawSideLevels(ctx, axes, conflict.b, colours, "B");
  drawSideLevels(ctx, axes, conflict.a, colours, "A");
  if (conflict.closest) {
    const x = axes.x(conflict.closest.time);
    ctx.setLineDash([2, 3]);
    ctx.strokeStyle = colours.ink;
    segment(ctx, x, axes.top, x, axes.bottom);
    ctx.setLineDash([]);
    ctx.font = colours.font(10.5);
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    haloText(ctx, "closest", x + 5, axes.top + 3, colours.ink, colours.halo);
  }
}

/** The window of the breach, and in it, hatched, where it is certain. */
function shadeWindow(ctx, axes, conflict, colours) {
  const colour = conflict.certainty === "certain" ? colours.certain : colours.possible;
  const band = (start, end, style, alpha) => {
    const [from, to] = [axes.x(start), axes.x(end)];
    ctx.globalAlpha = alpha;
    ctx.fillStyle = style;
    ctx.fillRect(from, axes.top, Math.max(1, to - from), axes.bottom - axes.top);
    ctx.globalAlpha = 1;
  };
  band(conflict.start, conflict.end, colour, 0.1);
  for (const [start, end] of conflict.certain) band(start, end, hatch(ctx, colours, colours.certain, "/", 12), 0.22);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  for (const time of [conflict.start, conflict.end]) segment(ctx, axes.x(time), axes.top, axes.x(time), axes.bottom);
}

function drawSideLevels(ctx, axes, side, colours, letter) {
  const colour = letter === "A" ? colours.sideA : colours.sideB;
  const dash = letter === "A" ? [] : [7, 4];
  let label = null;
  for (const volume of side.volumes) {
    if (!volume.meets([axes.start, axes.end])) continue;
    label = drawVolumeLevels(ctx, axes, volume, colours, colour, dash, letter, label);
  }
  for (const path of side.paths) label = drawPathLevels(ctx, axes, path, colours, colour, dash, letter) ?? label;
  if (!label) return;
  ctx.font = colours.font(11.5, 700);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const y = Math.max(axes.top + 10, Math.min(axes.bottom - 10, label[1] + (letter === "B" ? 14 : 0)));
  haloText(ctx, `${letter} ${side.name}`, label[0], y, colour, colours.halo);
}

/** A volume as a box of window and levels, with the fringe of what is uncertain. Returns where its name goes. */
function drawVolumeLevels(ctx, axes, volume, colours, colour, dash, letter, label) {
  const lower = volume.lower && axes.levels.place(volume.lower.metres, volume.lower.spread, volume.lower.frame);
  const upper = volume.upper && axes.levels.place(volume.upper.metres, volume.upper.spread, volume.upper.frame);
  const [from, to] = [axes.x(volume.start), axes.x(volume.end)];
  const box = (top, bottom) => {
    ctx.beginPath();
    ctx.rect(from, top, Math.max(1, to - from), Math.max(1, bottom - top));
  };
  const top = upper ? axes.y(upper.middle) : axes.top - 8;
  if ((lower && lower.bottom < lower.middle) || (upper && upper.top > upper.middle)) {
    box(upper ? axes.y(upper.top) : axes.top - 8, lower ? axes.y(lower.bottom) : axes.bottom + 8);
    drawFringe(ctx, colour);
  }
  box(top, lower ? axes.y(lower.middle) : axes.bottom + 8);
  fillBand(ctx, colours, colour, dash, letter);
  openEnd(ctx, axes, volume, Math.max(from, axes.left), Math.min(to, axes.right), colour, colours);
  return label ?? [Math.max(from, axes.left) + 8, Math.max(top, axes.top) + 11];
}

/** What uncertainty adds around levels: a soft ground with a dotted edge. */
function drawFringe(ctx, colour) {
  ctx.globalAlpha = 0.1;
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.globalAlpha = 0.6;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.setLineDash([1.5, 3]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** A floor on the ground or a ceiling without limit is open, and says so. */
function openEnd(ctx, axes, volume, from, to, colour, colours) {
  ctx.font = colours.font(10.5);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const x = (from + to) / 2;
  if (!volume.upper) haloText(ctx, "▲ unlimited", x, axes.top + 9, colour, colours.halo);
  if (!volume.lower) haloText(ctx, "▼ ground", x, axes.bottom - 9, colour, colours.halo);
}

/** A flight's band of possible levels over time; a known level is a line. Returns where its name goes. */
function drawPathLevels(ctx, axes, path, colours, colour, dash, letter) {
  const first = Math.max(axes.left, axes.x(path.start));
  const last = Math.min(axes.right, axes.x(path.end));
  if (first > last) return null;
  const columns = [];
  for (let x = first; x <= last; x += COLUMN_PX) {
    const time = axes.timeAt(x);
    const range = path.rangeAt(Math.min(path.end, Math.max(path.start, time)));
    if (!range) continue;
    const levels = path.levels(range[0], Math.max(range[0], range[1]), axes.levels);
    columns.push({ x, upper: axes.y(levels.upper), lower: axes.y(levels.lower), top: axes.y(levels.top), bottom: axes.y(levels.bottom) });
  }
  if (columns.length === 0) return null;
  if (columns.some((c) => c.bottom - c.lower > 1 || c.upper - c.top > 1)) {
    traceBand(ctx, columns, "top", "bottom");
    drawFringe(ctx, colour);
  }
  if (columns.some((c) => c.lower - c.upper > 1)) {
    traceBand(ctx, columns, "upper", "lower");
    fillBand(ctx, colours, colour, dash, letter);
  } else {
    ctx.beginPath();
    for (const c of columns) ctx.lineTo(c.x, c.upper);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2.25;
    ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  const { x, upper } = columns[Math.min(columns.length - 1, 3)];
  return [x + 2, letter === "A" ? upper - 10 : upper - 4];
}

function traceBand(ctx, columns, above, below) {
  ctx.beginPath();
  for (const c of columns) ctx.lineTo(c.x, c[above]);
  for (const c of columns.toReversed()) ctx.lineTo(c.x, c[below]);
  ctx.closePath();
}

function fillBand(ctx, colours, colour, dash, letter) {
  ctx.globalAlpha = 0.12;
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.globalAlpha = 0.55;
  ctx.fillStyle = hatch(ctx, colours, colour, letter === "A" ? "/" : "\\", 8);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.75;
  ctx.setLineDash(dash);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** All conflicts as boxes of window and band, possible ones below. */
function drawBands(ctx, axes, scene, { colours, hidden }) {
  for (const certainty of ["possible", "certain"]) {
    ctx.beginPath();
    for (const conflict of scene.conflicts) {
      if (conflict.certainty !== certainty || hidden.has(conflict)) continue;
      const lower = conflict.bandLower === null ? axes.bottom + 8 : axes.y(conflict.bandLower);
      const upper = conflict.bandUpper === null ? axes.top - 8 : axes.y(conflict.bandUpper);
      const [from, to] = [axes.x(conflict.start), axes.x(conflict.end)];
      ctx.rect(from, upper - 1, Math.max(3, to - from), Math.max(3, lower - upper + 2));
    }
    const certain = certainty === "certain";
    ctx.fillStyle = certain ? colours.certain : hatch(ctx, colours, colours.possible, "/", 7);
    ctx.globalAlpha = certain ? 0.6 : 0.7;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = certain ? colours.certain : colours.possible;
    ctx.lineWidth = 1.25;
    ctx.stroke();
  }
}

function drawNow(ctx, axes, { time, colours }) {
  if (time < axes.start || time > axes.end) return;
  ctx.strokeStyle = colours.now;
  ctx.lineWidth = 2;
  segment(ctx, axes.x(time), axes.top, axes.x(time), axes.bottom);
}
