/** What the stream counts for `/metrics`. Plain numbers: rising, but for the gauges. */
export interface StreamCounters {
  /** Gauges. */
  connections: number
  hubs: number
  ringBytes: number
  /** Connections accepted; closes by code. */
  accepted: number
  readonly closed: Map<number, number>
  /** Frames handed over that have a `seq`. */
  framesHanded: number
  framesReceived: number
  /** Announcements known already when they came. */
  announcementsDropped: number
  /** Gaps in the announcements that were read from the log. */
  gapsFilled: number
  /** Replays of `sync`; connections stopped because they read too slowly, and caught up again. */
  syncs: number
  slowStopped: number
  caughtUp: number
}

export const streamCounters = (): StreamCounters => ({
  connections: 0,
  hubs: 0,
  ringBytes: 0,
  accepted: 0,
  closed: new Map(),
  framesHanded: 0,
  framesReceived: 0,
  announcementsDropped: 0,
  gapsFilled: 0,
  syncs: 0,
  slowStopped: 0,
  caughtUp: 0,
})
