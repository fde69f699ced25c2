/**
 * One connection: who it is, which conversations it is attached to, and what it is owed.
 *
 * Always true: no frame with a `seq` before the first `sync`; per conversation each `seq` once and in order; who was removed is
 * handed nothing after his removal. All waiting is done by one fiber at a time (`turns.ts`); everything here happens at once.
 */
import type { Problem } from "@parley/domain/wire/problem"
import type { SyncFrame } from "@parley/domain/wire/clientFrames"
import type { Ending } from "@parley/runtime/Presence"
import type { FrameClass } from "../limits/shedOrder.ts"
import { Attachment, type Recipient } from "./Attachment.ts"
import { Attachments } from "./Attachments.ts"
import { Conduct } from "./Conduct.ts"
import * as frames from "./controlFrames.ts"
import { Departures } from "./Departures.ts"
import { type FramedEvent, bytesFor, removes } from "./FramedEvent.ts"
import { HEARTBEAT_MS, Heartbeat } from "./Heartbeat.ts"
import type { Hub } from "./Hub.ts"
import type { Identity } from "./Identity.ts"
import { Outbox, type Sender, type Wire } from "./Outbox.ts"
import type { StreamContext } from "./StreamContext.ts"
import { mayTell, startTurns } from "./turns.ts"
import type { Due } from "./Wheel.ts"

/** Frames of a client that may wait for their answer; beyond, his socket is not read (up to one chunk of it has been already). */
const IN_FLIGHT = 256

export interface Joining {
  readonly seq: number
  /** At or after the event's place in the log. */
  readonly position: number
}

export class Session implements Recipient, Due, Sender {
  readonly user: string
  readonly device: string
  readonly openedAt: number
  readonly ids: frames.FrameIds
  readonly context: StreamContext
  readonly outbox: Outbox
  readonly conduct = new Conduct()
  readonly attachments = new Attachments()
  closed = false
  leaving = false
  /** `fresh` until the first `sync`: changes of membership need not be remembered, it will look. */
  phase: "fresh" | "syncing" | "synced" = "fresh"
  /** Every event that concerns the user up to here has been handed over on this connection. */
  coveredTo = -1
  /** Every marker and receipt that concerns him, likewise. */
  toldTo = -1
  /** Notes were dropped because too much waited: what they said is told again when there is room. */
  owesNotes = false
  /** What moved is being told: a note that comes meanwhile is newer than what is about to be said, and told after it. */
  telling = false
  /** A fiber is at work on what follows. */
  working = false
  syncs: Array<SyncFrame> | undefined
  /** Conversations that the user was added to, not attached yet. */
  joins: Map<string, Joining> | undefined
  /** Live frames were withheld: attachments may be behind their hubs. */
  behind = false
  readonly #wire: Wire
  readonly #heartbeat: Heartbeat
  readonly #accessExpiresAt: number
  readonly #departures = new Departures()
  /** At or after the place in the log of every event handed over on this connection; -1: there was none. */
  handedTo = -1
  /** Frames taken that `ack` or `refuse` will answer. */
  unanswered = 0

  constructor(identity: Identity, wire: Wire, context: StreamContext, jitter: number) {
    this.user = identity.user
    this.device = identity.device
    this.openedAt = identity.openedAt
    this.ids = new frames.FrameIds(identity.session)
    this.#accessExpiresAt = identity.accessExpiresAt
    this.#wire = wire
    this.context = context
    this.outbox = new Outbox(wire, context.flusher, this)
    this.#heartbeat = new Heartbeat(context.now() + jitter * HEARTBEAT_MS)
  }

  hello(cursor: string): void {
    const { context } = this
    this.push(
      frames.helloFrame(this.ids, context.now(), {
        user: this.user,
        device: this.device,
        cursor,
        epoch: context.epoch,
        limits: context.limits,
        presence: context.presence.shown,
      }),
    )
  }

  push(bytes: Buffer): void {
    this.outbox.push(bytes)
  }

  /** A frame that may be dropped. False: it was, as too much waits for the connection, or the server is under pressure. */
  offer(what: FrameClass, bytes: Buffer): boolean {
    const shed = this.context.sheds(what)
    if (!shed && this.outbox.hasRoom()) {
      this.push(bytes)
      return true
    }
    this.context.counters.drops.add(what, shed ? "shed" : "slow")
    return false
  }

  // Events

  attach(hub: Hub, joined: number, sent: number): Attachment {
    const attachment = new Attachment(this, hub, joined, sent)
    this.attachments.add(attachment)
    hub.attach(attachment)
    return attachment
  }

  hand(attachment: Attachment, event: FramedEvent): void {
    attachment.sent = event.seq
    this.handBytes(event, attachment.joined)
    if (removes(event, this.user)) this.#leave(attachment, event)
  }

  /** Alone for an event that no attachment stands for: of a conversation that was lost. `joined`: where the stay began. */
  handBytes(event: FramedEvent, joined: number): void {
    const hidden = this.context.rules.hides(event, joined)
    this.push(hidden ? event.hiddenBytes! : bytesFor(event, this.user))
    this.context.counters.framesHanded++
    if (event.position > this.handedTo) this.handedTo = event.position
    this.context.touched.add(this)
  }

  #leave(attachment: Attachment, event: FramedEvent): void {
    const { conversation } = event
    attachment.hub.detach(attachment)
    this.attachments.delete(conversation)
    this.left(conversation, event)
    this.push(frames.inboxRemovedFrame(this.ids, this.context.now(), conversation))
  }

  left(conversation: string, removal: Joining): void {
    this.#departures.add(conversation, removal)
  }

  /** The `seq` of the last removal from this conversation handed over on this connection, or -1. */
  leftAt(conversation: string): number {
    return this.#departures.seqOf(conversation)
  }

  /** The user was added. May be told late and more than once. */
  added(conversation: string, joining: Joining): void {
    if (this.phase === "fresh" || this.closed) return
    const { seq } = joining
    if (joining.position <= this.coveredTo || seq <= this.leftAt(conversation)) return
    if ((this.attachments.get(conversation)?.joined ?? -1) >= seq) return
    this.joins ??= new Map()
    if ((this.joins.get(conversation)?.seq ?? -1) >= seq) return
    this.joins.set(conversation, joining)
    startTurns(this)
  }

  detachAll(): void {
    for (const attachment of this.attachments.values()) attachment.hub.detach(attachment)
    this.attachments.clear()
  }

  /** As before the first `sync`. */
  reset(): void {
    this.detachAll()
    this.phase = "fresh"
    this.joins = undefined
  }

  /**
   * Called with a settled watermark, and one up to which notes have come or been lost. True when there is nothing left that a later
   * cursor must cover.
   */
  offerCursor(settled: number, told: number): boolean {
    if (this.closed) return true
    if (this.phase !== "synced" || this.working || this.behind || this.outbox.flow.stopped) return false
    if (settled > this.coveredTo) {
      this.coveredTo = settled
      if (!this.owesNotes && told > this.toldTo) this.toldTo = told
      this.push(frames.cursorFrame(this.ids, this.context.now(), this.cursorAt(settled)))
      this.#departures.covered(settled)
    }
    return this.handedTo <= this.coveredTo
  }

  cursorAt(position: number): string {
    const told = Math.min(this.toldTo, position)
    return this.context.cursors.seal(this.user, { epoch: this.context.epoch, position, told })
  }

  // Answers

  /** Names a request in problems and in the metadata of the events that it causes. */
  requestId(): string {
    return `req_${this.ids.next().slice(4)}`
  }

  /** A frame came that will be answered by `ack` or `refuse`. */
  await(): void {
    if (++this.unanswered === IN_FLIGHT) this.#wire.pause()
  }

  answered(): void {
    if (this.unanswered-- === IN_FLIGHT && !this.outbox.flow.stopped) this.#wire.resume()
  }

  ack(to: frames.AnswerTo, payload: frames.AckPayload): void {
    this.push(frames.ackFrame(this.ids, this.context.now(), to, payload))
  }

  refuse(to: frames.AnswerTo, problem: Problem): void {
    this.push(frames.errorFrame(this.ids, this.context.now(), to, problem))
  }

  /** Counts a malformed frame; closes when there are too many. */
  malformed(): void {
    if (this.conduct.malformed(this.context.now())) this.close(4501, "malformed frames")
  }

  /** Counts a frame refused for its rate; closes who goes on regardless. */
  overRate(): void {
    if (this.conduct.overRate(this.context.now())) this.close(4013, "rate limited")
  }

  // Time

  get due(): number {
    return Math.min(this.#heartbeat.due, this.#accessExpiresAt)
  }

  beat(now: number): void {
    if (now >= this.#accessExpiresAt) return this.close(4003, "access expired")
    if (now < this.#heartbeat.due) return
    // While it is not read, its pongs wait with everything else.
    const unread = this.unanswered >= IN_FLIGHT ? 1 : 0
    const beat = this.#heartbeat.beat(now, this.outbox.waiting() + unread)
    if (beat === "timeout") this.close(4009, "no pong")
    else if (beat === "ping") this.#wire.ping()
  }

  pong(): void {
    this.#heartbeat.pong()
  }

  fellBehind(): void {
    this.context.congested.add(this)
    this.judge(this.context.now())
  }

  /** Judges how it keeps up. True when nothing waits or is owed any more. */
  judge(now: number): boolean {
    if (this.closed) return true
    const waiting = this.outbox.waiting()
    const verdict = this.outbox.flow.judge(waiting, now)
    if (verdict === "close") this.close(4008, "too slow")
    else if (verdict === "stop") {
      this.behind = true
      for (const attachment of this.attachments.values()) attachment.live = false
      this.#wire.pause()
      this.context.counters.slowStopped++
    } else if (verdict === "resume") {
      if (this.unanswered < IN_FLIGHT) this.#wire.resume()
      startTurns(this)
    }
    this.outbox.wake()
    if (mayTell(this)) startTurns(this)
    return waiting === 0 && !this.owesNotes
  }

  // The end

  close(code: number, reason: string): void {
    if (this.closed) return
    this.context.counters.closed.set(code, (this.context.counters.closed.get(code) ?? 0) + 1)
    this.gone(code === 4009 ? "silent" : "closed")
    // A paused socket would never see the other side's close.
    this.#wire.resume()
    this.#wire.close(code, reason)
  }

  /** The socket is closed, or about to be. */
  gone(how: Ending): void {
    if (this.closed) return
    this.closed = true
    this.detachAll()
    this.joins = undefined
    this.syncs = undefined
    this.context.congested.delete(this)
    this.context.touched.delete(this)
    this.outbox.close()
    this.context.gone(this, how)
  }
}
