// The two sides of the selected conflict: A in solid lines and hatched one way, B in dashes and the other way, each with
// its letter where it is at the chosen time. For a forecast also how far beside its route and how far along it may be.

import { levelText } from "./format.js";
import { haloText, hatch } from "./palette.js";
import { traceLine, traceRings } from "./trace.js";

/** On a narrower map the sides carry their names alone [px]. */
const NARROW_PX = 520;

/** One side of the selected conflict: A in solid lines and hatched one way, B in dashes and the other way. */
export function drawSide(ctx, camera, side, state, colours, letter) {
  const colour = letter === "A" ? colours.sideA : colours.sideB;
  const dash = letter === "A" ? [] : [9, 5];
  for (const path of side.paths) {
    if (!camera.maySee(path.cap)) continue;
    drawReach(ctx, camera, path, colour);
    const range = path.rangeAt(state.time);
    if (range && range[1] > range[0]) drawLine(ctx, camera, path.stretch(...range), colour, 8, [], 0.35);
    drawLine(ctx, camera, path.line, colours.halo, 5, [], 0.7);
    drawLine(ctx, camera, path.line, colour, 2.25, dash, 1);
  }
  for (const volume of side.volumes) {
    if (!camera.maySee(volume.cap)) continue;
    ctx.beginPath();
    const fillable = traceRings(ctx, camera, volume.rings, volume.cap);
    if (volume.isAt(state.time) && fillable) {
      ctx.globalAlpha = 0.12;
      ctx.fillStyle = colour;
      ctx.fill("evenodd");
      ctx.globalAlpha = 0.75;
      ctx.fillStyle = hatch(ctx, colours, colour, letter === "A" ? "/" : "\\", 8);
      ctx.fill("evenodd");
      ctx.globalAlpha = 1;
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = volume.isAt(state.time) ? 2.5 : 1.5;
    ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** How far beside its legs a forecast may fly, as a soft ribbon. */
function drawReach(ctx, camera, path, colour) {
  if (path.reachM <= 0) return;
  const width = ((2 * path.reachM) / camera.mPerPx) * camera.enlargement(path.cap.middle);
  if (width < 3) return;
  drawLine(ctx, camera, path.line, colour, width, [], 0.13);
}

function drawLine(ctx, camera, xyz, colour, width, dash, alpha) {
  ctx.beginPath();
  traceLine(ctx, camera, xyz);
  ctx.lineJoin = "round";
  ctx.lineCap = dash.length ? "butt" : "round";
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.globalAlpha = alpha;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.lineCap = "butt";
  ctx.setLineDash([]);
}

/** The letter of a side where it is at the chosen time: on its flight, or in its active volume. */
export function drawSideMarks(ctx, camera, side, state, colours, letter, taken) {
  const colour = letter === "A" ? colours.sideA : colours.sideB;
  for (const path of side.paths) {
    const index = path.nominalAt(state.time);
    if (index === null) continue;
    const place = path.pointAt(index);
    if (!camera.isVisible(place)) continue;
    const [x, y] = camera.project(place);
    drawAircraft(ctx, camera, path, index, colour, colours.halo, 9);
    const { metres, datum } = path.levelTextAt(index);
    drawLetter(ctx, camera, colours, colour, letter, x, y, camera.width < NARROW_PX ? side.name : `${side.name} ${levelText(metres, datum)}`, taken);
  }
  if (side.paths.length) return;
  const volume = side.volumes.find((v) => v.isAt(state.time)) ?? side.volumes[0];
  if (!volume || !camera.isVisible(volume.cap.middle)) return;
  const [x, y] = camera.project(labelPlace(camera, volume));
  drawLetter(ctx, camera, colours, colour, letter, x, y, camera.width < NARROW_PX ? side.name : `${side.name} ${volume.levelText}`, taken);
}

/** The northernmost point of a volume: its label does not hide what is inside. */
function labelPlace(camera, volume) {
  let best = volume.cap.middle;
  let top = Infinity;
  const ring = volume.rings[0];
  for (let k = 0; k < ring.length; k += 3) {
    const v = [ring[k], ring[k + 1], ring[k + 2]];
    if (!camera.isVisible(v)) continue;
    const y = camera.project(v)[1];
    if (y < top) [top, best] = [y, v];
  }
  return best;
}

function drawLetter(ctx, camera, colours, colour, letter, x, y, text, taken) {
  ctx.font = colours.font(12, 600);
  const width = ctx.measureText(text).width;
  const places = [[14, -14], [14, 16], [-14 - width - 18, -14], [-14 - width - 18, 16], [14, -34], [14, 36], [-32 - width, -34], [-32 - width, 36]];
  const inView = ([px, py]) => x + px > 0 && x + px + width + 20 < camera.width && y + py > 10 && y + py < camera.height - 10;
  const free = ([px, py]) => taken.claim(x + px + (width + 18) / 2, y + py, width + 20, 18);
  const [dx, dy] = places.filter(inView).find(free) ?? places.find(inView) ?? places[0];
  ctx.beginPath();
  ctx.arc(x + dx + 7, y + dy, 8, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.halo;
  ctx.font = colours.font(11, 700);
  ctx.fillText(letter, x + dx + 7, y + dy + 0.5);
  ctx.textAlign = "left";
  ctx.font = colours.font(12, 600);
  haloText(ctx, text, x + dx + 19, y + dy, colours.ink, colours.halo);
}

/** An arrowhead in the direction of flight. */
export function drawAircraft(ctx, camera, path, index, colour, halo, size) {
  const here = camera.project(path.pointAt(index));
  const ahead = camera.project(path.pointAt(Math.min(path.count - 1, index + 0.01)));
  const behind = camera.project(path.pointAt(Math.max(0, index - 0.01)));
  const turn = Math.atan2(ahead[1] - behind[1], ahead[0] - behind[0]);
  ctx.save();
  ctx.translate(here[0], here[1]);
  ctx.rotate(turn);
  ctx.beginPath();
  ctx.moveTo(size, 0);
  ctx.lineTo(-size * 0.75, size * 0.7);
  ctx.lineTo(-size * 0.35, 0);
  ctx.lineTo(-size * 0.75, -size * 0.7);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.strokeStyle = halo;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.fill();
  ctx.restore();
}
