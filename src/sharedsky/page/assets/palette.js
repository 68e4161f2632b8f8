// Colours and fonts of the drawings, taken from the page's style sheet, so that light, dark and paper are told in one
// place; and the hatchings that tell sides and kinds apart where colour cannot.

const NAMES = {
  sea: "--sea", land: "--land", coast: "--coast", border: "--border", grid: "--grid", gridText: "--grid-text",
  placeName: "--place-name", plan: "--plan", planFill: "--plan-fill", zone: "--zone", quietZone: "--quiet-zone",
  certain: "--certain", possible: "--possible", sideA: "--side-a", sideB: "--side-b", ink: "--ink", quiet: "--ink-quiet",
  paper: "--paper", panel: "--panel", line: "--line", now: "--now", onCertain: "--on-certain", halo: "--halo",
};

/** The colours in force; `paper` true asks for those of print. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, style.getPropertyValue(name).trim()]));
  const family = style.getPropertyValue("--font").trim() || "sans-serif";
  colours.font = (size, weight = 400) => `${weight} ${size}px ${family}`;
  colours.hatches = new Map();
  return colours;
}

/** A canvas pattern of lines in a colour: "/" or "\\", `gap` pixels apart. */
export function hatch(ctx, colours, colour, direction, gap = 7) {
  const key = `${colour} ${direction} ${gap}`;
  if (!colours.hatches.has(key)) {
    const ratio = window.devicePixelRatio || 1;
    const size = Math.round(gap * ratio);
    const tile = document.createElement("canvas");
    tile.width = size;
    tile.height = size;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour;
    pen.lineWidth = 1.1 * ratio;
    pen.beginPath();
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift - 1, direction === "/" ? size + 1 : -1);
      pen.lineTo(shift + size + 1, direction === "/" ? -1 : size + 1);
    }
    pen.stroke();
    const pattern = ctx.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    colours.hatches.set(key, pattern);
  }
  return colours.hatches.get(key);
}

/** Places on a drawing that text has taken, so that no two labels lie on each other. */
export class Taken {
  constructor() {
    this.boxes = [];
  }

  /** Take a box around a point if it is free. */
  claim(x, y, width, height) {
    const box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    if (this.boxes.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3])) return false;
    this.boxes.push(box);
    return true;
  }
}

/** Text with a halo, so that it can be read on anything. */
export function haloText(ctx, text, x, y, colour, halo) {
  ctx.lineJoin = "round";
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = halo;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

/** Size a canvas to its box in device pixels; returns its context, scaled to CSS pixels, and its size. */
export function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  const printing = document.documentElement.classList.contains("printing");
  const ctx = canvas.getContext("2d");
  if (printing || canvas.width !== wide || canvas.height !== high) {
    // A new size empties the canvas. On paper browsers repeat the drawing's steps, and clearing would be a white sheet.
    canvas.width = wide;
    canvas.height = high;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  } else {
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
  }
  return { ctx, width, height };
}
