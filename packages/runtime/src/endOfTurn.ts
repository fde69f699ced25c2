/**
 * What one turn of the event loop gathers and does at its end: frames written to sockets, requests handed to threads.
 *
 * Always true: each runs once, in the order given, after the callbacks of the turn or when somebody ends the turn before that. What
 * one throws keeps none of the others, and ends the process as it would have from a callback of its own.
 */

let due: Array<() => void> = []

export const atEndOfTurn = (run: () => void): void => {
  if (due.length === 0) setImmediate(endTurn)
  due.push(run)
}

/** For whoever is about to keep the loop from going on, and has just given others something to gather. */
export const endTurn = (): void => {
  const runs = due
  due = []
  for (const run of runs) {
    try {
      run()
    } catch (defect) {
      queueMicrotask(() => {
        throw defect
      })
    }
  }
}
