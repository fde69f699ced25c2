/**
 * For how long the main event loop has rested: blocked on purpose, with nothing to do (`eventStore/sqlite/Pace.ts`). Node counts that as
 * work, so whoever judges how busy the loop is takes it off.
 */

let rested = 0

/** Milliseconds since the start. */
export const loopRestedMs = (): number => rested

export const noteLoopRest = (ms: number): void => {
  rested += ms
}
