/**
 * A device that stays connected: signs in, dials, syncs from its cursor, sends, and after every cut comes back and goes on.
 *
 * Always true: it holds, of each conversation, every frame up to `held`, and drops a frame at or below it; a send without a final
 * answer goes out again under its own id. No timer runs while it is connected and nothing went wrong, so hundreds fit in a process.
 * Not for: showing a chat. It keeps no messages; a watcher sees the frames.
 */
import { WebSocket } from "ws"
import type { Account } from "./Account.ts"
import { afterClose, type Frame, type Problem, type SendAck } from "./Frame.ts"
import { Outgoing, type Outcome, type Send } from "./Outgoing.ts"
import type { WitnessedConnection } from "./Witness.ts"

/** Sees everything as it happens. Each is called before the client acts on it, and must not throw. */
export interface Watcher {
  /** After `hello`. `cursor`: the client resumes; else it starts from nothing. */
  readonly opened?: (from: "cursor" | "nothing") => void
  readonly synced?: () => void
  /** Every frame, `fresh` unless the client drops it as held already. */
  readonly frame?: (frame: Frame, fresh: boolean) => void
  readonly sending?: (send: Send) => void
  readonly answered?: (send: Send, outcome: Outcome) => void
  readonly closed?: (code: number) => void
}

const firstWaitMs = 50
const longestWaitMs = 2_000
const noWatcher: Watcher = {}

export class Client {
  readonly account: Account
  readonly deviceId: string
  /** The last `seq` held of each conversation. */
  readonly held = new Map<string, number>()
  cursor: string | undefined
  state: "idle" | "waiting" | "connecting" | "open" | "synced" | "ended" = "idle"
  /** Why it ended, when it ended by itself. */
  reason: string | undefined
  /** How often it was connected again after a cut. */
  reconnects = 0

  /** Conversations that it is no longer in: not named in a sync, but what it holds of them is not taken twice. */
  readonly #left = new Set<string>()
  readonly #outgoing = new Outgoing()
  #watcher: Watcher = noWatcher
  #socket: WebSocket | undefined
  /** Of the present connection. */
  #witness: WitnessedConnection | undefined
  #timer: NodeJS.Timeout | undefined
  /** Since it was synced last: who greets and cannot serve is not dialled at once again and again. */
  #failures = 0
  #syncs = 0
  #requests = 0
  readonly #asked = new Map<string, (answer: Frame | undefined) => void>()
  #greeted = false
  #greetings = 0
  #ready: Array<{ readonly resolve: () => void; readonly reject: (cause: Error) => void }> = []

  constructor(account: Account, deviceId: string, watcher?: Watcher) {
    this.account = account
    this.deviceId = deviceId
    if (watcher !== undefined) this.#watcher = watcher
  }

  /** Sends without a final answer. */
  get waiting(): number {
    return this.#outgoing.size
  }

  /** Dials, and stays connected until `close`. Resolves when synced, rejects when the server says not to come back. */
  connect(): Promise<void> {
    if (this.state === "synced") return Promise.resolve()
    if (this.state === "idle" || this.state === "ended") void this.#dial()
    return new Promise((resolve, reject) => this.#ready.push({ resolve, reject }))
  }

  /** Resolves with the final answer: across cuts and restarts, under the same id. */
  send(conversation: string, clientMsgId: string, text: string): Promise<Outcome> {
    const outcome = this.#outgoing.add(conversation, clientMsgId, text)
    this.#flush()
    return outcome
  }

  /** Asks once, on the present connection: its ack or error, or `undefined` when it is cut before the answer. */
  request(type: string, conversation: string, payload: unknown): Promise<Frame | undefined> {
    if (this.state !== "synced" || this.#socket === undefined) return Promise.resolve(undefined)
    const id = `r-${++this.#requests}`
    this.#put(JSON.stringify({ id, type, conversation_id: conversation, payload }))
    return new Promise((resolve) => this.#asked.set(id, resolve))
  }

  /** Cuts the connection as a network does, without a word; the client comes back. */
  cut(): void {
    this.#socket?.terminate()
  }

  close(): void {
    this.#end(undefined)
    clearTimeout(this.#timer)
    this.#socket?.close(1000)
  }

  async #dial(): Promise<void> {
    this.state = "connecting"
    try {
      const { status, body } = await this.account.streamToken(this.deviceId)
      if (this.#hasEnded()) return
      if (status === 200) {
        const { base, witness } = this.account
        this.#witness = await witness?.connection(base)
        if (!this.#hasEnded()) this.#open(body.url as string, body.token as string)
        return
      }
      this.#refused(status, body?.retry_after_ms)
    } catch {
      if (!this.#hasEnded()) this.#retry(undefined)
    }
  }

  #open(url: string, token: string): void {
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    })
    this.#socket = socket
    this.#greeted = false
    let refused = false
    const witness = this.#witness
    socket.on("message", (data: Buffer) => {
      const text = data.toString()
      witness?.received(text)
      this.#receive(JSON.parse(text) as Frame)
    })
    socket.on("unexpected-response", (_request, response) => {
      refused = true
      const seconds = Number(response.headers["retry-after"] ?? Number.NaN)
      response.resume()
      socket.terminate()
      this.#refused(response.statusCode ?? 0, Number.isNaN(seconds) ? undefined : seconds * 1000)
    })
    // What follows an error is a close, which says all that is needed.
    socket.on("error", () => undefined)
    socket.on("close", (code) => {
      if (!refused && this.#socket === socket) this.#closed(code)
    })
  }

  #refused(status: number, retryAfterMs: number | undefined): void {
    if (status === 403 || status === 426) return this.#end(`refused with ${status}`)
    if (status === 401) this.account.forgetToken()
    this.#retry(retryAfterMs)
  }

  #closed(code: number): void {
    this.#socket = undefined
    this.#outgoing.disconnected()
    for (const [id, answered] of [...this.#asked]) {
      this.#asked.delete(id)
      answered(undefined)
    }
    if (this.#greeted) this.#watcher.closed?.(code)
    if (this.#hasEnded()) return
    const next = afterClose(code)
    if (next === "end") return this.#end(`closed with ${code}`)
    if (next === "token") this.account.forgetToken()
    this.#retry(next === "wait" ? longestWaitMs : undefined)
  }

  /** After a while that doubles with each failure, between a half and the whole of it, so that many do not come at once. */
  #retry(afterMs: number | undefined): void {
    this.state = "waiting"
    const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#failures++)
    const wait = afterMs ?? longest * (0.5 + Math.random() / 2)
    this.#timer = setTimeout(() => void this.#dial(), wait)
  }

  #hasEnded(): boolean {
    return this.state === "ended"
  }

  #end(reason: string | undefined): void {
    this.state = "ended"
    this.reason = reason
    for (const { reject } of this.#ready.splice(0)) reject(new Error(reason ?? "closed by the client itself"))
  }

  #receive(frame: Frame): void {
    const fresh = frame.seq === undefined || frame.seq > (this.held.get(frame.conversation_id!) ?? -1)
    this.#watcher.frame?.(frame, fresh)
    if (frame.seq !== undefined) {
      if (fresh) this.held.set(frame.conversation_id!, frame.seq)
      return
    }
    switch (frame.type) {
      case "hello":
        return this.#hello()
      case "ack":
      case "error":
        return this.#answer(frame)
      case "cursor":
        this.cursor = frame.payload.cursor as string
        return
      case "sync.gap": {
        const to = frame.payload.to_seq as number
        if (to > (this.held.get(frame.conversation_id!) ?? -1)) this.held.set(frame.conversation_id!, to)
        return
      }
      case "inbox.removed":
        this.#left.add(frame.conversation_id!)
        return
      case "inbox.added":
        this.#left.delete(frame.conversation_id!)
        return
      case "draining":
        this.#timer = setTimeout(
          () => this.#socket?.close(1000),
          (frame.payload.reconnect_after_ms as number) ?? 0,
        )
    }
  }

  #hello(): void {
    this.state = "open"
    this.#greeted = true
    if (this.#greetings++ > 0) this.reconnects++
    this.#watcher.opened?.(this.cursor === undefined ? "nothing" : "cursor")
    this.#sync()
    this.#flush()
  }

  #sync(): void {
    const known = [...this.held].filter(([conversation]) => !this.#left.has(conversation))
    const payload = this.cursor === undefined ? {} : { cursor: this.cursor, known: Object.fromEntries(known) }
    this.#put(JSON.stringify({ id: `sync-${++this.#syncs}`, type: "sync", payload }))
  }

  #answer(frame: Frame): void {
    if (frame.reply_to?.startsWith("sync-") === true) return this.#syncAnswer(frame)
    const asked = frame.reply_to === undefined ? undefined : this.#asked.get(frame.reply_to)
    if (asked !== undefined) {
      this.#asked.delete(frame.reply_to!)
      return asked(frame)
    }
    const send = frame.reply_to === undefined ? undefined : this.#outgoing.answered(frame.reply_to)
    if (send === undefined) return
    const outcome: Outcome =
      frame.type === "ack"
        ? { _tag: "Acked", ack: frame.payload as SendAck }
        : { _tag: "Rejected", problem: frame.payload as Problem }
    this.#watcher.answered?.(send, outcome)
    if (this.#outgoing.settle(send, outcome) === "later")
      this.#after((frame.payload as Problem).retry_after_ms ?? 200, () => this.#flush())
  }

  #syncAnswer(frame: Frame): void {
    if (frame.type === "ack") {
      this.cursor = frame.payload.cursor as string
      if (this.state !== "open") return
      this.state = "synced"
      this.#failures = 0
      this.#watcher.synced?.()
      for (const { resolve } of this.#ready.splice(0)) resolve()
      return
    }
    const problem = frame.payload as Problem
    if (problem.code !== "gone") return this.#after(problem.retry_after_ms ?? 200, () => this.#sync())
    // The log is another one: what this device holds is of a history that is no more.
    this.cursor = undefined
    this.held.clear()
    this.#left.clear()
    this.#sync()
  }

  /** Something to do later on this connection; another connection starts anew anyway. */
  #after(ms: number, what: () => void): void {
    const socket = this.#socket
    setTimeout(() => {
      if (this.#socket === socket) what()
    }, ms)
  }

  #flush(): void {
    if (this.state !== "open" && this.state !== "synced") return
    for (const send of this.#outgoing.unsent()) {
      this.#watcher.sending?.(send)
      this.#put(this.#outgoing.toWire(send))
    }
  }

  #put(text: string): void {
    this.#witness?.sent(text)
    this.#socket?.send(text)
  }
}
