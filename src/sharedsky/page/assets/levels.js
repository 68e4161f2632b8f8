// The level profile: levels over time of both sides of the selected conflict, around its window; with nothing selected,
// the bands of all conflicts. Levels are drawn as they were stated, each in its own datum, and the profile says so
// where two datums meet: it never pretends that they compare.

import { DATUM_NAMES, MINUTE_MS, M_PER_FT, clockText, grouped, levelText, niceStep } from "./format.js";
import { fitCanvas, haloText, hatch } from "./palette.js";

const LEFT_PX = 62;
const RIGHT_PX = 66;
const TOP_PX = 12;
const BOTTOM_PX = 22;
/** Time shown before and after the window: a share of it, and at least this [ms]. */
const PAD_SHARE = 0.35;
const LEAST_PAD_MS = 120000;
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
    canvas.setAttribute("aria-label", `${picture.title}. ${picture.note}`);
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

/** What the profile of a conflict shows: its time span, its levels, and in words what they are. */
function sidesPicture(conflict) {
  const bounds = [conflict.start, conflict.end].filter(Number.isFinite);
  if (bounds.length === 0) bounds.push(...[conflict.a, conflict.b].flatMap((s) => s.paths.flatMap((p) => [p.start, p.end])));
  const title = `Levels of ${conflict.a.name} and ${conflict.b.name}`;
  if (bounds.length === 0) return { title, note: "Neither side has a time: both are always active.", window: null };
  const length = Math.max(...bounds) - Math.min(...bounds);
  const pad = Math.max(LEAST_PAD_MS, length * PAD_SHARE);
  const window = [Math.min(...bounds) - pad, Math.max(...bounds) + pad];
  const levels = levelsIn(conflict, window);
  const datums = [...levels.datums];
  const note = datums.length > 1
    ? `Different datums, drawn as stated and not comparable by eye: ${datums.map((d) => DATUM_NAMES[d] ?? d).join("; ")}.`
    : datums.length === 1 ? `Datum: ${DATUM_NAMES[datums[0]] ?? datums[0]}.` : "Neither side states a level.";
  return { title, note, window, ...rangeOf(levels.values), datum: datums.length === 1 ? datums[0] : null };
}

/** All finite levels of both sides within a window, and their datums. */
function levelsIn(conflict, window) {
  const values = [];
  const datums = new Set();
  for (const side of [conflict.a, conflict.b]) {
    for (const volume of side.volumes) {
      if (!volume.meets(window)) continue;
      for (const level of [volume.lower, volume.upper]) {
        if (!level) continue;
        values.push(level.metres - level.spread, level.metres + level.spread);
        datums.add(level.datum);
      }
    }
    for (const path of side.paths) {
      const levels = pathLevels(path, Math.max(window[0], path.start), Math.min(window[1], path.end));
      if (!levels) continue;
      values.push(levels.lower, levels.upper);
      levels.datums.forEach((datum) => datums.add(datum));
    }
  }
  return { values, datums };
}

/** The levels at which a flight may be between two times, or null where it is not under way. */
function pathLevels(path, start, end) {
  if (end < start) return null;
  const from = path.rangeAt(start);
  const to = path.rangeAt(end);
  return from && to ? path.levels(from[0], Math.max(from[0], to[1])) : null;
}

/** The picture without a selection: the bands of all conflicts over the whole time. */
function overview(scene) {
  const title = "Levels of all conflicts";
  if (scene.conflicts.length === 0) return { title: "Level profile", note: "No conflict, nothing to compare.", window: null };
  if (!scene.span) return { title, note: "No conflict has a time.", window: null };
  const values = scene.conflicts.flatMap((c) => [c.bandLower, c.bandUpper]).filter((v) => v !== null);
  const datums = [...new Set(scene.conflicts.map((c) => c.bandDatum))];
  const note = datums.length > 1
    ? "Select one for both sides’ levels. Each band in its own datum: not comparable with each other."
    : `Select one for both sides’ levels. Datum: ${DATUM_NAMES[datums[0]] ?? datums[0]}.`;
  return { title, note, window: scene.span, ...rangeOf(values), datum: datums.length === 1 ? datums[0] : null };
}

function rangeOf(values) {
  if (values.length === 0) return { lowest: 0, highest: 3000 };
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = Math.max(30, (high - low) * 0.15);
  return { lowest: low - pad, highest: high + pad };
}

class Axes {
  constructor({ window: [start, end], lowest, highest, datum }, width, height) {
    Object.assign(this, { start, end: Math.max(end, start + 1000), lowest, highest, datum });
    this.left = LEFT_PX;
    this.right = width - RIGHT_PX;
    this.top = TOP_PX;
    this.bottom = height - BOTTOM_PX;
  }

  x(time) {
    const share = (time - this.start) / (this.end - this.start);
    return this.left + Math.max(-1, Math.min(2, share)) * (this.right - this.left);
  }

  y(metres) {
    return this.bottom - ((metres - this.lowest) / (this.highest - this.lowest)) * (this.bottom - this.top);
  }

  timeAt(x) {
    return this.start + ((x - this.left) / (this.right - this.left)) * (this.end - this.start);
  }
}

/** Grid and labels: feet or flight levels on the left, metres on the right, UTC below. */
function drawAxes(ctx, axes, { colours, epoch }) {
  const { left, right, top, bottom } = axes;
  ctx.font = colours.font(11);
  ctx.textBaseline = "middle";
  ctx.strokeStyle = colours.line;
  ctx.lineWidth = 1;
  const feetStep = niceStep((axes.highest - axes.lowest) / M_PER_FT / Math.max(2, (bottom - top) / 28));
  const step = Math.max(axes.datum === "STD" ? 100 : 1, feetStep);
  for (let feet = Math.ceil(axes.lowest / M_PER_FT / step) * step; feet * M_PER_FT <= axes.highest; feet += step) {
    const y = axes.y(feet * M_PER_FT);
    segment(ctx, left, y, right, y);
    ctx.fillStyle = colours.quiet;
    ctx.textAlign = "right";
    ctx.fillText(levelText(feet * M_PER_FT, axes.datum), left - 6, y);
    ctx.textAlign = "left";
    ctx.fillText(`${grouped(feet * M_PER_FT)} m`, right + 6, y);
  }
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (const [time, text] of timeTicks(axes.start, axes.end, (right - left) / 80, epoch)) {
    const x = axes.x(time);
    segment(ctx, x, top, x, bottom);
    ctx.fillStyle = colours.quiet;
    ctx.fillText(text, x, bottom + 15);
  }
  ctx.strokeStyle = colours.quiet;
  ctx.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
}

const TIME_STEPS_MS = [
  1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000,
  7776000, 31536000, 315360000,
].map((seconds) => seconds * 1000);

/** Round times within a span with their text: clock times, with the day where a day begins. */
export function timeTicks(start, end, most, epoch) {
  const step = TIME_STEPS_MS.find((s) => (end - start) / s <= Math.max(1, most)) ?? TIME_STEPS_MS.at(-1);
  const ticks = [];
  for (let utc = Math.ceil((start + epoch) / step) * step; utc <= end + epoch; utc += step) {
    const day = utc % 86400000 === 0;
    const text = day ? new Date(utc).toISOString().slice(0, -14).slice(step < 31536000000 ? -5 : 0) : clockText(utc, step < MINUTE_MS);
    ticks.push([utc - epoch, text]);
  }
  return ticks;
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
    const lower = volume.lower ? axes.y(volume.lower.metres - volume.lower.spread) : axes.bottom + 8;
    const upper = volume.upper ? axes.y(volume.upper.metres + volume.upper.spread) : axes.top - 8;
    const [from, to] = [axes.x(volume.start), axes.x(volume.end)];
    ctx.beginPath();
    ctx.rect(from, upper, Math.max(1, to - from), Math.max(1, lower - upper));
    fillBand(ctx, colours, colour, dash, letter);
    openEnd(ctx, axes, volume, Math.max(from, axes.left), Math.min(to, axes.right), colour, colours);
    label ??= [Math.max(from, axes.left) + 8, Math.max(upper, axes.top) + 11];
  }
  for (const path of side.paths) label = drawPathLevels(ctx, axes, path, colours, colour, dash, letter) ?? label;
  if (!label) return;
  ctx.font = colours.font(11.5, 700);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const y = Math.max(axes.top + 10, Math.min(axes.bottom - 10, label[1] + (letter === "B" ? 14 : 0)));
  haloText(ctx, `${letter} ${side.name}`, label[0], y, colour, colours.halo);
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
    const levels = path.levels(range[0], Math.max(range[0], range[1]));
    columns.push([x, axes.y(levels.upper), axes.y(levels.lower)]);
  }
  if (columns.length === 0) return null;
  ctx.beginPath();
  for (const [x, upper] of columns) ctx.lineTo(x, upper);
  if (columns.some(([, upper, lower]) => lower - upper > 1)) {
    for (const [x, , lower] of columns.toReversed()) ctx.lineTo(x, lower);
    ctx.closePath();
    fillBand(ctx, colours, colour, dash, letter);
  } else {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2.25;
    ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  const [x, y] = columns[Math.min(columns.length - 1, 3)];
  return [x + 2, letter === "A" ? y - 10 : y - 4];
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

/** All conflicts as boxes of window and band. */
function drawBands(ctx, axes, scene, { colours, hidden }) {
  for (const conflict of scene.conflicts.toReversed()) {
    if (hidden.has(conflict)) continue;
    const lower = conflict.bandLower === null ? axes.bottom + 8 : axes.y(conflict.bandLower);
    const upper = conflict.bandUpper === null ? axes.top - 8 : axes.y(conflict.bandUpper);
    const [from, to] = [axes.x(conflict.start), axes.x(conflict.end)];
    const certain = conflict.certainty === "certain";
    ctx.beginPath();
    ctx.rect(from, upper - 1, Math.max(3, to - from), Math.max(3, lower - upper + 2));
    ctx.fillStyle = certain ? colours.certain : hatch(ctx, colours, colours.possible, "/", 7);
    ctx.globalAlpha = certain ? 0.6 : 0.7;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = certain ? colours.certain : colours.possible;
    ctx.lineWidth = 1.25;
    ctx.setLineDash(certain ? [] : [4, 3]);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

function drawNow(ctx, axes, { time, colours }) {
  if (time < axes.start || time > axes.end) return;
  ctx.strokeStyle = colours.now;
  ctx.lineWidth = 2;
  segment(ctx, axes.x(time), axes.top, axes.x(time), axes.bottom);
}

function segment(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
