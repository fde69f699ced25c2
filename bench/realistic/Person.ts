/**
 * Somebody with a phone: comes and goes, resumes by cursor, sends what he could not send before, types, acknowledges and reads.
 *
 * Always true: a send without an answer is sent again under the same key when he is back.
 */
import { once } from "node:events"
import { WebSocket } from "ws"
import type { ParleyProcess } from "../harness/parleyProcess.ts"
import type { SeededRandom } from "@parley/testkit/checker/SeededRandom"
import type { Ledger } from "./Ledger.ts"

export interface Times {
  /** Milliseconds. */
  readonly ack: Array<number>
  readonly direct: Array<number>
  readonly group: Array<number>
  /** From asking for a stream token until the sync's answer. */
  readonly back: Array<number>
  typing: number
  receipts: number
  deliveries: number
  readonly refused: Map<string, number>
}

interface Frame {
  readonly type: string
  readonly conversation_id: string
  readonly seq: number
  readonly reply_to?: string
  readonly payload: Record<string, unknown>
}

interface Sent {
  readonly conversation: string
  readonly frame: string
  readonly at: number
}

const readShare = 0.6
/** Receipts of a conversation are gathered as the SDK gathers them. */
const deliveredAfterMs = 300
const readsWithinMs = 3_000

export class Person {
  readonly name: string
  readonly token: string
  readonly #parley: ParleyProcess
  readonly #ledger: Ledger
  readonly #times: Times
  readonly #random: SeededRandom
  readonly #isDirect: (conversation: string) => boolean
  readonly #unanswered = new Map<string, Sent>()
  readonly #due = new Map<string, number>()
  #socket: WebSocket | undefined
  #cursor: string | undefined
  #syncedAt = Infinity
  #synced: (() => void) | undefined
  #next = 0

  constructor(
    who: { readonly name: string; readonly token: string },
    world: {
      readonly parley: ParleyProcess
      readonly ledger: Ledger
      readonly times: Times
      readonly random: SeededRandom
      readonly isDirect: (conversation: string) => boolean
    },
  ) {
    this.name = who.name
    this.token = who.token
    this.#parley = world.parley
    this.#ledger = world.ledger
    this.#times = world.times
    this.#random = world.random
    this.#isDirect = world.isDirect
  }

  get there(): boolean {
    return this.#syncedAt !== Infinity
  }

  get waiting(): number {
    return this.#unanswered.size
  }

  /** Returns when he has caught up. The first time he begins with the present. */
  async come(): Promise<void> {
    const start = performance.now()
    const { token, url } = await this.#parley.post("/v1/ws/token", this.token, { device_id: "phone" })
    const socket = new WebSocket(url!, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    })
    this.#socket = socket
    const synced = new Promise<void>((resolve) => (this.#synced = resolve))
    socket.on("message", (data: Buffer) => this.#take(JSON.parse(data.toString()) as Frame, start))
    socket.on("error", () => undefined)
    await synced
    for (const { frame } of this.#unanswered.values()) socket.send(frame)
  }

  async leave(): Promise<void> {
    const socket = this.#socket
    this.#syncedAt = Infinity
    this.#socket = undefined
    this.#due.clear()
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return
    socket.close()
    await once(socket, "close")
  }

  say(conversation: string): void {
    const key = `${this.name}-${this.#next++}`
    const at = performance.now()
    const text = `What do you think of this, then? t=${at.toFixed(3)};`
    const frame = JSON.stringify({
      id: key,
      type: "message.send",
      conversation_id: conversation,
      client_msg_id: key,
      payload: { text },
    })
    this.#unanswered.set(key, { conversation, frame, at })
    // Otherwise when he has caught up.
    if (this.there) this.#socket?.send(frame)
  }

  type(conversation: string): void {
    if (!this.there) return
    this.#times.typing += 1
    this.#send("typing", conversation, { state: "start" })
  }

  #send(type: string, conversation: string, payload: unknown): void {
    if (!this.there) return
    this.#socket?.send(
      JSON.stringify({ id: `f${this.#next++}`, type, conversation_id: conversation, payload }),
    )
  }

  #take(frame: Frame, start: number): void {
    switch (frame.type) {
      case "hello": {
        this.#cursor ??= frame.payload["cursor"] as string
        const payload = { cursor: this.#cursor }
        this.#socket?.send(JSON.stringify({ id: "sync", type: "sync", payload }))
        return
      }
      case "ack":
        return frame.reply_to === "sync" ? this.#caughtUp(frame, start) : this.#answered(frame)
      case "error": {
        const code = `${frame.payload["code"] as string}${frame.payload["detail"] === undefined ? "" : `: ${frame.payload["detail"] as string}`}`
        this.#times.refused.set(code, (this.#times.refused.get(code) ?? 0) + 1)
        return
      }
      case "cursor":
        this.#cursor = frame.payload["cursor"] as string
        return
      case "sync.gap":
        return this.#ledger.toldOfGap(this.name, frame.conversation_id, frame.payload["to_seq"] as number)
      case "message.new":
        return this.#got(frame)
    }
  }

  #caughtUp(frame: Frame, start: number): void {
    this.#cursor = frame.payload["cursor"] as string
    this.#syncedAt = performance.now()
    this.#times.back.push(this.#syncedAt - start)
    this.#synced?.()
  }

  #answered({ reply_to, payload }: Frame): void {
    const sent = this.#unanswered.get(reply_to!)
    if (sent === undefined) return
    this.#unanswered.delete(reply_to!)
    this.#times.ack.push(performance.now() - sent.at)
    this.#ledger.ack(sent.conversation, payload["seq"] as number, payload["message_id"] as string)
  }

  #got({ conversation_id, seq, payload }: Frame): void {
    this.#ledger.handed(this.name, conversation_id, seq)
    if (payload["sender_id"] === this.name) return
    this.#times.deliveries += 1
    const stamp = Number(/t=([\d.]+);/.exec((payload["text"] as string | undefined) ?? "")?.[1])
    // What was said before he was there was replayed to him.
    if (stamp > this.#syncedAt)
      this.#times[this.#isDirect(conversation_id) ? "direct" : "group"].push(performance.now() - stamp)
    this.#acknowledge(conversation_id, seq)
  }

  #acknowledge(conversation: string, seq: number): void {
    const waiting = this.#due.has(conversation)
    this.#due.set(conversation, seq)
    if (waiting) return
    const receipt = (type: string, up_to_seq: number): void => {
      if (!this.there) return
      this.#times.receipts += 1
      this.#send(type, conversation, { up_to_seq })
    }
    setTimeout(() => {
      const up = this.#due.get(conversation)
      if (up === undefined) return
      this.#due.delete(conversation)
      receipt("receipt.delivered", up)
      if (this.#random.chance(readShare))
        setTimeout(receipt, this.#random.below(readsWithinMs), "receipt.read", up)
    }, deliveredAfterMs)
  }
}
