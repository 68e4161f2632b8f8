// The signs of the conflicts on the map: certain is a filled octagon, possible a hollow triangle, each with its number
// in the list. What happens at the chosen time has a glow.

import { grouped } from "./format.js";
import { haloText } from "./palette.js";

/** Signs nearer than this to a more urgent one are counted on it instead [px]. */
const SIGN_ROOM_PX = 26;
const STEM_PX = 46;

/** The signs of the conflicts; one that would lie on a more urgent one is counted there. Returns where they are. */
export function drawSigns(ctx, camera, scene, state, colours, taken) {
  const signs = [];
  const order = [...scene.conflicts];
  if (state.selected) order.unshift(...order.splice(order.indexOf(state.selected), 1));
  const inView = order.filter((c) => !state.hidden.has(c) && camera.isVisible(c.place));
  for (const conflict of inView) {
    const [x, placeY] = camera.project(conflict.place);
    // The selected sign stands on a stem, so that it does not hide what it marks.
    const y = conflict === state.selected ? placeY - STEM_PX : placeY;
    if (conflict === state.selected) drawStem(ctx, x, placeY, colours);
    if (x < -20 || y < -20 || x > camera.width + 20 || y > camera.height + 20) continue;
    const near = signs.find((sign) => Math.hypot(sign.x - x, sign.y - y) < SIGN_ROOM_PX);
    if (near) near.others.push(conflict);
    else signs.push({ conflict, x, y, others: [] });
  }
  for (const sign of signs.toReversed()) drawConflictSign(ctx, sign, state, colours);
  for (const { x, y } of signs) taken.claim(x, y, 28, 28);
  return signs;
}

function drawStem(ctx, x, y, colours) {
  for (const [colour, width] of [[colours.halo, 5], [colours.ink, 2]]) {
    ctx.beginPath();
    ctx.moveTo(x, y - STEM_PX);
    ctx.lineTo(x, y - 4);
    ctx.moveTo(x + 4, y);
    ctx.arc(x, y, 4, 0, 2 * Math.PI);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

function drawConflictSign(ctx, { conflict, x, y, others }, state, colours) {
  const selected = conflict === state.selected;
  const now = conflict.isAt(state.time);
  const text = String(conflict.number);
  const radius = (conflict.group === "en-route" ? 11 : 9) + (text.length > 2 ? 2 : 0);
  ctx.globalAlpha = selected || now || !state.selected ? 1 : 0.6;
  if (now) {
    ctx.beginPath();
    ctx.arc(x, y, radius + 7, 0, 2 * Math.PI);
    ctx.fillStyle = conflict.certainty === "certain" ? colours.certain : colours.possible;
    ctx.globalAlpha *= 0.22;
    ctx.fill();
    ctx.globalAlpha /= 0.22;
  }
  drawSign(ctx, conflict.certainty, x, y, radius, colours);
  if (selected) {
    ctx.beginPath();
    ctx.arc(x, y, radius + 8, 0, 2 * Math.PI);
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 2;
    ctx.stroke();
  }
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.font = colours.font(text.length > 2 ? 9 : 11, 700);
  ctx.fillStyle = conflict.certainty === "certain" ? colours.onCertain : colours.ink;
  ctx.fillText(text, x, y + (conflict.certainty === "certain" ? 0.5 : 2));
  if (others.length) {
    ctx.font = colours.font(10.5, 600);
    ctx.textAlign = "left";
    haloText(ctx, `+${grouped(others.length)}`, x + radius + 2, y - radius, colours.ink, colours.halo);
  }
  ctx.globalAlpha = 1;
}

/** The sign of a conflict: certain is a filled octagon, possible a hollow triangle; around (x, y). */
function drawSign(ctx, certainty, x, y, radius, colours) {
  ctx.beginPath();
  if (certainty === "certain") {
    for (let k = 0; k < 8; k += 1) {
      const turn = (Math.PI / 8) * (2 * k + 1);
      ctx.lineTo(x + radius * Math.cos(turn), y + radius * Math.sin(turn));
    }
    ctx.closePath();
    ctx.fillStyle = colours.certain;
    ctx.fill();
    ctx.strokeStyle = colours.halo;
    ctx.lineWidth = 1.5;
    ctx.stroke();
    return;
  }
  const r = radius * 1.35;
  ctx.moveTo(x, y - r);
  ctx.lineTo(x + r * 0.92, y + r * 0.62);
  ctx.lineTo(x - r * 0.92, y + r * 0.62);
  ctx.closePath();
  ctx.fillStyle = colours.halo;
  ctx.fill();
  ctx.strokeStyle = colours.possible;
  ctx.lineWidth = 2.25;
  ctx.lineJoin = "round";
  ctx.stroke();
}
