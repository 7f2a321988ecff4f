// Photographs: 8-bit grey levels, 0 black to 255 white, and their cross-correlation with a kernel.

/** {height, width, data} with base64 data, as grey levels. */
export function decode({ height, width, data }) {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  return { height, width, levels: bytes };
}

export const encode = ({ height, width, levels }) => ({
  height,
  width,
  data: btoa(Array.from(levels, (byte) => String.fromCharCode(byte)).join("")),
});

/** Cross-correlation without padding; values are grey levels, not clipped. */
export function correlate({ height, width, levels }, kernel) {
  const [kh, kw] = [kernel.length, kernel[0].length];
  const [oh, ow] = [height - kh + 1, width - kw + 1];
  const values = new Float64Array(oh * ow);
  for (let u = 0; u < kh; u++)
    for (let v = 0; v < kw; v++) {
      const weight = kernel[u][v];
      if (weight === 0) continue;
      for (let r = 0; r < oh; r++) {
        const from = (r + u) * width + v;
        for (let c = 0; c < ow; c++) values[r * ow + c] += weight * levels[from + c];
      }
    }
  return { height: oh, width: ow, values };
}

/** The filtered picture as levels to paint. */
export function filtered(photo, kernel, display) {
  const result = correlate(photo, kernel);
  return { ...result, levels: paintable(result.values, display) };
}

/** The picture with at most `side` rows and columns, none fewer than 3: each the mean of a rectangle. */
export function shrunk({ height, width, levels }, side) {
  const by = Math.max(1, Math.max(height, width) / side);
  const [h, w] = [height, width].map((size) => Math.min(size, Math.max(3, Math.round(size / by))));
  const small = new Uint8Array(h * w);
  const edge = (i, of, size) => Math.floor((i * size) / of);
  for (let r = 0; r < h; r++)
    for (let c = 0; c < w; c++) {
      const [bottom, right] = [edge(r + 1, h, height), edge(c + 1, w, width)];
      let [sum, count] = [0, 0];
      for (let y = edge(r, h, height); y < bottom; y++)
        for (let x = edge(c, w, width); x < right; x++, count++) sum += levels[y * width + x];
      small[r * w + c] = Math.round(sum / count);
    }
  return { height: h, width: w, levels: small };
}

/** The window that output (row, col) reads, as rows of grey levels. */
export const patch = ({ width, levels }, row, col, [kh, kw]) =>
  Array.from({ length: kh }, (_, u) => Array.from({ length: kw }, (_, v) => levels[(row + u) * width + col + v]));

/** Values as levels to paint: clipped to 0..255, or with zero in the middle, or stretched to fit. */
export function paintable(values, display) {
  const levels = new Uint8ClampedArray(values.length);
  if (display === "signed") {
    for (let i = 0; i < values.length; i++) levels[i] = 127.5 + values[i] / 2;
  } else if (display === "stretched") {
    let [least, most] = [Infinity, -Infinity];
    for (const v of values) {
      if (v < least) least = v;
      if (v > most) most = v;
    }
    const scale = most > least ? 255 / (most - least) : 0;
    for (let i = 0; i < values.length; i++) levels[i] = (values[i] - least) * scale;
  } else {
    for (let i = 0; i < values.length; i++) levels[i] = values[i];
  }
  return levels;
}
