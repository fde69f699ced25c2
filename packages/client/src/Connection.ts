/**
 * One socket to the server, made again as often as it breaks.
 *
 *   connecting ──hello──► catching_up ──caughtUp()──► live
 *       ▲                      │                        │
 *       └── offline (waits) ◄──┴────── closed ◄─────────┘      offline for good: `ended` says why
 *
 * Always true: every request is answered exactly once: by the server, or as lost when its socket is gone. Lost means that nobody
 * knows whether it was done.
 * Not for: what frames mean.
 */
import type { AccessToken } from "./AccessToken.ts"
import type { Api } from "./Api.ts"
import type { Platform, Socket } from "./Platform.ts"
import { ParleyError, type Problem, offline, readProblem } from "./Problem.ts"
import { accessExpired, afterClose, backOff } from "./reconnect.ts"
import type { Frame, Hello } from "./wire.ts"

export interface Status {
  readonly phase: "connecting" | "catching_up" | "live" | "offline"
  /** When the next attempt is made, in milliseconds since 1970; only while offline and not ended. */
  readonly retryAt?: number
  /** Why it is offline, when the server said so: `rate_limited`, `closed_4013` (too much at once), `unavailable`. */
  readonly problem?: Problem
  /** No further attempt is made: what to tell the person. */
  readonly ended?: Problem
}

export type Answer =
  | { readonly _tag: "Ack"; readonly payload: unknown }
  | { readonly _tag: "Refused"; readonly problem: Problem }
  | { readonly _tag: "Lost" }

export interface ConnectionEvents {
  readonly status: (status: Status) => void
  /** The socket is open and greeted; nothing with a `seq` comes before `sync` is asked for. */
  readonly hello: (hello: Hello) => void
  /** Everything but `hello`, answers and `draining`. */
  readonly frame: (frame: Frame) => void
}

/** A server that says nothing for this long to a question is taken for dead. */
const answerMs = 40_000
const greetingMs = 15_000
/** An application's token source may never answer. */
const tokenMs = 60_000
/** Whether a socket still carries anything shows within this time; within the shorter one when there is a reason to doubt. */
const probeMs = 8_000
const doubtMs = 1_500
/** A connection that ran out of its token sooner did not get a good one. */
const shortLifeMs = 5_000

export interface ConnectionParts {
  readonly api: Api
  readonly token: AccessToken
  readonly device: string | Promise<string>
  readonly platform: Platform
}

export class Connection {
  readonly #api: Api
  readonly #token: AccessToken
  readonly #device: string | Promise<string>
  readonly #platform: Platform
  readonly #events: ConnectionEvents
  #status: Status = { phase: "offline" }
  #socket: Socket | undefined
  /** Rises with each attempt, so that what an abandoned attempt still says is not heard. */
  #generation = 0
  #failures = 0
  #requests = 0
  #waiting = new Map<string, { readonly settle: (answer: Answer) => void; readonly cancel: () => void }>()
  #cancelTimer = (): void => {}
  #drainUntil: number | undefined
  /** Since when it is live. */
  #liveSince = 0

  constructor({ api, device, platform, token }: ConnectionParts, events: ConnectionEvents) {
    this.#api = api
    this.#token = token
    this.#device = device
    this.#platform = platform
    this.#events = events
  }

  get status(): Status {
    return this.#status
  }

  /** Dials at once, whatever was being waited for. Nothing happens when a socket is open or being opened. */
  dial(): void {
    if (this.#status.phase !== "offline") return
    void this.#dial(++this.#generation)
  }

  close(): void {
    this.#drop()
    this.#setStatus({ phase: "offline" })
  }

  /** To be called once the answer to `sync` has been worked in. */
  caughtUp(): void {
    this.#failures = 0
    this.#liveSince = this.#platform.now()
    this.#setStatus({ phase: "live" })
  }

  /** Gives this socket up and dials after the usual wait: for when the server breaks its promises. */
  fail(): void {
    this.#drop()
    this.#wait(0)
  }

  /** No further attempt is made. */
  end(problem: Problem): void {
    this.#drop()
    this.#setStatus({ phase: "offline", ended: problem })
  }

  /**
   * Asks whether the socket still carries anything: one that a sleeping machine lost looks open for minutes. `doubted`: the network
   * is said to be gone, which is not true of every server.
   */
  probe(doubted = false): void {
    if (this.#status.phase !== "live") return
    this.request(
      { type: "presence.unwatch", payload: { user_ids: [] } },
      () => {},
      doubted ? doubtMs : probeMs,
    )
  }

  /** `settle` is called exactly once, synchronously with what settles it. */
  request(frame: Omit<Frame, "id">, settle: (answer: Answer) => void, withinMs = answerMs): void {
    if (this.#socket === undefined) return settle({ _tag: "Lost" })
    const id = `c-${++this.#requests}`
    const cancel = this.#platform.after(withinMs, () => this.fail())
    this.#waiting.set(id, { settle, cancel })
    this.#socket.send(JSON.stringify({ id, ...frame }))
  }

  /** A frame that is never answered. Without a connection it is not sent at all. */
  tell(frame: Omit<Frame, "id">): void {
    this.#socket?.send(JSON.stringify({ id: `c-${++this.#requests}`, ...frame }))
  }

  async #dial(generation: number): Promise<void> {
    this.#cancelTimer()
    this.#setStatus({ phase: "connecting" })
    this.#cancelTimer = this.#platform.after(tokenMs, () => {
      this.#token.giveUp()
      this.fail()
    })
    try {
      const device = typeof this.#device === "string" ? this.#device : await this.#device
      const { token, url } = await this.#api.streamToken(device)
      if (generation !== this.#generation) return
      this.#cancelTimer()
      this.#cancelTimer = this.#platform.after(greetingMs, () => this.fail())
      this.#socket = this.#platform.openSocket(url, ["parley.v1", `bearer.${token}`], {
        message: (text) => {
          if (generation === this.#generation) this.#receive(text)
        },
        closed: (code) => {
          if (generation === this.#generation) this.#closed(code)
        },
      })
    } catch (error) {
      if (generation !== this.#generation) return
      const problem = error instanceof ParleyError ? error.problem : offline
      this.#drop()
      if (problem.retryable) this.#wait(problem.retry_after_ms ?? 0, problem)
      else this.#setStatus({ phase: "offline", ended: problem })
    }
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as Frame
    switch (frame.type) {
      case "hello":
        this.#cancelTimer()
        this.#setStatus({ phase: "catching_up" })
        return this.#events.hello(frame.payload as Hello)
      case "ack":
        return this.#answer(frame, { _tag: "Ack", payload: frame.payload })
      case "error":
        return this.#answer(frame, { _tag: "Refused", problem: readProblem(frame.payload, 400) })
      case "draining":
        return this.#drain((frame.payload as { reconnect_after_ms: number }).reconnect_after_ms)
      default:
        return this.#events.frame(frame)
    }
  }

  #answer(frame: Frame, answer: Answer): void {
    const request = this.#waiting.get(frame.reply_to ?? "")
    if (request === undefined) return
    this.#waiting.delete(frame.reply_to ?? "")
    request.cancel()
    request.settle(answer)
  }

  /** The server spreads its clients over time: come back when it said, whether or not it closes before. */
  #drain(afterMs: number): void {
    this.#drainUntil = this.#platform.now() + afterMs
    this.#cancelTimer()
    this.#cancelTimer = this.#platform.after(afterMs, () => {
      this.#drop()
      void this.#dial(++this.#generation)
    })
  }

  #closed(code: number): void {
    const next = afterClose(code)
    const lived = this.#status.phase === "live" && this.#platform.now() - this.#liveSince >= shortLifeMs
    const drainMs = this.#drainUntil === undefined ? undefined : this.#drainUntil - this.#platform.now()
    this.#drop()
    if (next._tag === "Stop") {
      const ended = { code: `closed_${code}`, status: code, detail: next.reason, retryable: false }
      return this.#setStatus({ phase: "offline", ended })
    }
    if (code === accessExpired) this.#token.expire()
    if (drainMs !== undefined) this.#retryIn(Math.max(0, drainMs))
    else if (code === accessExpired && lived) void this.#dial(++this.#generation)
    else this.#wait(next.atLeastMs, next.problem)
  }

  #wait(atLeastMs: number, problem?: Problem): void {
    this.#retryIn(backOff(this.#failures++, this.#platform.random(), atLeastMs), problem)
  }

  #retryIn(ms: number, problem?: Problem): void {
    const why = problem === undefined || problem === offline ? {} : { problem }
    this.#setStatus({ phase: "offline", retryAt: this.#platform.now() + ms, ...why })
    this.#cancelTimer = this.#platform.after(ms, () => this.dial())
  }

  #drop(): void {
    this.#generation++
    this.#cancelTimer()
    this.#cancelTimer = () => {}
    this.#drainUntil = undefined
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
    const lost = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { cancel, settle } of lost) {
      cancel()
      settle({ _tag: "Lost" })
    }
  }

  #setStatus(status: Status): void {
    this.#status = status
    this.#events.status(status)
  }
}
