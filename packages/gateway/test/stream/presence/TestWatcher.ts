/** A connection that watches, and keeps what it was told of each person last. */
import type { FrameClass } from "../../../src/limits/shedOrder.ts"
import type { WirePresence } from "../../../src/stream/presence/presenceFrame.ts"
import type { Watcher } from "../../../src/stream/presence/WatchList.ts"
import { payloadOf } from "../TestWire.ts"

export class TestWatcher implements Watcher {
  readonly user: string
  closed = false
  room = true
  /** Every frame: `ben online`. */
  readonly frames: Array<string> = []
  readonly last = new Map<string, WirePresence>()
  readonly outbox = { hasRoom: () => this.room }

  constructor(user: string) {
    this.user = user
  }

  offer(_: FrameClass, bytes: Buffer): boolean {
    if (this.room) this.push(bytes)
    return this.room
  }

  push(bytes: Buffer): void {
    const { payload } = JSON.parse(payloadOf(bytes)) as { readonly payload: WirePresence }
    this.frames.push(`${payload.user_id} ${payload.status}`)
    this.last.set(payload.user_id, payload)
  }

  readonly answered = (presences: ReadonlyArray<WirePresence>): void => {
    for (const presence of presences) this.last.set(presence.user_id, presence)
  }
}
