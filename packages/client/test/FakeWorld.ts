/**
 * Network, clock and chance for a client under test, in the test's hands.
 *
 * Always true: time moves only by `pass`; what the client asked over HTTP is answered once `settled` has been awaited.
 */
import type { HttpAnswer, HttpRequest, Platform, SocketEvents } from "../src/Platform.ts"
import type { Frame } from "../src/wire.ts"
import { FakeServer, type Session } from "./FakeServer.ts"

interface Timer {
  readonly at: number
  readonly run: () => void
}

interface Line {
  readonly events: SocketEvents
  readonly session: Session
}

export class FakeWorld {
  readonly server = new FakeServer()
  readonly dialled: Array<ReadonlyArray<string>> = []
  /** Every frame that a client sent. */
  readonly sent: Array<string> = []
  /** What every HTTP request gets, instead of an answer. */
  httpAnswer: HttpAnswer | "unreachable" | undefined
  random = 0.5
  now = Date.parse("2026-11-24T10:00:00.000Z")
  #lines = new Set<Line>()
  #timers = new Set<Timer>()

  /** The delays of all waiting timers, in milliseconds, shortest first. */
  get waits(): ReadonlyArray<number> {
    return [...this.#timers].map((timer) => timer.at - this.now).sort((a, b) => a - b)
  }

  platformOf(user: string): Platform {
    return {
      request: async (url, request) => this.#http(user, url, request),
      openSocket: (_, protocols, events) => this.#open(user, protocols, events),
      after: (ms, run) => {
        const timer = { at: this.now + ms, run }
        this.#timers.add(timer)
        return () => this.#timers.delete(timer)
      },
      now: () => this.now,
      random: () => this.random,
      randomBytes: (length) => new Uint8Array(length).fill(7),
    }
  }

  /** Lets everything that only awaits promises go on. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }

  async pass(ms: number): Promise<void> {
    this.now += ms
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.now || !this.#timers.delete(timer)) continue
      timer.run()
    }
    await this.settled()
  }

  /** Every connection breaks; 1006 is what a killed server looks like. */
  cut(code = 1006): void {
    const lines = [...this.#lines]
    this.#lines.clear()
    for (const { events, session } of lines) {
      this.server.sessions.delete(session)
      events.closed(code)
    }
  }

  /** A frame that no server decided on, to every connection. */
  inject(frame: Frame): void {
    for (const { events } of this.#lines) events.message(JSON.stringify(frame))
  }

  #open(
    user: string,
    protocols: ReadonlyArray<string>,
    events: SocketEvents,
  ): { send: (text: string) => void; close: () => void } {
    this.dialled.push(protocols)
    let line: Line | undefined
    let closed = false
    queueMicrotask(() => {
      if (closed) return
      const session = this.server.attach(user, (frame) => events.message(JSON.stringify(frame)))
      line = { events, session }
      this.#lines.add(line)
      this.server.greet(session)
    })
    return {
      send: (text) => {
        this.sent.push(text)
        if (line !== undefined && this.#lines.has(line))
          this.server.frame(line.session, JSON.parse(text) as Frame)
      },
      close: () => {
        closed = true
        if (line === undefined) return
        this.#lines.delete(line)
        this.server.sessions.delete(line.session)
      },
    }
  }

  #http(user: string, url: string, request: HttpRequest): HttpAnswer {
    if (this.httpAnswer === "unreachable") throw new TypeError("fetch failed")
    if (this.httpAnswer !== undefined) return this.httpAnswer
    const { pathname, searchParams } = new URL(url)
    const ok = (body: unknown): HttpAnswer => ({ status: 200, body, retryAfter: null })
    if (pathname === "/v1/ws/token")
      return ok({ token: `stream-${user}`, url: "ws://parley.test/v1/stream?v=1" })
    const room = /^\/v1\/conversations\/(cnv_\w+)\/messages$/.exec(pathname)?.[1]
    if (room !== undefined)
      return ok(
        this.server.history(
          room,
          user,
          Number(searchParams.get("before") ?? Infinity),
          Number(searchParams.get("limit")),
        ),
      )
    const body = JSON.parse(request.body ?? "{}") as { user_id?: string }
    if (request.method === "POST" && body.user_id !== undefined)
      return ok(this.server.describe(this.server.room("direct", [user, body.user_id])))
    return {
      status: 404,
      body: { code: "not_found", status: 404, detail: "Not found.", retryable: false },
      retryAfter: null,
    }
  }
}
