// Times, places and lengths as the drawings and readouts word them. The list's numbers are not made here: they are
// text in the page, exact, written by wording.py.

export const M_PER_NM = 1852;
export const M_PER_FT = 0.3048;
export const MINUTE_MS = 60000;

const pad = (value, width = 2) => String(value).padStart(width, "0");

/** "2026-03-01 10:04:30Z" for milliseconds of UTC since 1970. */
export function instantText(epochMs) {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, -14)} ${iso.slice(-13, -5)}Z`;
}

/** "10:04Z", or "10:04:30Z" with seconds. */
export function clockText(epochMs, seconds = false) {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(-13, seconds ? -5 : -8)}Z`;
}

/** "47°22.51′N 008°33.10′E". */
export function placeText(latDeg, lngDeg) {
  return `${minutesText(latDeg, 2, "NS")} ${minutesText(lngDeg, 3, "EW")}`;
}

function minutesText(angleDeg, width, letters) {
  const hundredths = Math.round(Math.abs(angleDeg) * 6000);
  const degrees = Math.floor(hundredths / 6000);
  const rest = hundredths % 6000;
  return `${pad(degrees, width)}°${pad(Math.floor(rest / 100))}.${pad(rest % 100)}′${letters[angleDeg < 0 ? 1 : 0]}`;
}

/** A graticule line's angle with the digits that its step needs: "47°N", "47°30′N", "47°30′15″N". */
export function angleText(angleDeg, stepDeg, letters) {
  const seconds = Math.round(Math.abs(angleDeg) * 3600);
  let text = `${Math.floor(seconds / 3600)}°`;
  if (stepDeg < 1) text += `${pad(Math.floor((seconds % 3600) / 60))}′`;
  if (stepDeg < 1 / 60) text += `${pad(seconds % 60)}″`;
  if (seconds === 0 || seconds === 180 * 3600) return text;
  return text + letters[angleDeg < 0 ? 1 : 0];
}

/** "FL340", or "1,200 ft" for a level in metres; pressure altitudes in whole hundreds of feet are flight levels. */
export function levelText(metres, datum) {
  const feet = Math.round(metres / M_PER_FT) + 0; // no minus zero
  if (datum === "STD" && feet >= 0 && feet % 100 === 0) return `FL${pad(feet / 100, 3)}`;
  return `${grouped(feet)} ft`;
}

/** 12,345. */
export function grouped(value) {
  return (Math.round(value) + 0).toLocaleString("en-GB"); // + 0: no minus zero
}

export const DATUM_NAMES = {
  W84: "above the WGS 84 ellipsoid",
  AMSL: "above mean sea level",
  STD: "pressure altitude (1013.25 hPa)",
  QNH: "altitude on QNH",
  QFE: "height on QFE",
  AGL: "above ground",
};

/** The first of 1, 2, 5 times a power of ten that is not below the value. */
export function niceStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) * power;
}
