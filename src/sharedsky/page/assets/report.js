// The page comes to life here: read the data, build the views, and keep them in step. One state, changed only by
// select() and setTime(); every view draws from it.

import { Basemap } from "./basemap.js";
import { LevelProfile } from "./levels.js";
import { ConflictList } from "./list.js";
import { MapView } from "./mapview.js";
import { palette } from "./palette.js";
import { Scene } from "./scene.js";
import { Timeline } from "./timeline.js";

const byId = (id) => document.getElementById(id);
const parsed = (id) => JSON.parse(byId(id).textContent);

function start() {
  const scene = new Scene(parsed("report-data"));
  const state = { time: scene.span?.[0] ?? 0, selected: null, hidden: new Set(), colours: palette(), epoch: scene.epoch };
  byId("views").hidden = false;
  byId("timeline").hidden = !scene.span;

  const setTime = (time) => {
    if (!scene.span) return;
    state.time = Math.min(scene.span[1], Math.max(scene.span[0], time));
    timeline.update();
    map.redraw("data");
    profile.draw();
  };
  const select = (conflict) => {
    state.selected = conflict;
    list.update();
    if (conflict) map.show(conflict);
    if (conflict?.keyTime != null) timeline?.toggle(false);
    if (conflict?.keyTime != null) setTime(conflict.keyTime);
    redrawAll();
  };
  const step = (by) => {
    const conflict = list.neighbour(by);
    if (conflict) select(conflict);
  };
  const redrawAll = () => {
    map.redraw();
    profile.draw();
    timeline?.draw();
  };

  const map = new MapView(mapElements(), scene, new Basemap(parsed("basemap-data")), state, select);
  const profile = new LevelProfile(
    { canvas: byId("profile"), title: byId("profile-title"), note: byId("profile-note") }, scene, state, setTime,
  );
  const list = new ConflictList(
    { filters: byId("filters"), certainty: byId("filter-certainty"), text: byId("filter-text"), count: byId("filter-count") },
    scene, state, select, redrawAll,
  );
  const timeline = scene.span ? new Timeline(timeElements(), scene, state, setTime, step) : null;

  listenForKeys(select, step);
  listenForColours(state, redrawAll);
  listenForPaper(state, map, profile, timeline, list);
  timeline?.update();
  profile.draw();
  byId("no-script").hidden = true;
}

function mapElements() {
  const ids = {
    base: "map-base", canvas: "map", readout: "map-readout", notice: "map-notice", popup: "map-popup",
    zoomIn: "zoom-in", zoomOut: "zoom-out", fit: "fit", north: "north", needle: "needle",
  };
  return Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, byId(id)]));
}

function timeElements() {
  const now = byId("now");
  now.append(document.createElement("span"), document.createElement("span"));
  return {
    range: byId("time"), canvas: byId("time-canvas"), play: byId("play"), speed: byId("speed"), now,
    previous: byId("previous"), next: byId("next"),
  };
}

/** n and p step through the conflicts from anywhere but a field; Escape lets the selection go. */
function listenForKeys(select, step) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=search], select")) return;
    if (event.key === "n" || event.key === "j") step(1);
    else if (event.key === "p" || event.key === "k") step(-1);
    else if (event.key === "Escape") select(null);
  });
}

function listenForColours(state, redrawAll) {
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    window.matchMedia(query).addEventListener("change", () => {
      state.colours = palette();
      redrawAll();
    });
  }
}

/** On paper: every entry open, drawings in the paper's colours and at its width. */
function listenForPaper(state, map, profile, timeline, list) {
  const redraw = (printing) => {
    list.print(printing);
    document.documentElement.classList.toggle("printing", printing);
    state.colours = palette();
    map.drawNow();
    profile.draw();
    timeline?.draw();
  };
  window.addEventListener("beforeprint", () => redraw(true));
  window.addEventListener("afterprint", () => redraw(false));
}

start();
