/**
 * One connection of a fleet, which behaves as the SDK does: fetches a stream token, dials, syncs from its cursor with what it holds, and
 * comes back with the SDK's back-off when it is cut, closed or refused; when told to drain, after the time that it was told.
 *
 * Always true: it checks what it is handed: per conversation each `seq` after the one before, or after a `sync.gap`.
 */
import { backOff } from "@parley/client/reconnect"
import { openRaw, type RawReceiver } from "../rawReceiver.ts"
import { post } from "./post.ts"

export interface Identity {
  readonly device: string
  readonly token: string
}

interface Ack {
  readonly cursor: string
  readonly complete: boolean
}

const opening = /^\{"id":"[^"]*","type":"([a-z_.]+)"(?:,"conversation_id":"([^"]+)")?(?:,"seq":(\d+))?/
/** Enough of a frame to find its type, conversation and `seq`. */
const openingBytes = 256

export class Member {
  /** The last `seq` of each conversation. */
  readonly held = new Map<string, number>()
  /** How each connection so far ended; `cut` when it was without a close frame. */
  readonly closes: Array<number | "cut"> = []
  /** Frames with a `seq`, and how many of them were held already, or left something out. */
  frames = 0
  repeated = 0
  skipped = 0
  /** Attempts to connect that failed. */
  refused = 0
  /** When the last sync was answered, and when the first frame came of the connection; `performance.now()`. */
  caughtUpAt = NaN
  helloAt = NaN
  /** How long it was told to wait, each time, and how much later than that it was greeted. */
  readonly advised: Array<number> = []
  readonly latenesses: Array<number> = []
  /** Called when it is caught up. */
  onCaughtUp: () => void = () => undefined
  readonly #base: string
  readonly #identity: Identity
  #receiver: RawReceiver | undefined
  #cursor: string | undefined
  #attempt = 0
  #ended = false
  #backAt: number | undefined

  constructor(base: string, identity: Identity) {
    this.#base = base
    this.#identity = identity
  }

  dial(): void {
    void this.#dial().catch((refused: { retryAfterMs?: number }) => {
      this.refused += 1
      this.#later(backOff(this.#attempt++, Math.random(), refused.retryAfterMs ?? 0))
    })
  }

  /** As when the network goes: the server is told nothing. */
  cut(): void {
    this.#receiver?.terminate()
  }

  end(): void {
    this.#ended = true
    this.cut()
  }

  #later(ms: number): void {
    if (!this.#ended) setTimeout(() => this.dial(), ms)
  }

  async #dial(): Promise<void> {
    if (this.#ended) return
    const { device, token } = this.#identity
    const granted = await post(`${this.#base}/v1/ws/token`, token, { device_id: device })
    const receiver = await openRaw(granted["url"]!, { authorization: `Bearer ${granted["token"]!}` })
    this.#receiver = receiver
    receiver.onText = (text) => this.#take(receiver, text)
    receiver.onClosed = (code) => this.#closed(code)
  }

  #closed(code: number | undefined): void {
    this.#receiver = undefined
    this.closes.push(code ?? "cut")
    if (this.#backAt !== undefined) this.#later(Math.max(0, this.#backAt - performance.now()))
    else this.#later(backOff(this.#attempt++, Math.random()))
  }

  #take(receiver: RawReceiver, text: Buffer): void {
    const [, type, conversation, seq] = opening.exec(text.toString("latin1", 0, openingBytes)) ?? []
    if (seq !== undefined) return this.#event(conversation!, Number(seq))
    switch (type) {
      case "hello":
        this.helloAt = performance.now()
        if (this.#backAt !== undefined) this.latenesses.push(this.helloAt - this.#backAt)
        this.#backAt = undefined
        return receiver.send(JSON.stringify({ id: "sync", type: "sync", payload: this.#from() }))
      case "sync.gap":
        return void this.held.set(conversation!, this.#payload<{ to_seq: number }>(text).to_seq)
      case "cursor":
        this.#cursor = this.#payload<{ cursor: string }>(text).cursor
        return
      case "draining": {
        const { reconnect_after_ms } = this.#payload<{ reconnect_after_ms: number }>(text)
        this.advised.push(reconnect_after_ms)
        this.#backAt = performance.now() + reconnect_after_ms
        // As the SDK: it leaves by itself when the time has come.
        setTimeout(() => this.#receiver === receiver && this.cut(), reconnect_after_ms)
        return
      }
      case "ack":
        return this.#synced(this.#payload<Ack>(text))
      case "error":
        throw new Error(`a sync was refused: ${text.toString()}`)
      default:
        return
    }
  }

  #from(): unknown {
    return this.#cursor === undefined ? {} : { cursor: this.#cursor, known: Object.fromEntries(this.held) }
  }

  #synced({ complete, cursor }: Ack): void {
    if (!complete) throw new Error("a sync was not complete")
    this.#cursor = cursor
    this.#attempt = 0
    this.caughtUpAt = performance.now()
    this.onCaughtUp()
  }

  #event(conversation: string, seq: number): void {
    this.frames += 1
    const held = this.held.get(conversation) ?? -1
    if (seq <= held) {
      this.repeated += 1
      return
    }
    if (seq > held + 1) this.skipped += 1
    this.held.set(conversation, seq)
  }

  #payload<A>(text: Buffer): A {
    return (JSON.parse(text.toString()) as { payload: A }).payload
  }
}
