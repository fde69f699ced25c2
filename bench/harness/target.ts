/** What the load generator needs of a server under load, so that Parley and the floor are driven by the same code. */
import type { WebSocket } from "ws"

export interface Pair {
  readonly conversation: string
  /** Sends; its own acks and deliveries arrive here too. */
  readonly from: WebSocket
  /** The recipient, whose delivery is timed. */
  readonly to: WebSocket
}

export interface Target {
  readonly name: string
  readonly pid: number
  /** Opens this many one-to-one conversations with both ends connected and live. */
  readonly pairs: (count: number) => Promise<ReadonlyArray<Pair>>
  readonly stop: () => Promise<void>
}
