/**
 * What a number of daily users asks of the parts of Parley, by arithmetic alone.
 *
 * Always true: linear, and honest about its inputs: what is measured, what is assumed, and what nobody has run. It says how many and how
 * much, not that such a system was ever seen. Not for: latencies.
 */

/** What people do. */
export interface Workload {
  readonly dailyUsers: number
  /** Sent, a day and daily user. */
  readonly messagesPerUser: number
  /** The busiest second to the average one. */
  readonly peakFactor: number
  /** Of the daily users, connected at the busiest moment. */
  readonly onlineShare: number
  /** Connections of a user who is online. */
  readonly connectionsPerUser: number
  /** Connections that a message is written to on average, its sender's included: 1:1 mostly, groups by a power law. */
  readonly deliveriesPerMessage: number
  /** Events behind the log that a message causes besides itself: receipts, coalesced once a second a user. */
  readonly receiptEventsPerMessage: number
  /** A frame on the wire, TLS and TCP included, bytes. */
  readonly frameBytes: number
  /** A message in the log with its index and keys, and in the models, bytes. */
  readonly logBytes: number
  readonly modelBytes: number
  /** Copies of the log. */
  readonly replicas: number
}

/** What one core, one connection, one log can do. */
export interface Measured {
  /** CPU of a message accepted, sealed, committed, answered, delivered to two and projected: microseconds. */
  readonly messageUs: number
  /** CPU of one delivery: microseconds. */
  readonly deliveryUs: number
  /** Resident memory of an idle connection with 20 conversations: KiB. */
  readonly connectionKiB: number
  /** Durable appends a second of one log, and those that share a commit. */
  readonly appendsPerLog: number
  readonly appendsPerCommit: number
}

/** How much of a thing is planned to be used, at the busiest second. */
export interface Headroom {
  readonly cpu: number
  readonly log: number
  /** Connections of one gateway process, whatever its memory would allow: they all come back when it is gone. */
  readonly connectionsPerGateway: number
}

export interface Capacity {
  readonly messagesPerSecond: { readonly average: number; readonly peak: number }
  readonly connections: number
  readonly deliveriesPerSecond: number
  readonly runnerCores: number
  readonly gatewayCores: number
  readonly gateways: number
  readonly gatewayMemoryGiB: number
  /** Logs side by side, each with a leader of its own. */
  readonly logs: number
  /** Commits, each an fsync, of all logs together. */
  readonly commitsPerSecond: number
  readonly outGbitPerSecond: number
  readonly logTiBPerYear: number
  readonly modelTiBPerYear: number
}

const secondsADay = 86_400
const GiB = 2 ** 30
const TiB = 2 ** 40

/** Of a message's figure, two deliveries are the gateway's; the rest is the runner's and the projector's. */
const deliveriesInAMessage = 2

export const capacityOf = (work: Workload, measured: Measured, headroom: Headroom): Capacity => {
  const average = (work.dailyUsers * work.messagesPerUser) / secondsADay
  const peak = average * work.peakFactor
  const connections = work.dailyUsers * work.onlineShare * work.connectionsPerUser
  const deliveries = peak * work.deliveriesPerMessage
  const behindUs = measured.messageUs - deliveriesInAMessage * measured.deliveryUs
  const cores = (microsecondsASecond: number): number => microsecondsASecond / 1e6 / headroom.cpu
  const gatewayCores = cores(deliveries * measured.deliveryUs)
  const appends = peak * (1 + work.receiptEventsPerMessage)
  const yearOf = (bytes: number): number => (average * secondsADay * 365 * bytes) / TiB
  return {
    messagesPerSecond: { average, peak },
    connections,
    deliveriesPerSecond: deliveries,
    runnerCores: cores(peak * behindUs),
    gatewayCores,
    gateways: Math.ceil(Math.max(connections / headroom.connectionsPerGateway, gatewayCores)),
    gatewayMemoryGiB: (connections * measured.connectionKiB * 1_024) / GiB,
    logs: Math.ceil(appends / (measured.appendsPerLog * headroom.log)),
    commitsPerSecond: appends / measured.appendsPerCommit,
    outGbitPerSecond: (deliveries * work.frameBytes * 8) / 1e9,
    logTiBPerYear: yearOf(work.logBytes * work.replicas),
    modelTiBPerYear: yearOf(work.modelBytes),
  }
}
