/**
 * One connection in one conversation: how far it has been handed the conversation's frames.
 *
 * Always true: frames are handed over in the order of `seq`, each once; while `live`, `sent` is at or after the hub's last `seq`,
 * so the hub's next frame is the next one here or known already.
 */
import type { FrameClass } from "../limits/shedOrder.ts"
import type { FramedEvent } from "./FramedEvent.ts"
import type { Hub } from "./Hub.ts"

/** The connection, as hubs see it. */
export interface Recipient {
  readonly user: string
  /** The event reaches the connection's buffer; `sent` moves. An event that removes the user also detaches him. */
  readonly hand: (attachment: Attachment, event: FramedEvent) => void
  /** A frame that may be dropped. False: it was. */
  readonly offer: (what: FrameClass, bytes: Buffer) => boolean
}

export class Attachment {
  readonly recipient: Recipient
  readonly hub: Hub
  /** The event that brought the user in. */
  readonly joined: number
  sent: number
  live = false
  /** Where it stands in the hub's list; -1 before it is attached, and once it is detached. */
  index = -1

  constructor(recipient: Recipient, hub: Hub, joined: number, sent: number) {
    this.recipient = recipient
    this.hub = hub
    this.joined = joined
    this.sent = sent
  }

  get detached(): boolean {
    return this.index < 0
  }
}
