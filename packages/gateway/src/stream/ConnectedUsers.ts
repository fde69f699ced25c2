/**
 * Who is connected to this gateway, and the channel on which each of them hears of being added or removed.
 *
 * Always true: one subscription for a user, however many connections he has; one connection for a device, none for a revoked one.
 *
 * A device that comes back at another gateway is replaced here when its arrival is heard of. All gateways hear arrivals in one order, their
 * own among them, so that of several at the same moment one stays: that of which nobody has heard later.
 */
import type { Arrival, Broker, MembershipChange, Note, Revocation, Unsubscribe } from "@parley/runtime/Broker"
import type { Repair } from "@parley/projections/RepairFeed"
import type { Presence } from "@parley/runtime/Presence"
import * as Effect from "effect/Effect"
import type { Hub } from "./Hub.ts"
import type { Hubs } from "./Hubs.ts"
import { handNote } from "./notes.ts"
import { Revocations } from "./Revocations.ts"
import type { Session } from "./Session.ts"
import { textFrame } from "./textFrame.ts"
import type { Watermark } from "./Watermark.ts"

interface ConnectedUser {
  /** Replaced when it grows: most have one, and a list that is pushed to has room for 16 more. */
  sessions: Array<Session>
  unsubscribe: Unsubscribe | undefined
}

const revoked = [4503, "this device was revoked"] as const
const replaced = [4511, "replaced by a newer connection of this device"] as const
const tooMany = [4504, "too many connections"] as const

export class ConnectedUsers {
  readonly #users = new Map<string, ConnectedUser>()
  readonly #broker: Broker["Service"]
  readonly #hubs: Hubs
  readonly #presence: Pick<Presence["Service"], "connected">
  readonly #most: number
  /** Whose arrival has been heard of. */
  readonly #arrived = new WeakSet<Session>()
  readonly #revocations = new Revocations()

  constructor(
    broker: Broker["Service"],
    presence: Pick<Presence["Service"], "connected">,
    hubs: Hubs,
    connectionsPerUser: number,
  ) {
    this.#broker = broker
    this.#presence = presence
    this.#hubs = hubs
    this.#most = connectionsPerUser
  }

  /**
   * An earlier connection of the same device is closed 4511; of a device revoked meanwhile 4503; one too many is itself closed 4504. What is closed comes back by
   * `remove`.
   */
  add(session: Session): void {
    let user = this.#users.get(session.user)
    if (user === undefined) {
      user = { sessions: [], unsubscribe: undefined }
      this.#users.set(session.user, user)
    }
    const earlier = user.sessions.find((one) => one.device === session.device)
    user.sessions = [...user.sessions, session]
    if (this.#revocations.after(session.user, session.device, session.openedAt)) session.close(...revoked)
    earlier?.close(...replaced)
    if (user.sessions.length > this.#most) session.close(...tooMany)
  }

  /** The same towards other gateways: tells them, and asks how many connections he has in all. After `add`. */
  announce(session: Session): Effect.Effect<void> {
    const { device, ids, user } = session
    return this.listen(session).pipe(
      Effect.andThen(Effect.sync(() => this.#broker.arrive({ user, device, session: ids.session }))),
      Effect.andThen(this.#presence.connected(user)),
      // While nobody knows, each gateway counts its own.
      Effect.orElseSucceed((): ReadonlyArray<string> => []),
      Effect.map((devices) => {
        if (devices.length > this.#most) session.close(...tooMany)
      }),
    )
  }

  /** Everybody's, his own too. Ends the connections of the device that arrived before. */
  arrived({ device, session: arrived, user }: Arrival): void {
    for (const session of [...(this.#users.get(user)?.sessions ?? [])])
      if (session.ids.session === arrived) this.#arrived.add(session)
      else if (session.device === device && this.#arrived.has(session)) session.close(...replaced)
  }

  remove(session: Session): void {
    const user = this.#users.get(session.user)
    if (user === undefined) return
    const index = user.sessions.indexOf(session)
    if (index >= 0) user.sessions.splice(index, 1)
    if (user.sessions.length > 0) return
    this.#users.delete(session.user)
    user.unsubscribe?.()
  }

  /** Closes the connections of the device that were opened before; may be told late and more than once. */
  revoked(revocation: Revocation): void {
    this.#revocations.note(revocation)
    const { device, position, user } = revocation
    for (const session of [...(this.#users.get(user)?.sessions ?? [])])
      if (session.device === device && session.openedAt < position) session.close(...revoked)
  }

  /** The user's channel stands when this returns. Before it did, the store and the models tell what changed. */
  listen(session: Session): Effect.Effect<void> {
    return Effect.suspend(() => {
      const user = this.#users.get(session.user)
      if (user === undefined || user.unsubscribe !== undefined) return Effect.void
      return Effect.all([
        this.#broker.subscribeUser(session.user, (change) => this.#changed(session.user, change)),
        this.#broker.subscribeNotes(session.user, (note) => this.#note(session.user, note)),
      ]).pipe(
        Effect.map(([changes, notes]) =>
          this.#subscribed(session.user, user, () => {
            changes()
            notes()
          }),
        ),
      )
    })
  }

  *sessions(): Generator<Session> {
    for (const { sessions } of this.#users.values()) yield* sessions
  }

  /** What the projector says has changed: heads for the hubs, memberships for the people here. */
  repair(repair: Repair, watermark: Watermark): void {
    const behind: Array<readonly [Hub, number]> = []
    for (const { conversation, revision } of repair.heads) {
      const hub = this.#hubs.get(conversation)
      if (hub === undefined || hub.last >= revision) continue
      hub.noteHead(revision)
      if (hub.last < revision) behind.push([hub, revision])
    }
    for (const { added, conversation, seq } of repair.changes)
      for (const name of added) this.#added(name, conversation, seq, repair.position)
    watermark.receive(repair.position, behind)
  }

  #changed(user: string, change: MembershipChange): void {
    const { added, conversation, position, seq } = change
    // A removal reaches him through the hub; should the hub have missed it, this is how it knows.
    this.#hubs.get(conversation)?.noteHead(seq)
    if (added?.includes(user) === true) this.#added(user, conversation, seq, position)
  }

  #note(user: string, note: Note): void {
    const bytes = textFrame(note.frame)
    for (const session of this.#users.get(user)?.sessions ?? []) handNote(session, note, bytes)
  }

  #added(user: string, conversation: string, seq: number, position: number): void {
    for (const session of this.#users.get(user)?.sessions ?? [])
      session.added(conversation, { seq, position })
  }

  #subscribed(name: string, user: ConnectedUser, unsubscribe: Unsubscribe): void {
    if (this.#users.get(name) !== user || user.unsubscribe !== undefined) unsubscribe()
    else user.unsubscribe = unsubscribe
  }
}
