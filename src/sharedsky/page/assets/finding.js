// What is at a place of the map: volumes and zones that hold it, flights whose line runs there; in words.

import { clockText, levelText } from "./format.js";
import { angle } from "./sphere.js";

/** How near to a flight's line one must point [px]. */
const LINE_PX = 7;

/** [name, description] of every plan and zone at a pixel. */
export function whatIsAt(scene, camera, state, x, y) {
  const place = camera.unproject(x, y);
  if (!place) return [];
  return [...scene.plans, ...scene.zones].flatMap((thing) => {
    const name = thing.owner === null ? thing.name : `${thing.name} (${thing.owner})`;
    return [volumeAt(thing, place, state.time), pathAt(thing, place, camera, state.epoch, x, y)]
      .filter((text) => text !== null)
      .map((text) => [name, text]);
  });
}

/** The volume that holds the place, one that is active at the time before others. */
function volumeAt(thing, place, time) {
  const holding = thing.volumes.filter((volume) => volume.holds(place));
  const volume = holding.find((v) => v.isAt(time)) ?? holding[0];
  if (!volume) return null;
  const kind = thing.kind ? `${thing.kind} zone, ` : "";
  return `${kind}${volume.levelText}, ${volume.isAt(time) ? "active" : "not active at this time"}`;
}

function pathAt(thing, place, camera, epoch, x, y) {
  for (const path of thing.paths) {
    const index = nearestOn(path, place, camera, x, y);
    if (index === null) continue;
    const leg = Math.min(Math.floor(index), path.count - 2);
    const time = path.times[leg] + (index - leg) * (path.times[leg + 1] - path.times[leg]);
    const { metres, datum } = path.levelTextAt(index);
    return `${path.known ? "" : "nominally "}here at about ${clockText(time + epoch)}, ${levelText(metres, datum)}`;
  }
  return null;
}

/** Where along a path its line comes within LINE_PX of a pixel, or null. */
function nearestOn(path, place, camera, x, y) {
  if (!camera.maySee(path.cap) || angle(place, path.cap.middle) > path.cap.reach + 0.05) return null;
  for (let leg = 0; leg < path.count - 1; leg += 1) {
    const [ax, ay] = camera.project(path.pointAt(leg));
    const [bx, by] = camera.project(path.pointAt(leg + 1));
    const square = (bx - ax) ** 2 + (by - ay) ** 2;
    const f = square ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square)) : 0;
    if (Math.hypot(ax + f * (bx - ax) - x, ay + f * (by - ay) - y) <= LINE_PX) return leg + f;
  }
  return null;
}
