/**
 * Network, clock and chance for a client under test, in the test's hands.
 *
 * Always true: time moves only by `pass`; what the client asked over HTTP is answered once `settled` has been awaited.
 */
import type { HttpAnswer, HttpRequest, Platform, SocketEvents } from "../src/Platform.ts"
import type { Frame } from "../src/wire.ts"
import { FakeWindows } from "./FakeWindows.ts"
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
  /** Pages of history are made at once and kept back until `releaseHistory`. */
  holdHistory = false
  /** What clients send is lost on the way. */
  deaf = false
  /** After so many frames to clients their connections are closed with this code, once. */
  cutAfter: { frames: number; readonly code: number } | undefined
  readonly windows = new FakeWindows()
  random = 0.5
  now = Date.parse("2026-11-24T10:00:00.000Z")
  #lines = new Set<Line>()
  readonly #watching = new Set<(shown: boolean) => void>()
  readonly #networks = new Set<(there: boolean) => void>()
  #drawn = 0
  #kept: Array<() => void> = []
  #timers = new Set<Timer>()

  constructor() {
    this.server.clock = () => this.now
  }

  /** The delays of all waiting timers, in milliseconds, shortest first. */
  get waits(): ReadonlyArray<number> {
    return [...this.#timers].map((timer) => timer.at - this.now).sort((a, b) => a - b)
  }

  /** `window`: which one of those that share the storage. */
  platformOf(user: string, window?: string): Platform {
    const shared = window === undefined ? {} : this.windows.platformOf(window)
    return {
      ...shared,
      watchForeground: (changed) => {
        this.#watching.add(changed)
        return () => this.#watching.delete(changed)
      },
      watchNetwork: (changed) => {
        this.#networks.add(changed)
        return () => this.#networks.delete(changed)
      },
      request: async (url, request) => {
        const answer = this.#http(user, url, request)
        if (this.holdHistory && url.includes("/messages"))
          await new Promise<void>((go) => this.#kept.push(go))
        return answer
      },
      openSocket: (_, protocols, events) => this.#open(user, protocols, events),
      after: (ms, run) => {
        const timer = { at: this.now + ms, run }
        this.#timers.add(timer)
        return () => this.#timers.delete(timer)
      },
      now: () => this.now,
      random: () => this.random,
      randomBytes: (length) => new Uint8Array(length).map((_, at) => (++this.#drawn >> (at % 3)) & 0xff),
    }
  }

  /** Whether all pages are shown. */
  foreground(shown: boolean): void {
    for (const tell of this.#watching) tell(shown)
  }

  /** What browsers say of the network; whether anything gets through is another matter (`deaf`). */
  network(there: boolean): void {
    for (const tell of this.#networks) tell(there)
  }

  closeWindow(window: string): void {
    this.windows.close(window)
  }

  /** Lets everything that only awaits promises go on. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 60; turn++) await Promise.resolve()
  }

  async releaseHistory(): Promise<void> {
    this.holdHistory = false
    for (const go of this.#kept.splice(0)) go()
    await this.settled()
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
    this.cutAfter = undefined
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
      const session = this.server.attach(user, (frame) => {
        if (this.cutAfter?.frames === 0) this.cut(this.cutAfter.code)
        else if (this.cutAfter !== undefined) this.cutAfter.frames--
        if (line !== undefined && this.#lines.has(line)) events.message(JSON.stringify(frame))
      })
      line = { events, session }
      this.#lines.add(line)
      this.server.greet(session)
    })
    return {
      send: (text) => {
        this.sent.push(text)
        if (line !== undefined && this.#lines.has(line) && !this.deaf)
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
    const known = this.#ofRoom(user, pathname, request)
    if (known !== undefined) return ok(known)
    const body = JSON.parse(request.body ?? "{}") as { user_id?: string }
    if (request.method === "POST" && body.user_id !== undefined)
      return ok(this.server.describe(this.server.room("direct", [user, body.user_id])))
    return {
      status: 404,
      body: { code: "not_found", status: 404, detail: "Not found.", retryable: false },
      retryAfter: null,
    }
  }

  #ofRoom(user: string, pathname: string, { body = "{}", method }: HttpRequest): unknown {
    const [, group, id = ""] = /^\/v1\/(groups|conversations)\/(cnv_\w+)$/.exec(pathname) ?? []
    const room = this.server.rooms.get(id)
    if (pathname === "/v1/conversations" && method === "GET")
      return {
        items: [...this.server.rooms.values()]
          .filter((one) => one.members.includes(user))
          .map((one) => ({ ...this.server.describe(one.id), ...this.server.marker(one.id, user) })),
      }
    if (room === undefined) return undefined
    if (group === "groups" && method === "PATCH") {
      Object.assign(room, JSON.parse(body))
      this.server.append(id, "conversation.updated", this.server.describe(id))
    }
    if (group === "groups" && method === "DELETE") {
      room.archived = true
      this.server.append(id, "conversation.archived", this.server.describe(id))
    }
    return this.server.describe(id)
  }
}
