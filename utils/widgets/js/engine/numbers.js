// Numbers as text, and text as numbers. Every refusal says the rule and a way out.

export const LARGEST = 1e6;

/** A decimal number, or NaN: stricter than Number, which takes 0x10 and an empty text. */
export const decimal = (text) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : NaN);

/** A number as the page shows it: at most four significant digits, a true minus sign. */
export function show(x) {
  if (x === -Infinity) return "−∞";
  if (x === Infinity) return "∞";
  const text = Number.isInteger(x) && Math.abs(x) < 1e7 ? String(x) : String(+x.toPrecision(4));
  return text.replace("-", "−");
}

/** A number below 1e21 with commas, as toLocaleString("en-US") writes it: that takes a phone 150 ms at its first call. */
export function grouped(x) {
  const tiny = x !== 0 && Math.abs(x) < 1e-6;
  const [whole, part] = (tiny ? x.toFixed(20).replace(/0+$/, "") : String(x)).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
}

/** A shown number in at most `room` characters: 1234567 is 1.23e6, and 0.0625 is 0.06 in four. */
export function shorten(text, room) {
  if (text.length <= room) return text;
  const x = Number(text.replace("−", "-"));
  if (Number.isNaN(x)) return text;
  for (let digits = 4; digits > 0; digits--)
    for (const form of [String(+x.toPrecision(digits)), x.toExponential(digits - 1)]) {
      const shorter = form.replace(/\.?0*e\+?/, "e").replaceAll("-", "−");
      if (shorter.length <= room) return shorter;
    }
  return "…";
}

/** Rounded to `per` parts of one. */
export const rounded = (x, per) => Math.round(x * per) / per || 0; // no −0
/** Without what floating point adds: 4 − 3.7 is 0.3 here. */
export const clean = (x) => rounded(x, 1e12);

/** The same, in brackets where a sign would stand beside another sign. */
export const bracket = (x) => (x < 0 ? `(${show(x)})` : show(x));

/** What was typed, as a message repeats it: of much no more than its beginning. */
export const quoted = (text) => (text.trim().length > 16 ? `${text.trim().slice(0, 15)}…` : text.trim());

/** A typed value: a decimal or a fraction such as 1/9, for what is called `name`. Returns {value} or {error}. */
export function parseValue(text, name = "A cell") {
  const clean = text.trim().replace(/−/g, "-");
  if (clean === "") return { error: `${name} needs a number; you typed nothing. Try 0.` };
  const fraction = clean.match(/^([^/]+)\/([^/]+)$/);
  const value = fraction ? decimal(fraction[1]) / decimal(fraction[2]) : decimal(clean);
  if (!Number.isFinite(value))
    return { error: `${name} needs a number such as 2, −0.5 or 1/9; “${quoted(text)}” is not one.` };
  if (Math.abs(value) > LARGEST)
    return { error: `Numbers here go up to a million either way; ${quoted(clean)} is beyond. Try 1000.` };
  return { value };
}

/**
 * A typed setting: one whole number, or two (rows, columns) such as 3, 2.
 * Returns {value: [rows, columns]} or {error}.
 */
export function parsePair(text, { name, least, most, pair = true }) {
  const clean = text.trim().replace(/−/g, "-");
  const hint = `Try ${least}.`;
  if (clean === "") return { error: `${name} needs a whole number, ${least} or more; you typed nothing. ${hint}` };
  const parts = clean.split(/\s*[,;×]\s*|\s+/);
  if (parts.length > (pair ? 2 : 1)) {
    const form = pair ? "one number, or two as rows, columns" : "one number";
    return { error: `${name} takes ${form}; “${quoted(text)}” has ${parts.length}. ${hint}` };
  }
  const value = parts.map(decimal);
  if (value.some((v) => !Number.isInteger(v)))
    return { error: `${name} needs a whole number; “${quoted(text)}” is not one. ${hint}` };
  if (value.some((v) => v < least))
    return { error: `${name} must be ${least} or more; you typed ${show(Math.min(...value))}. ${hint}` };
  if (value.some((v) => v > most))
    return { error: `${name} can be at most ${most} on this page; you typed ${quoted(clean)}. Try ${most}.` };
  return { value: value.length === 2 ? value : [value[0], value[0]] };
}

/** A pair as one types it: 2 for [2, 2], and 3, 2 for [3, 2]. */
export const showPair = ([a, b]) => (a === b ? `${a}` : `${a}, ${b}`);
