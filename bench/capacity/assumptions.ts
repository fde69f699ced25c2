/** What the worked examples take for granted, each with where it comes from. */
import type { Headroom, Measured, Workload } from "./model.ts"

/** On one of two shared cores, Node 24; `bench/README.md` has the rows. */
export const measured: Measured = {
  /** Row `saturated-cpu`. */
  messageUs: 142,
  /** The scenario below row `group-cpu`: 11 to 13 µs, a bare `ws` broadcast beside it 13 to 15. */
  deliveryUs: 12,
  /** Row `idle-connection`. */
  connectionKiB: 9.1,
  /** `bench/store.ts`, the embedded store, 64 appenders. */
  appendsPerLog: 20_400,
  appendsPerCommit: 64,
}

/** Half of a core is for the seconds after a node was lost, and for garbage collection; half of a log for catching up. */
export const headroom: Headroom = { cpu: 0.5, log: 0.5, connectionsPerGateway: 50_000 }

const people: Omit<Workload, "dailyUsers"> = {
  messagesPerUser: 40,
  peakFactor: 3,
  onlineShare: 0.33,
  connectionsPerUser: 1,
  deliveriesPerMessage: 6,
  receiptEventsPerMessage: 0.5,
  frameBytes: 600,
  logBytes: 900,
  modelBytes: 500,
  replicas: 3,
}

export const examples: ReadonlyArray<readonly [string, Workload]> = [
  ["a company", { ...people, dailyUsers: 10_000 }],
  ["a product", { ...people, dailyUsers: 1_000_000 }],
  ["500 million a day", { ...people, dailyUsers: 500_000_000 }],
]
