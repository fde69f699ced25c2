/**
 * Everything behind a stream, faked: a log, a broker that may lose announcements, a membership model that may lag. Every wait goes
 * through `gate`, so that a test decides what happens in between.
 */
import { defaultLimits, type Limits } from "@parley/domain/limits"
import type { Announcement, Broker } from "@parley/runtime/Broker"
import type { Conversations } from "@parley/runtime/Conversations"
import { Unavailable } from "@parley/runtime/errors"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ConnectedUsers } from "../../src/stream/ConnectedUsers.ts"
import type { ConversationLog } from "../../src/stream/ConversationLog.ts"
import { Cursors } from "../../src/stream/Cursor.ts"
import type { FramedEvent } from "../../src/stream/FramedEvent.ts"
import { Hubs } from "../../src/stream/Hubs.ts"
import { Flusher } from "../../src/stream/Outbox.ts"
import { Rings } from "../../src/stream/Rings.ts"
import { Session } from "../../src/stream/Session.ts"
import type { StreamContext } from "../../src/stream/StreamContext.ts"
import { streamCounters } from "../../src/stream/StreamCounters.ts"
import { Watermark } from "../../src/stream/Watermark.ts"
import { rowsOf } from "./membershipOf.ts"
import { TestLog } from "./TestLog.ts"
import { TestWire } from "./TestWire.ts"

export interface WorldOptions {
  readonly ringBytes?: number
  readonly limits?: Partial<Limits>
}

export class World extends TestLog {
  /** How far the membership model has come. */
  modelPosition = -1
  /** Awaited at every wait, with its name. */
  gate: (at: string) => Promise<void> = async () => {}
  /** Whether the next announcement arrives. */
  announces: () => boolean = () => true
  failing = false
  asked: Array<{ readonly conversation: string; readonly clientMsgId: string }> = []
  readonly users: ConnectedUsers
  readonly context: StreamContext
  readonly #receivers = new Map<string, Set<(announcement: Announcement) => void>>()
  #repaired = -1
  #sessions = 0

  constructor(options: WorldOptions = {}) {
    super()
    const fork = ((effect) => Effect.runFork(effect)) as StreamContext["fork"]
    const counters = streamCounters()
    const limits = { ...defaultLimits, ...options.limits }
    const log = this.#log()
    const broker = this.#broker()
    const hubs = new Hubs(broker, { log, rings: new Rings(options.ringBytes ?? 1_048_576), counters, fork })
    this.users = new ConnectedUsers(broker, hubs, limits.connections_per_user)
    this.context = {
      log,
      hubs,
      watermark: new Watermark(),
      membership: {
        caughtUp: (position) =>
          this.#wait("caughtUp", () => (this.modelPosition = Math.max(this.modelPosition, position))),
        of: (user, removedAfter) =>
          this.#wait("of", () => rowsOf(this.streams, user, this.modelPosition, removedAfter)),
      },
      conversationFor: (user, id) => this.#wait("conversationFor", () => this.#conversation(user, id)),
      listen: (session) => this.users.listen(session),
      gone: (session) => this.users.remove(session),
      conversations: { ask: (conversation, request) => this.#ask(conversation, request) },
      limiter: { takeMessage: () => ({ ok: true }) },
      memberCount: () => 2,
      limits,
      cursors: new Cursors(Redacted.make("a stream secret of thirty-two bytes")),
      epoch: "epoch-1",
      flusher: new Flusher(),
      counters,
      fork,
      now: () => this.now,
      congested: new Set(),
      touched: new Set(),
    }
  }

  /** What the projector hands to gateways after a batch. */
  repair(): void {
    const heads = []
    const changes = []
    for (const [conversation, stream] of this.streams) {
      const fresh = stream.flatMap((one, seq) => (one.position > this.#repaired ? [{ ...one, seq }] : []))
      const last = fresh.at(-1)
      if (last !== undefined) heads.push({ conversation, revision: last.seq, position: last.position })
      for (const {
        framed: { added = [], removed = [] },
        seq,
      } of fresh)
        if (added.length + removed.length > 0) changes.push({ conversation, seq, added, removed })
    }
    this.#repaired = this.position
    this.users.repair({ position: this.position, heads, changes }, this.context.watermark)
  }

  /** The cursors that the server's timer would send. */
  cursors(): void {
    const settled = this.context.watermark.settle()
    for (const session of this.context.touched)
      if (session.offerCursor(settled)) this.context.touched.delete(session)
  }

  /** A second passes for those that are watched. */
  tick(ms = 1_000): void {
    this.now += ms
    for (const session of this.context.congested)
      if (session.judge(this.now)) this.context.congested.delete(session)
  }

  connect(
    user: string,
    device = "phone",
  ): { readonly session: Session; readonly wire: TestWire; readonly hello: string } {
    const wire = new TestWire()
    const id = `ses_${String(++this.#sessions).padStart(6, "0")}`
    const identity = { user, device, session: id, accessExpiresAt: this.now + 3_600_000 }
    const session = new Session(identity, wire, this.context, 0.5)
    const hello = this.context.cursors.seal(user, { epoch: this.context.epoch, position: this.position })
    session.hello(hello)
    this.users.add(session)
    return { session, wire, hello }
  }

  protected override publish(announcement: Announcement): void {
    const topics = [announcement.conversation, ...(announcement.added ?? []), ...(announcement.removed ?? [])]
    for (const topic of topics)
      for (const receive of this.#receivers.get(topic) ?? []) if (this.announces()) receive(announcement)
  }

  #wait<A>(at: string, answer: () => A): Effect.Effect<A, Unavailable> {
    return Effect.suspend(() =>
      Effect.flatMap(
        Effect.promise(() => this.gate(at)),
        () => (this.failing ? Effect.fail(new Unavailable({ reason: at })) : Effect.sync(answer)),
      ),
    )
  }

  #log(): ConversationLog {
    const of = (conversation: string) => this.streams.get(conversation) ?? []
    return {
      headPosition: this.#wait("headPosition", () => this.position),
      head: (conversation) =>
        this.#wait("head", () => {
          const [revision, last] = [of(conversation).length - 1, of(conversation).at(-1)]
          return last === undefined ? undefined : { revision, position: last.position }
        }),
      forward: (conversation, from, limit) =>
        this.#wait("forward", () =>
          of(conversation)
            .slice(from, from + limit)
            .map((one) => one.framed),
        ),
      backward: (conversation, from, limit) =>
        this.#wait("backward", () =>
          of(conversation)
            .slice(Math.max(0, from + 1 - limit), from + 1)
            .map(({ event, framed: { seq }, position }): RecordedEvent => ({
              id: "",
              type: event._tag,
              data: "",
              metadata: "",
              stream: conversation,
              revision: seq,
              position,
              created: 0,
            }))
            .reverse(),
        ),
      framed: (events) =>
        this.#wait("framed", () =>
          events.map(({ revision, stream }): FramedEvent => of(stream)[revision]!.framed),
        ),
    }
  }

  #broker(): Broker["Service"] {
    const subscribe = (at: string, topic: string, receive: (announcement: Announcement) => void) =>
      Effect.map(
        Effect.promise(() => this.gate(at)),
        () => {
          const receivers = this.#receivers.get(topic) ?? new Set()
          this.#receivers.set(topic, receivers.add(receive))
          return () => void receivers.delete(receive)
        },
      )
    return {
      publish: (announcement) => this.publish(announcement),
      subscribeConversation: (conversation, receive) => subscribe("subscribe", conversation, receive),
      subscribeUser: (user, receive) => subscribe("subscribeUser", user, receive),
    }
  }

  #ask: Conversations["Service"]["ask"] = (conversation, request) =>
    Effect.suspend(() => {
      if (request._tag !== "SendMessage") return Effect.die("only sends come from a stream")
      this.asked.push({ conversation, clientMsgId: request.clientMsgId })
      return this.#wait("ask", () => ({
        _tag: "Answered" as const,
        answer: {
          _tag: "Sent" as const,
          message_id: `msg_${"0".repeat(26)}`,
          seq: 7,
          ts: this.now,
          duplicate: false,
        },
      }))
    })

  #conversation(user: string, id: string) {
    if (!this.members(id).has(user)) return undefined
    return {
      id,
      kind: "group" as const,
      created_at: new Date(this.now).toISOString(),
      member_count: this.members(id).size,
      role: "member" as const,
      can_send: true,
      last_seq: this.streams.get(id)!.length - 1,
      history: "all" as const,
      archived: false,
    }
  }
}
