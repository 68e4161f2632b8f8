// What the level profile shows, before it is drawn: the span of time, the range of levels, and in words what they are.
// Levels of one datum stay as stated; where two datums meet, all become heights above WGS 84 with a fringe of what the
// conversion leaves open, so that the picture never knows more than the check does.

import { DATUM_NAMES } from "./format.js";

/** Time shown before and after the window: a share of it, and at least this [ms]. */
const PAD_SHARE = 0.35;
const LEAST_PAD_MS = 120000;

/** What the profile of a conflict shows: its time span, its levels, and in words what they are. */
export function sidesPicture(conflict) {
  const bounds = [conflict.start, conflict.end].filter(Number.isFinite);
  if (bounds.length === 0) bounds.push(...[conflict.a, conflict.b].flatMap((s) => s.paths.flatMap((p) => [p.start, p.end])));
  const title = "Levels";
  if (bounds.length === 0) return { title, note: "Neither side has a time: both are always active.", window: null };
  const length = Math.max(...bounds) - Math.min(...bounds);
  const pad = Math.max(LEAST_PAD_MS, length * PAD_SHARE);
  const window = [Math.min(...bounds) - pad, Math.max(...bounds) + pad];
  const axis = new LevelAxis(conflict.convert);
  const { values, frames } = levelsIn(conflict, window, axis);
  const datum = conflict.convert ? "W84" : [...frames][0]?.replace(/[/@].*/, "") ?? null;
  return { title, note: noteOn(conflict, frames, datum), window, ...rangeOf(values), datum, axis };
}

function noteOn(conflict, frames, datum) {
  if (frames.size === 0) return "Neither side states a level.";
  if (!conflict.convert) return `Datum: ${nameOf([...frames][0])}.`;
  const ground = conflict.convert.assumed ? ", the ground’s height included" : "";
  const from = [...frames].filter((frame) => frame !== datum).map(nameOf).join(" and ");
  return `Heights ${DATUM_NAMES[datum]}, converted from ${from}; the fringe is what that leaves open${ground}.`;
}

/** "altitude on QNH 1013 hPa" for the frame QNH/1013. */
function nameOf(frame) {
  const [, datum, setting, elevation] = /^([A-Z0-9]+)(?:\/([\d.]+))?(?:@(-?[\d.]+))?$/.exec(frame) ?? [null, frame];
  const name = DATUM_NAMES[datum] ?? datum;
  return name + (setting ? ` ${setting} hPa` : "") + (elevation ? ` (aerodrome at ${elevation} m)` : "");
}

/**
 * Where levels lie on the axis: in their own datum where both sides share it, else as heights above WGS 84, an interval
 * that surely holds the level (computed by conversion.py at sample levels, straight between them).
 */
class LevelAxis {
  constructor(convert) {
    this.tables = convert?.to ?? null;
  }

  /** {bottom, middle, top} of a level with its stated uncertainty. */
  place(metres, spread, frame) {
    if (!this.tables) return { bottom: metres - spread, middle: metres, top: metres + spread };
    const table = this.tables[frame];
    if (!table) return { bottom: metres - spread, middle: metres, top: metres + spread };
    const bottom = straight(table, metres - spread, 1);
    const top = straight(table, metres + spread, 2);
    return { bottom, middle: (straight(table, metres, 1) + straight(table, metres, 2)) / 2, top };
  }
}

/** A column of a table of rows that begin with a level, for a level between or beyond its rows. */
function straight(table, level, column) {
  let k = table.findIndex((row) => row[0] >= level);
  if (k < 0) k = table.length - 1;
  const [below, above] = [table[Math.max(0, k - 1)], table[Math.max(1, k)] ?? table[k]];
  const step = above[0] - below[0];
  return step ? below[column] + ((level - below[0]) / step) * (above[column] - below[column]) : below[column] + level - below[0];
}

/** All finite levels of both sides within a window as they lie on the axis, and the frames that they were stated in. */
function levelsIn(conflict, window, axis) {
  const values = [];
  const frames = new Set();
  for (const side of [conflict.a, conflict.b]) {
    for (const volume of side.volumes) {
      if (!volume.meets(window)) continue;
      for (const level of [volume.lower, volume.upper]) {
        if (!level) continue;
        const { bottom, top } = axis.place(level.metres, level.spread, level.frame);
        values.push(bottom, top);
        frames.add(level.frame);
      }
    }
    for (const path of side.paths) {
      const levels = pathLevels(path, Math.max(window[0], path.start), Math.min(window[1], path.end), axis);
      if (!levels) continue;
      values.push(levels.bottom, levels.top);
      path.frames.forEach((frame) => frames.add(frame));
    }
  }
  return { values, frames };
}

/** The levels at which a flight may be between two times, or null where it is not under way. */
function pathLevels(path, start, end, axis) {
  if (end < start) return null;
  const from = path.rangeAt(start);
  const to = path.rangeAt(end);
  return from && to ? path.levels(from[0], Math.max(from[0], to[1]), axis) : null;
}

/** The picture without a selection: the bands of all conflicts over the whole time. */
export function overview(scene) {
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
