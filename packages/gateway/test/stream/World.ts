/**
 * Everything behind a stream, faked: a log, a broker that may lose announcements, a membership model that may lag. Every wait goes
 * through `gate`, so that a test decides what happens in between.
 */
import { defaultLimits, type Limits } from "@parley/domain/limits"
import type { Announcement, Broker, Hint, Note } from "@parley/runtime/Broker"
import type { Conversations } from "@parley/runtime/Conversations"
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Admission } from "../../src/limits/Admission.ts"
import type { Sheddable } from "../../src/limits/shedOrder.ts"
import { gather } from "../../src/stream/receipts/ReceiptCursors.ts"
import { ConnectedUsers } from "../../src/stream/ConnectedUsers.ts"
import { Cursors } from "../../src/stream/Cursor.ts"
import { HistoryRules } from "../../src/stream/HistoryRules.ts"
import { Hubs } from "../../src/stream/Hubs.ts"
import { Flusher } from "../../src/stream/Outbox.ts"
import { Rings } from "../../src/stream/Rings.ts"
import { Session } from "../../src/stream/Session.ts"
import { noPresence } from "../../src/stream/presence/StreamPresence.ts"
import type { StreamContext } from "../../src/stream/StreamContext.ts"
import { streamCounters } from "../../src/stream/StreamCounters.ts"
import { typingOver } from "../../src/stream/typing/StreamTyping.ts"
import { Watermark } from "../../src/stream/Watermark.ts"
import { membersAt, rowsOf, viewOf } from "./membershipOf.ts"
import { TestLog } from "./TestLog.ts"
import { TestWire } from "./TestWire.ts"
import { worldLog } from "./worldLog.ts"
import { WorldReceipts } from "./WorldReceipts.ts"

const sent = {
  _tag: "Sent" as const,
  message_id: `msg_${"0".repeat(26)}`,
  seq: 7,
  duplicate: false,
}

export interface WorldOptions {
  readonly ringBytes?: number
  readonly limits?: Partial<Limits>
  /** This gateway's, and that of another one, where everything is published. Default: one in memory for both. */
  readonly brokers?: { readonly here: Broker["Service"]; readonly elsewhere: Broker["Service"] }
}

export class World extends TestLog {
  /** How far the membership model has come. */
  modelPosition = -1
  /** Awaited at every wait, with its name. */
  gate: (at: string) => Promise<void> = async () => {}
  /** Whether the next announcement arrives. */
  announces: () => boolean = () => true
  failing: boolean | "interrupted" = false
  /** Whether what was waited for under this name fails, when its wait is over. */
  fails: (at: string) => boolean = () => false
  /** Whether the log tells heads at once, as one in this process does. */
  headsAtOnce = false
  /** What the server gives up at the moment. */
  readonly shed = new Set<Sheddable>()
  /** Of whoever is asked about. */
  devicesElsewhere: ReadonlyArray<string> = []
  asked: Array<{ readonly conversation: string; readonly asks: string; readonly clientMsgId?: string }> = []
  readonly users: ConnectedUsers
  readonly context: StreamContext
  readonly receipts = new WorldReceipts(this.streams, () => ++this.position)
  readonly gathered: ReturnType<typeof gather>
  readonly #receivers = new Map<string, Set<(announcement: Announcement) => void>>()
  readonly #hints = new Set<(hint: Hint) => void>()
  readonly #notes = new Map<string, Set<(note: Note) => void>>()
  readonly #elsewhere: Broker["Service"] | undefined
  #repaired = -1
  #sessions = 0

  constructor(options: WorldOptions = {}) {
    super()
    const fork = ((effect) => Effect.runFork(effect)) as StreamContext["fork"]
    const counters = streamCounters()
    const limits = { ...defaultLimits, ...options.limits }
    const log = worldLog(this, (at, answer) => this.#wait(at, answer))
    this.#elsewhere = options.brokers?.elsewhere
    const broker = options.brokers?.here ?? this.#broker()
    const [rings, rules] = [new Rings(options.ringBytes ?? 1_048_576), new HistoryRules(log)]
    const hubs = new Hubs(broker, { log, rings, rules, counters, fork })
    const connected = (user: string) =>
      Effect.sync(() => [...this.devicesElsewhere, ...this.#devicesOf(user)])
    this.users = new ConnectedUsers(broker, { connected }, hubs, limits.connections_per_user)
    const markers = (user: string, conversations: ReadonlyArray<string>) =>
      this.#wait("markers", () => this.receipts.markers(user, conversations))
    this.gathered = gather({
      mostMembers: limits.receipts_members,
      fork,
      reads: { view: (conversation, user) => this.#wait("view", () => this.#view(conversation, user)) },
      users: {
        moveCursors: ({ actor }, moves) =>
          this.#wait("moveCursors", () => this.receipts.moveCursors(actor, moves)),
        privacy: (user) =>
          this.#wait("privacy", () => ({
            shareLastSeen: true,
            sendReadReceipts: !this.receipts.hidden.has(user),
          })),
      },
      teller: {
        covered: (stretches) => this.#wait("covered", () => this.receipts.covered(stretches)),
        markers,
        tell: (this.#elsewhere ?? broker).tell,
        now: () => this.now,
      },
    })
    this.context = {
      log,
      hubs,
      rules,
      receipts: this.gathered,
      markers,
      moved: (user, conversations, since) =>
        this.#wait("moved", () => this.receipts.moved(user, conversations, since)),
      watermark: new Watermark(),
      membership: {
        of: (user, removedAfter, asOf = -1) =>
          this.#wait("of", () => {
            this.modelPosition = Math.max(this.modelPosition, asOf)
            return rowsOf(this.streams, user, this.modelPosition, removedAfter)
          }),
      },
      conversationFor: (user, id) => this.#wait("conversationFor", () => this.#conversation(user, id)),
      listen: (session) => this.users.listen(session),
      gone: (session) => this.users.remove(session),
      presence: noPresence,
      typing: typingOver(broker, hubs, limits),
      conversations: { ask: (conversation, request) => this.#ask(conversation, request) },
      limiter: { takeMessage: () => ({ ok: true }) },
      sheds: (what) => this.shed.has(what),
      syncs: new Admission({ atWork: 2, waiting: 100 }),
      catchUps: new Admission({ atWork: 2, waiting: 100 }),
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
        position,
        seq,
      } of fresh)
        if (added.length + removed.length > 0) changes.push({ conversation, seq, position, added, removed })
    }
    this.#repaired = this.position
    this.users.repair({ position: this.position, heads, changes }, this.context.watermark)
  }

  /** The cursors that the server's timer would send. */
  cursors(): void {
    const settled = this.context.watermark.settle()
    for (const session of this.context.touched)
      if (session.offerCursor(settled, this.context.watermark.lagged(this.now)))
        this.context.touched.delete(session)
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
    openedAt = this.position,
  ): { readonly session: Session; readonly wire: TestWire; readonly hello: string } {
    const wire = new TestWire()
    const id = `ses_${String(++this.#sessions).padStart(6, "0")}`
    const identity = { user, device, session: id, accessExpiresAt: this.now + 3_600_000, openedAt }
    const session = new Session(identity, wire, this.context, 0.5)
    const hello = this.context.cursors.seal(user, { epoch: this.context.epoch, position: this.position })
    session.hello(hello)
    this.users.add(session)
    return { session, wire, hello }
  }

  #devicesOf(user: string): ReadonlyArray<string> {
    return [...this.users.sessions()].flatMap((one) => (one.user === user ? [one.device] : []))
  }

  protected override publish(announcement: Announcement): void {
    if (this.#elsewhere !== undefined) return this.#elsewhere.publish(announcement)
    const topics = [announcement.conversation, ...(announcement.added ?? []), ...(announcement.removed ?? [])]
    for (const topic of topics)
      for (const receive of this.#receivers.get(topic) ?? []) if (this.announces()) receive(announcement)
  }

  #wait<A>(at: string, answer: () => A): Effect.Effect<A, Unavailable> {
    return Effect.suspend(() =>
      Effect.flatMap(
        Effect.promise(() => this.gate(at)),
        () =>
          this.failing === "interrupted"
            ? Effect.interrupt
            : this.failing || this.fails(at)
              ? Effect.fail(new Unavailable({ reason: at }))
              : Effect.sync(answer),
      ),
    )
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
      shared: false,
      publish: (announcement) => this.publish(announcement),
      subscribeConversation: (conversation, receive) => subscribe("subscribe", conversation, receive),
      subscribeUser: (user, receive) => subscribe("subscribeUser", user, receive),
      tell: (note) => {
        for (const user of note.users) for (const receive of this.#notes.get(user) ?? []) receive(note)
      },
      subscribeNotes: (user, receive) =>
        Effect.sync(() => {
          const receivers = this.#notes.get(user) ?? new Set()
          this.#notes.set(user, receivers.add(receive))
          return () => void receivers.delete(receive)
        }),
      hint: (hint) => {
        for (const receive of this.#hints) receive(hint)
      },
      subscribeHints: (receive) =>
        Effect.sync(() => {
          this.#hints.add(receive)
          return () => void this.#hints.delete(receive)
        }),
      revoke: () => undefined,
      subscribeRevocations: () => Effect.succeed(() => undefined),
      arrive: () => undefined,
      subscribeArrivals: () => Effect.succeed(() => undefined),
      subscribeLosses: () => Effect.succeed(() => undefined),
    }
  }

  #ask: Conversations["Service"]["ask"] = (conversation, request) =>
    Effect.suspend(() => {
      const { _tag: asks } = request
      this.asked.push({ conversation, asks, ...("clientMsgId" in request ? request : {}) })
      return this.#wait("ask", () => ({
        _tag: "Answered" as const,
        answer: asks === "SendMessage" ? { ...sent, ts: this.now } : { _tag: "Done" as const, seq: 9 },
      }))
    })

  #view(conversation: string, user: string) {
    const [members, stream] = [this.members(conversation), this.streams.get(conversation) ?? []]
    const joinedSeq = membersAt(stream, Number.POSITIVE_INFINITY).get(user)
    if (joinedSeq === undefined) return undefined
    return viewOf(conversation, { user, joinedSeq, members: members.size, revision: stream.length - 1 })
  }

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
