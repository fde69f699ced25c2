/**
 * What a device has to say: its sends in the order in which it wrote them, until each has an answer that is final.
 *
 * Always true: a send whose outcome is unknown stays, in its place, and goes out again under the same `client_msg_id`. An answer is
 * final when it is an ack, or an error that repeating cannot change.
 */
import type { Problem, SendAck } from "./Frame.ts"

export interface Send {
  readonly conversation: string
  readonly clientMsgId: string
  readonly text: string
  /** How often it was put on a wire; the request id of each try is its own. */
  tries: number
  /** It is on the wire of the present connection. */
  sent: boolean
}

export type Outcome =
  | { readonly _tag: "Acked"; readonly ack: SendAck }
  | { readonly _tag: "Rejected"; readonly problem: Problem }

interface Waiting extends Send {
  readonly settle: (outcome: Outcome) => void
}

/** Errors that do not say whether the message stands: the same again, later. */
export const unknownOutcome = new Set(["unavailable", "internal"])

export class Outgoing {
  #waiting = new Set<Waiting>()
  #onWire = new Map<string, Waiting>()
  #requests = 0

  get size(): number {
    return this.#waiting.size
  }

  /** Joins the end of the queue; the promise waits as long as it takes. */
  add(conversation: string, clientMsgId: string, text: string): Promise<Outcome> {
    return new Promise((settle) => {
      this.#waiting.add({ conversation, clientMsgId, text, tries: 0, sent: false, settle })
    })
  }

  /** Those not on the wire, oldest first. */
  *unsent(): Iterable<Send> {
    for (const send of this.#waiting) if (!send.sent) yield send
  }

  /** Writes down that a send goes out now, and returns its frame's text. */
  toWire(send: Send): string {
    const id = `m-${++this.#requests}`
    send.tries++
    send.sent = true
    this.#onWire.set(id, send as Waiting)
    return JSON.stringify({
      id,
      type: "message.send",
      conversation_id: send.conversation,
      client_msg_id: send.clientMsgId,
      payload: { text: send.text },
    })
  }

  /** The send that an answer belongs to, which is then no longer on the wire. */
  answered(requestId: string): Send | undefined {
    const send = this.#onWire.get(requestId)
    this.#onWire.delete(requestId)
    return send
  }

  /** Final, or the send stays, to be put on a wire again. */
  settle(send: Send, outcome: Outcome): "final" | "later" {
    if (outcome._tag === "Rejected" && unknownOutcome.has(outcome.problem.code)) {
      send.sent = false
      return "later"
    }
    this.#waiting.delete(send as Waiting)
    ;(send as Waiting).settle(outcome)
    return "final"
  }

  /** The connection is gone: nobody knows what became of what was on its wire. */
  disconnected(): void {
    for (const send of this.#onWire.values()) send.sent = false
    this.#onWire.clear()
  }
}
