// Answers to exercises: numbers as they are typed, and the table of what the checker says of them.
// Both have their other half in Python, in utils/exercises: expressions.py and page.py.

import { grouped, quoted } from "./numbers.js";

const LONGEST = 200;
const SPELLINGS = { "−": "-", "·": "*", "×": "*", "÷": "/", "**": "^" };
const TOKEN = /\s*(\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d*)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[-+*/^()%])/iy;

/** The tokens of a text, the last first; null where something is none. */
function tokensOf(text) {
  const found = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const token = TOKEN.exec(text);
    if (!token) return null;
    found.push(token[1]);
  }
  return found.reverse();
}

/** The value of an expression, or NaN; the grammar stands in expressions.py. */
function evaluate(text) {
  const tokens = text.length <= LONGEST && tokensOf(text);
  if (!tokens) return NaN;
  const take = (wanted) => (tokens.length && wanted.includes(tokens.at(-1)) ? tokens.pop() : "");

  function sum() {
    let value = product();
    for (let sign = take("+-"); sign; sign = take("+-")) value += sign === "+" ? product() : -product();
    return value;
  }
  function product() {
    let value = signed();
    for (let sign = take("*/"); sign; sign = take("*/")) {
      const by = signed();
      value = sign === "*" ? value * by : by === 0 ? NaN : value / by;
    }
    return value;
  }
  function signed() {
    const sign = take("+-");
    if (!sign) return power();
    return sign === "-" ? -signed() : signed();
  }
  function power() {
    const base = atom();
    if (!take("^")) return base;
    const exponent = signed();
    if (!Number.isInteger(exponent) || Math.abs(exponent) > 99) return NaN;
    let value = 1;
    for (let i = 0; i < Math.abs(exponent); i++) value *= base;
    return exponent < 0 ? 1 / value : value;
  }
  function atom() {
    let value = NaN;
    if (take("(")) {
      value = sum();
      if (!take(")")) return NaN;
    } else if (/^[\d.]/.test(tokens.at(-1) ?? "")) value = Number(tokens.pop().replaceAll(",", ""));
    while (take("%")) value /= 100;
    return value;
  }

  const value = sum();
  return tokens.length || !Number.isFinite(value) ? NaN : value + 0; // no −0
}

/** A typed number: {value}, or {error}, a sentence that says what is expected. */
export function parse(text, { whole = false, percent = false } = {}) {
  const clean = text.replace(/\*\*|[−·×÷]/g, (sign) => SPELLINGS[sign]).trim();
  const share = evaluate(clean);
  const value = percent && share >= 1 && clean.endsWith("%") ? 100 * share : share; // 100% is not the number 1
  const error =
    Number.isNaN(value) && /^[-+]?\d+,\d+$/.test(clean)
      ? `The decimal point is a point here: ${clean.replace(",", ".")}.`
      : `Here goes a ${whole ? "whole number such as 12 or −4" : "number such as −2, 0.5, 1/3 or 43%"}; “${quoted(text)}” is none.`;
  // A whole number is forgiven float32's last digit, as the checkers do.
  if (Number.isNaN(value) || (whole && Math.abs(value - Math.round(value)) > 1e-6)) return { error };
  return { value: whole ? Math.round(value) : value };
}

/** The rows of a matrix without blank rows and columns around it; null where blanks lie between. */
function cropped(rows) {
  const filled = rows.map((row) => row.map((value) => value !== null));
  const among = (lines) => [lines.findIndex(Boolean), lines.lastIndexOf(true)];
  const [top, bottom] = among(filled.map((row) => row.includes(true)));
  const [left, right] = among(rows[0].map((_, j) => filled.some((row) => row[j])));
  const kept = rows.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
  if (top < 0 || kept.some((row) => row.includes(null))) return null;
  return rows.map((row, i) => row.map((_, j) => kept[i]?.[j] ?? null));
}

/**
 * What stands in the fields, as numbers.
 * @param fields as in page.py
 * @param entries for each field a list: texts, or booleans of boxes, or the index chosen, −1 for none
 * @returns {{values?: number[], error?: string, at?: [field: number, slot: number]}}
 */
export function read(fields, entries) {
  const values = [];
  for (const [i, field] of fields.entries()) {
    const { kind, label, rows, columns, blank } = field;
    const given = entries[i];
    if (kind === "flags") {
      if (!given.includes(true)) return { error: "Choose at least one.", at: [i, 0] };
      values.push(...given.map(Number));
    } else if (kind === "choice") {
      if (given[0] < 0) return { error: `Choose one for ${label}.`, at: [i, 0] };
      values.push(given[0]);
    } else {
      const found = [];
      for (const [j, text] of given.entries()) {
        if (text.trim() === "" && blank) found.push(null);
        else if (text.trim() === "") return { error: "Fill in every field first.", at: [i, j] };
        else {
          const { value, error } = parse(text, { whole: kind === "whole", percent: kind === "percent" });
          if (error) return { error, at: [i, j] };
          found.push(value);
        }
      }
      if (!blank) values.push(...found);
      else {
        const matrix = Array.from({ length: rows }, (_, r) => found.slice(r * columns, (r + 1) * columns));
        const kept = cropped(matrix);
        if (!kept) return { error: "Fill in a row, a column or a block, without a gap.", at: [i, 0] };
        values.push(...kept.flat());
      }
    }
  }
  return { values };
}

/** The table of page.py, turned back from the form in which a page's source doesn't tell it. */
export function unpack(turned) {
  const back = turned
    .replace(/[a-z]/gi, (c) => String.fromCharCode((c.charCodeAt(0) & 96) + 1 + (((c.charCodeAt(0) & 31) + 12) % 26)))
    .replace(/[0-9]/g, (digit) => (Number(digit) + 5) % 10);
  return JSON.parse(back);
}

/** Which piece of a slot's line a value lies in. */
function pieceOf(cuts, value) {
  if (!cuts) return value;
  const count = (cut) => (Array.isArray(cut) ? Number(value >= cut[0]) + Number(value > cut[0]) : Number(value >= cut));
  if (value === null) return cuts.reduce((n, cut) => n + (Array.isArray(cut) ? 2 : 1), 1);
  return cuts.reduce((n, cut) => n + count(cut), 0);
}

/** A number as Python's format g writes it, or with commas, or as a whole number. */
export function written(x, form) {
  if (form === "d") return String(Math.round(x));
  if (form === ",") return grouped(Math.round(x));
  if (x === 0) return "0";
  const [digits, exponent] = x.toExponential(5).split("e");
  const power = Number(exponent);
  const bare = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power >= -4 && power < 6) return bare(x.toFixed(5 - power));
  return `${bare(digits)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Python's hyphen as the page's minus sign; in code between backticks, and in a slice, it stays. */
export const withMinus = (message) =>
  message.replace(/`[^`]*`|(?<![\w.\])}:])-(?=[\d.])|(?<= )-(?= )/g, (found) => (found === "-" ? "−" : found));

const KINDS = { "+": "right", "-": "wrong", "?": "none" };

/** What the checker says of these values: {kind, message}; "" where the table has no words for it. */
export function judge({ cuts, nodes, says }, values) {
  let at = nodes.length - 1;
  for (let slot = 0; at >= 0; slot++) at = nodes[at][pieceOf(cuts[slot], values[slot])];
  const said = says[-1 - at];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they mark the places of numbers
  const message = said.slice(1).replace(/\x01(\d+)(.)\x02/g, (_, slot, form) => written(values[slot], form));
  return { kind: KINDS[said[0]], message };
}
