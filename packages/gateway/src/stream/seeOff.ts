/**
 * Seeing everybody off when the server stops (protocol, section 4: `draining`, 4001, 1012).
 *
 *   moveMs > 0   other servers are there       advice spread over moveMs ─► 4001 to each whose time has come and who is still here
 *   moveMs = 0   this one will be back         advice beyond the restart ─► a moment for what is on its way
 *                                          both ─► 1012 to the rest, when what they sent is answered
 *
 * Always true: a frame that was taken is answered before its connection is closed; one that comes later is not taken, and its sender
 * sends it again, under the same `client_msg_id`. It ends, whatever clients do.
 */
import * as Effect from "effect/Effect"
import { drainingFrame, type FrameIds } from "./controlFrames.ts"

/** What a restart takes, on a busy machine: the rest of this process and the start of the next. */
export const RESTART_MS = 5_000
/**
 * After a restart they come back so much apart, on average, where the loop has nothing else to do: a process that is cold greets them, and
 * what they wrote meanwhile comes with them. The busier the loop was, the less of it is left for that, and the further apart they come.
 */
const APART_MS = 2.5
const BUSIEST = 2 / 3
const [LEAST_SPREAD_MS, MOST_SPREAD_MS] = [500, 30_000]
/** What was on its way when the advice arrived is taken, and answered. */
const GRACE_MS = 500
/** The longest that answers are waited for. */
const ANSWERED_MS = 5_000
const LOOK_MS = 20

export interface Guest {
  readonly ids: FrameIds
  readonly closed: boolean
  /** Frames taken and not answered yet. */
  readonly unanswered: number
  /** Nothing more is taken from him. */
  leaving: boolean
  readonly push: (frame: Buffer) => void
  readonly close: (code: number, reason: string) => void
}

export interface Farewell {
  readonly guests: ReadonlyArray<Guest>
  /** How long the server goes on while they move to other servers. 0: there are none. Milliseconds. */
  readonly moveMs: number
  /** How much of its time the event loop was at work, 0 to 1. */
  readonly busy: number
  /** Milliseconds. */
  readonly now: () => number
}

type Why = readonly [code: number, reason: string]
const moved: Why = [4001, "draining"]
const restarted: Why = [1012, "service restart"]

/** How long guest `n` of `count` is asked to stay away: evenly spread, so that they come back at an even pace. */
export const adviceOf = (
  n: number,
  count: number,
  { busy, moveMs }: Pick<Farewell, "busy" | "moveMs">,
): number => {
  const apart = APART_MS / (1 - Math.min(busy, BUSIEST))
  const spread = moveMs > 0 ? moveMs : Math.min(MOST_SPREAD_MS, Math.max(LEAST_SPREAD_MS, count * apart))
  return Math.round((moveMs > 0 ? 0 : RESTART_MS) + ((n + 0.5) / count) * spread)
}

/** Those who connected one after another are often of one kind: they should not all come back first. */
export const inRandomOrder = <A>(all: Iterable<A>): ReadonlyArray<A> =>
  Array.from(all, (one) => [Math.random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)

/** Returns when all are closed. */
export const seeOff = Effect.fnUntraced(function* (farewell: Farewell): Effect.fn.Return<void> {
  const { guests, moveMs, now } = farewell
  const here = (): ReadonlyArray<Guest> => guests.filter((guest) => !guest.closed)
  const startedAt = now()
  const advice = guests.map((guest, n) => {
    const afterMs = adviceOf(n, guests.length, farewell)
    guest.push(drainingFrame(guest.ids, startedAt, afterMs))
    return { guest, goesAt: startedAt + afterMs }
  })
  const stayUntil = startedAt + (moveMs > 0 ? moveMs : GRACE_MS)
  while (now() < stayUntil && here().length > 0) {
    yield* Effect.sleep(LOOK_MS)
    if (moveMs === 0) continue
    const at = now()
    for (const { goesAt, guest } of advice) if (at >= goesAt) part(guest, moved)
  }
  const giveUpAt = now() + ANSWERED_MS
  while (here().length > 0 && now() < giveUpAt) {
    for (const guest of here()) part(guest, restarted)
    if (here().length > 0) yield* Effect.sleep(LOOK_MS)
  }
  for (const guest of here()) guest.close(...restarted)
})

const part = (guest: Guest, why: Why): void => {
  if (guest.closed) return
  guest.leaving = true
  if (guest.unanswered === 0) guest.close(...why)
}
