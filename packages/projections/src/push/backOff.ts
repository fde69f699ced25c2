/**
 * When a push that did not go is tried again.
 *
 * Always true: twice as long each time, never sooner than the service asked for, and not for ever. Spread by the job's number, so that
 * what failed together is not tried together.
 */
const firstMs = 2_000
const longestMs = 15 * 60_000

/** About two hours of trying. */
export const mostAttempts = 14

/** @param attempts so far, 1 or more. @returns milliseconds from now on. */
export const backOffMs = (attempts: number, job: number, afterMs = 0): number => {
  const step = Math.min(longestMs, firstMs * 2 ** (attempts - 1))
  // The golden ratio scatters consecutive numbers.
  const share = (job * 0.618_033_988_75) % 1
  const spread = step / 2 + (step / 2) * share
  // What the service asked for is the least; those behind it are spread too.
  return Math.round(Math.max(spread, afterMs + (afterMs / 4) * share))
}
