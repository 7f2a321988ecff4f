// Every widget by name, and the one way to start one. The names are those of the Python classes.

import * as WIDGETS from "folder:widgets";

export { WIDGETS };

/** Starts the widget; returns the function that takes it away again. */
export function mount({ kind, model, el }) {
  const start = WIDGETS[kind];
  if (!start) throw new Error(`no widget is called ${kind}; there are ${Object.keys(WIDGETS).join(", ")}`);
  return start({ model, el });
}
