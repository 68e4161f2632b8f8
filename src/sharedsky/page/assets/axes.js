// Axes of the drawings over time: ticks of round times and levels, and where a time or a level lies.

import { MINUTE_MS, M_PER_FT, clockText, grouped, levelText, niceStep } from "./format.js";

const LEFT_PX = 62;
const RIGHT_PX = 66;
const TOP_PX = 12;
const BOTTOM_PX = 22;

export class Axes {
  constructor({ window: [start, end], lowest, highest, datum, axis }, width, height) {
    Object.assign(this, { start, end: Math.max(end, start + 1000), lowest, highest, datum, levels: axis });
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
export function drawAxes(ctx, axes, { colours, epoch }) {
  const { left, right, top, bottom } = axes;
  ctx.font = colours.font(11);
  ctx.textBaseline = "middle";
  ctx.strokeStyle = colours.line;
  ctx.lineWidth = 1;
  const feetStep = niceStep((axes.highest - axes.lowest) / M_PER_FT / Math.max(2, (bottom - top) / 24));
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

export function segment(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
