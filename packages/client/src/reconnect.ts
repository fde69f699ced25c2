/**
 * When to dial again: how long to wait, and which closings are final (protocol, section 4).
 *
 * Always true: the wait is drawn from the whole range up to its bound (full jitter), so that a thousand clients of one killed
 * server do not come back together.
 */

import type { Problem } from "./Problem.ts"

/** The access token ran out: fetch another, and resume. */
export const accessExpired = 4003

const baseMs = 400
const capMs = 30_000
/** A close 4013 asks for patience. */
const rateLimitedMs = 5_000

const rateLimited: Problem = {
  code: "closed_4013",
  status: 4013,
  detail: "Too much was asked of the server at once.",
  retryable: true,
  retry_after_ms: rateLimitedMs,
}

/** `attempt`: 0 for the first retry. `atLeastMs`: what the server asked for, kept and jittered above. */
export const backOff = (attempt: number, random: number, atLeastMs = 0): number =>
  Math.round(atLeastMs + random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 10)))

export type AfterClose =
  | { readonly _tag: "Reconnect"; readonly atLeastMs: number; readonly problem?: Problem }
  | { readonly _tag: "Stop"; readonly reason: string }

/** Codes that the protocol does not name (1000, 1006 …) say that the network or a proxy closed: reconnect. */
export const afterClose = (code: number): AfterClose => {
  const reason = final.get(code)
  if (reason !== undefined) return { _tag: "Stop", reason }
  if (code === 4013) return { _tag: "Reconnect", atLeastMs: rateLimitedMs, problem: rateLimited }
  return { _tag: "Reconnect", atLeastMs: 0 }
}

const final: ReadonlyMap<number, string> = new Map([
  [1002, "The server did not understand this client."],
  [1007, "The server did not understand this client."],
  [1009, "A message was too large."],
  [4500, "The sign-in was refused."],
  [4501, "The server did not understand this client."],
  [4503, "This device was signed out."],
  [4504, "Too many windows and devices are connected."],
  [4506, "This page is too old for the server. Reload it."],
  [4511, "This session continues in another window."],
  [4513, "A message was too large."],
])
