/**
 * Who is there and who types, on a server in memory.
 *
 * Always true: a session hears of exactly those whom it watches; typing goes to the other members who are connected.
 */
import type { Frame } from "../src/wire.ts"
import type { FakeServer, Session } from "./FakeServer.ts"

interface Told {
  readonly status: string
  readonly last_seen?: string
}

export class FakePresence {
  readonly #server: FakeServer
  readonly #told = new Map<string, Told>()
  readonly #watched = new WeakMap<Session, Set<string>>()
  /** Every status that was pinged, in order. */
  readonly pings: Array<string> = []

  constructor(server: FakeServer) {
    this.#server = server
  }

  watchedBy(session: Session): ReadonlyArray<string> {
    return [...(this.#watched.get(session) ?? [])].sort()
  }

  of(user: string): Told {
    return this.#told.get(user) ?? { status: "offline" }
  }

  set(user: string, told: Told): void {
    this.#told.set(user, told)
    for (const session of this.#server.sessions)
      if (this.#watched.get(session)?.has(user) === true && !this.#server.silent)
        session.deliver({ type: "presence", payload: { user_id: user, ...told } })
  }

  /** Whether the frame was one of these. */
  frame(session: Session, frame: Frame, answer: (type: string, payload: unknown) => void): boolean {
    const { conversation_id: id = "", payload, type } = frame
    const {
      state,
      status,
      user_ids = [],
    } = payload as {
      readonly state?: string
      readonly status?: string
      readonly user_ids?: ReadonlyArray<string>
    }
    if (type === "typing") {
      const typing = { user_id: session.user, state, expires_in_ms: 6_000 }
      this.#server.tell(id, (user) => user !== session.user, "typing", typing)
    } else if (type === "presence.ping") this.pings.push(status ?? "")
    else if (type === "presence.watch" || type === "presence.unwatch") {
      const watched = this.#watched.get(session) ?? new Set<string>()
      this.#watched.set(session, watched)
      for (const user of user_ids)
        if (type === "presence.watch") watched.add(user)
        else watched.delete(user)
      const presences = user_ids.map((user_id) => ({ user_id, ...this.of(user_id) }))
      answer("ack", { presences: type === "presence.watch" ? presences : [] })
    } else return false
    return true
  }
}
