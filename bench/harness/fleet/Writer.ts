/**
 * Somebody who only writes, as the SDK does it: what is not acknowledged when his connection ends is sent again on the next, under the
 * same `client_msg_id`.
 *
 * Always true: every message of his is acknowledged in the end, once; `acked` says where it stands.
 */
import { backOff } from "@parley/client/reconnect"
import { openRaw, type RawReceiver } from "../rawReceiver.ts"
import { post } from "./post.ts"

export interface Acked {
  readonly conversation: string
  readonly seq: number
  /** The acknowledgement of a repeat. */
  readonly duplicate: boolean
  /** Milliseconds from the first sending. */
  readonly afterMs: number
}

const acknowledged = /"client_msg_id":"([^"]+)".*"seq":(\d+).*"duplicate":(true|false)/

export class Writer {
  /** By `client_msg_id`. */
  readonly acked = new Map<string, Acked>()
  readonly closes: Array<number | "cut"> = []
  /** Codes of errors that sends were answered with. */
  readonly refusals: Array<string> = []
  readonly #unanswered = new Map<
    string,
    { readonly conversation: string; readonly frame: string; readonly at: number }
  >()
  readonly #name: string
  readonly #token: string
  readonly #base: string
  #socket: RawReceiver | undefined
  #attempt = 0
  #count = 0
  #drainUntil: number | undefined
  #ended = false

  constructor(base: string, name: string, token: string) {
    this.#base = base
    this.#name = name
    this.#token = token
  }

  get unanswered(): number {
    return this.#unanswered.size
  }

  say(conversation: string): void {
    const key = `${this.#name}-${this.#count++}`
    const frame = `{"id":"${key}","type":"message.send","conversation_id":"${conversation}","client_msg_id":"${key}","payload":{"text":"What is new in town? ${key}"}}`
    this.#unanswered.set(key, { conversation, frame, at: performance.now() })
    this.#socket?.send(frame)
  }

  /** Returns when he is greeted. */
  async connect(): Promise<void> {
    const granted = await post(`${this.#base}/v1/ws/token`, this.#token, { device_id: "desk" })
    const socket = await openRaw(granted["url"]!, { authorization: `Bearer ${granted["token"]!}` })
    socket.onClosed = (code) => this.#closed(code)
    await new Promise<void>((resolve) => {
      socket.onText = (text) => {
        if (text.includes('"type":"hello"')) this.#greeted(socket)
        else this.#take(text)
        resolve()
      }
    })
  }

  end(): void {
    this.#ended = true
    this.#socket?.terminate()
  }

  #greeted(socket: RawReceiver): void {
    this.#attempt = 0
    this.#socket = socket
    for (const { frame } of this.#unanswered.values()) socket.send(frame)
  }

  #take(text: Buffer): void {
    if (text.includes('"type":"draining"')) {
      const after = Number(/"reconnect_after_ms":(\d+)/.exec(text.toString())![1])
      this.#drainUntil = performance.now() + after
    } else if (text.includes('"type":"ack"')) this.#acknowledged(text.toString())
    else if (text.includes('"type":"error"'))
      this.refusals.push(/"code":"(\w+)"/.exec(text.toString())?.[1] ?? "unknown")
  }

  #acknowledged(text: string): void {
    const [, key, seq, duplicate] = acknowledged.exec(text)!
    const { at, conversation } = this.#unanswered.get(key!)!
    this.#unanswered.delete(key!)
    const afterMs = performance.now() - at
    this.acked.set(key!, { conversation, seq: Number(seq), duplicate: duplicate === "true", afterMs })
  }

  #closed(code: number | undefined): void {
    this.#socket = undefined
    this.closes.push(code ?? "cut")
    this.#again(this.#drainUntil === undefined ? 0 : Math.max(0, this.#drainUntil - performance.now()))
  }

  #again(atLeastMs: number): void {
    if (this.#ended) return
    const wait =
      this.#drainUntil === undefined ? backOff(this.#attempt++, Math.random(), atLeastMs) : atLeastMs
    setTimeout(() => {
      this.#drainUntil = undefined
      void this.connect().catch(() => this.#again(0))
    }, wait)
  }
}
