/**
 * What a problem means to a person, in the language of the page.
 *
 * Always true: a code that the page does not know is told in the server's own words.
 */
import type { Problem } from "@parley/client/Problem"
import { texts } from "./language.ts"

/** `now` and `retryAt` in milliseconds since 1970; `retryAt`: when it is tried again, if it is. */
export const problemText = ({ code, detail }: Problem, retryAt?: number, now = Date.now()): string => {
  if (code === "rate_limited" || code === "closed_4013") return texts.tooFast(secondsTo(retryAt, now))
  return texts.problems[code as keyof typeof texts.problems] ?? detail
}

/** At least one: nobody waits for nothing. */
const secondsTo = (at: number | undefined, now: number): number =>
  Math.max(1, Math.ceil(((at ?? now) - now) / 1_000))
