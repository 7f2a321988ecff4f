// What a reader has solved, kept in this browser alone; where nothing can be kept, nothing is.

const PLACE = "the-sliding-window/answers/";

/** What was entered when the exercise was solved, or null. */
export function recall(exercise) {
  try {
    return JSON.parse(localStorage.getItem(PLACE + exercise));
  } catch {
    return null;
  }
}

/** Keeps what was entered; null forgets it. */
export function remember(exercise, entries) {
  try {
    if (entries) localStorage.setItem(PLACE + exercise, JSON.stringify(entries));
    else localStorage.removeItem(PLACE + exercise);
  } catch {
    // Private windows and some frames allow none.
  }
}
