/**
 * One conversation with a member connected to this gateway: its last `seq`, its latest frames, and who is attached.
 *
 *   announcement   seq = last + 1   hand it to every live attachment
 *                  seq ≤ last       known already: drop it
 *                  seq > last + 1   something was lost: read the log up to it, then go on
 *
 * Always true: `last` only rises, by one event at a time, and every live attachment is handed each of them. What arrives while the
 * log is being read is either the next event or only raises `target`: nothing is queued.
 */
import { Unavailable } from "@parley/runtime/errors"
import type { Announcement } from "@parley/runtime/Broker"
import { isSampled, type SpanMaker } from "@parley/runtime/telemetry/Spans"
import * as Effect from "effect/Effect"
import type { Attachment } from "./Attachment.ts"
import type { ConversationLog } from "./ConversationLog.ts"
import { type FramedEvent, framed, removes } from "./FramedEvent.ts"
import type { HistoryRules } from "./HistoryRules.ts"
import { Ring, type Rings } from "./Rings.ts"
import type { StreamCounters } from "./StreamCounters.ts"

export const PAGE = 200
/** Up to so many attachments the list is copied to grow. */
const SMALL = 8
const NOBODY: Array<Attachment> = []

/** What all hubs share. */
export interface HubContext {
  readonly log: ConversationLog
  readonly rings: Rings
  readonly rules: HistoryRules
  readonly counters: StreamCounters
  readonly fork: (effect: Effect.Effect<void>) => void
  /** Absent: nothing is traced. */
  readonly spans?: SpanMaker | undefined
}

export class Hub {
  readonly conversation: string
  readonly ring = new Ring()
  attachments: Array<Attachment> = NOBODY
  /** -1 until `open`. */
  last = -1
  /** At or after the place of `last` in the log. */
  lastPosition = -1
  /** The highest `seq` heard of. */
  target = -1
  /** How many are about to attach. */
  holds = 0
  /** Sweeps that found it idle. */
  idleSweeps = 0
  closed = false
  #open = false
  #filling = false
  readonly #context: HubContext

  constructor(conversation: string, context: HubContext) {
    this.conversation = conversation
    this.#context = context
  }

  /** The head as learned after the broker's subscription stood. */
  open(last: number, position: number): void {
    this.last = last
    this.lastPosition = position
    this.#open = true
    this.noteHead(this.target)
  }

  take(announcement: Announcement): void {
    const { seq } = announcement
    if (this.#open && seq === this.last + 1 && this.#knowsWhoSees(announcement)) this.#announce(announcement)
    else if (seq > this.last) this.noteHead(seq)
    else this.#context.counters.announcementsDropped++
  }

  /** As `deliver`, and measured. */
  #announce(announcement: Announcement): void {
    const { trail } = announcement
    const { counters, spans } = this.#context
    const parent = trail?.traceparent
    const span =
      spans !== undefined && isSampled(parent) ? spans.start({ name: "hub.deliver", parent }) : undefined
    const toOthers = this.deliver(framed(announcement))
    if (trail !== undefined) counters.meters.broadcast(trail, toOthers)
    span?.end({ attributes: { "parley.attached": this.attachments.length } })
  }

  /** From whom an event about an earlier message is hidden. While that is not known it is read from the log, behind the answer. */
  #knowsWhoSees({ about }: Announcement): boolean {
    return about === undefined || this.#context.rules.knows(this.conversation)
  }

  /** There is an event `seq`: if it does not come by itself it is read from the log. Cheap when it is known. */
  noteHead(seq: number): void {
    if (seq > this.target) this.target = seq
    if (!this.#open || this.#filling || this.target <= this.last) return
    this.#filling = true
    this.#context.counters.gapsFilled++
    // Without an answer from the log the hub stays behind until the next announcement or the repair feed names it again.
    this.#context.fork(
      readUpTo(this, this.#context, this.target).pipe(
        Effect.ensuring(Effect.sync(() => (this.#filling = false))),
        Effect.matchEffect({
          onSuccess: () => Effect.sync(() => this.noteHead(this.target)),
          onFailure: (error) => Effect.logWarning("A gap could not be read from the log", error),
        }),
      ),
    )
  }

  /** Returns when `last` is at or after `seq`. */
  reached(seq: number): Effect.Effect<void, Unavailable> {
    return readUpTo(this, this.#context, seq)
  }

  attach(attachment: Attachment): void {
    attachment.index = this.attachments.length
    // Pushing to a short array reserves room for 16 more, which costs more than the hub where two people talk.
    if (attachment.index < SMALL) this.attachments = [...this.attachments, attachment]
    else this.attachments.push(attachment)
  }

  detach(attachment: Attachment): void {
    if (attachment.detached) return
    const { index } = attachment
    attachment.index = -1
    attachment.live = false
    const moved = this.attachments.pop()!
    if (moved === attachment) return
    moved.index = index
    this.attachments[index] = moved
  }

  /** The event after `last`. True when it was handed to somebody who did not send it. */
  deliver(event: FramedEvent): boolean {
    this.last = event.seq
    if (event.position > this.lastPosition) this.lastPosition = event.position
    this.#context.rings.push(this.ring, event)
    // Handing over a removal detaches, which reorders the list: those go last, from a copy.
    if (event.removed === undefined) return this.#broadcast(this.attachments, event)
    const leaving = this.attachments.filter((attachment) => removes(event, attachment.recipient.user))
    const staying = this.attachments.filter((attachment) => !removes(event, attachment.recipient.user))
    const stayed = this.#broadcast(staying, event)
    return this.#broadcast(leaving, event) || stayed
  }

  #broadcast(attachments: ReadonlyArray<Attachment>, event: FramedEvent): boolean {
    const { seq } = event
    let toOthers = false
    for (const attachment of attachments) {
      if (!attachment.live || attachment.sent >= seq) continue
      attachment.recipient.hand(attachment, event)
      toOthers ||= attachment.recipient.user !== event.sender
    }
    return toOthers
  }
}

/** Several may read at once: each event is delivered by whoever is first. */
const readUpTo = Effect.fnUntraced(function* (
  hub: Hub,
  { log, rules }: Pick<HubContext, "log" | "rules">,
  seq: number,
): Effect.fn.Return<void, Unavailable> {
  while (hub.last < seq) {
    const page = yield* log.forward(hub.conversation, hub.last + 1, PAGE)
    if (page.length === 0) return yield* new Unavailable({ reason: "the log ends before an announced event" })
    if (page.some(({ about }) => about !== undefined)) yield* rules.learn(hub.conversation)
    for (const event of page) if (event.seq === hub.last + 1) hub.deliver(event)
  }
})
