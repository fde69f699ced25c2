/** The `Retry-After` of an answer (RFC 9110: seconds, or a date), as a wait in milliseconds. */

/** Nobody is waited for longer than this, whatever he asks. */
const mostMs = 3_600_000

/** `undefined`: there is none, or it says nothing. `now` in milliseconds. */
export const retryAfter = (header: unknown, now: number): number | undefined => {
  if (typeof header !== "string") return undefined
  const text = header.trim()
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), mostMs)
}
