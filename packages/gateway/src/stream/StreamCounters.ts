import { Meters } from "../telemetry/Meters.ts"
import { Drops } from "./Drops.ts"

/** What the stream counts for `/metrics`. Plain numbers: rising, but for the gauges. */
export interface StreamCounters {
  /** Gauges. */
  connections: number
  hubs: number
  ringBytes: number
  /** Connections for which bytes wait. */
  congested: number
  /** All that waits for them, and the most that waits for one. */
  waitingBytes: number
  mostWaitingBytes: number
  /** Connections accepted; closes by code. */
  accepted: number
  readonly closed: Map<number, number>
  /** Frames handed over that have a `seq`. */
  framesHanded: number
  framesReceived: number
  /** Over their connection's rate. */
  framesOverRate: number
  /** Announcements known already when they came. */
  announcementsDropped: number
  /** Gaps in the announcements that were read from the log. */
  gapsFilled: number
  /** Replays of `sync`; connections stopped because they read too slowly, and caught up again. */
  syncs: number
  slowStopped: number
  caughtUp: number
  /** Presences told of; how many are watched, changes not told yet, connections that are owed some. */
  presenceTold: number
  presence: () => { readonly watches: number; readonly pending: number; readonly owed: number }
  /** Typing over its limit. */
  typingThrottled: number
  /** Frames without a `seq` that were dropped. */
  readonly drops: Drops
  readonly meters: Meters
}

export const streamCounters = (): StreamCounters => ({
  connections: 0,
  hubs: 0,
  ringBytes: 0,
  congested: 0,
  waitingBytes: 0,
  mostWaitingBytes: 0,
  accepted: 0,
  closed: new Map(),
  framesHanded: 0,
  framesReceived: 0,
  framesOverRate: 0,
  announcementsDropped: 0,
  gapsFilled: 0,
  syncs: 0,
  slowStopped: 0,
  caughtUp: 0,
  presenceTold: 0,
  presence: () => ({ watches: 0, pending: 0, owed: 0 }),
  typingThrottled: 0,
  drops: new Drops(),
  meters: new Meters(),
})
