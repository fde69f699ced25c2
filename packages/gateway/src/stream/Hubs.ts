/**
 * The hubs of this gateway, by conversation.
 *
 * Always true: a hub subscribes to the broker before it asks the store for the head, so no event falls between; it stays while
 * anybody is attached or about to attach, and a while longer, because people reconnect.
 */
import type { Announcement, Broker, Unsubscribe } from "@parley/runtime/Broker"
import type { Unavailable } from "@parley/runtime/errors"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { Hub, type HubContext } from "./Hub.ts"

/** Sweeps (about a second apart) that an idle hub survives. */
const IDLE_SWEEPS = 30

interface Opening {
  readonly hub: Hub
  /** Absent once it is open. */
  opened: Deferred.Deferred<void, Unavailable> | undefined
  unsubscribe: Unsubscribe | undefined
}

export class Hubs {
  readonly #hubs = new Map<string, Opening>()
  readonly #broker: Broker["Service"]
  readonly #context: HubContext

  constructor(broker: Broker["Service"], context: HubContext) {
    this.#broker = broker
    this.#context = context
  }

  /** The hub, open or about to be. */
  get(conversation: string): Hub | undefined {
    return this.#hubs.get(conversation)?.hub
  }

  /** The hub, opened if need be, and kept until `release`. */
  hold(conversation: string): Effect.Effect<Hub, Unavailable> {
    return Effect.suspend(() => this.#hold(conversation))
  }

  /** The hub, kept until `release`, if it is open: without waiting. */
  holdNow(conversation: string): Hub | undefined {
    const entry = this.#hubs.get(conversation)
    if (entry === undefined || entry.opened !== undefined) return undefined
    entry.hub.holds++
    return entry.hub
  }

  #hold(conversation: string): Effect.Effect<Hub, Unavailable> {
    const entry = this.#hubs.get(conversation)
    if (entry !== undefined) {
      entry.hub.holds++
      if (entry.opened === undefined) return Effect.succeed(entry.hub)
      return Deferred.await(entry.opened).pipe(
        Effect.as(entry.hub),
        Effect.onError(() => this.#letGo(entry.hub)),
      )
    }
    const hub = new Hub(conversation, this.#context)
    hub.holds++
    const opening: Opening = { hub, opened: Deferred.makeUnsafe(), unsubscribe: undefined }
    this.#hubs.set(conversation, opening)
    this.#context.counters.hubs = this.#hubs.size
    return this.#open(opening)
  }

  release(hub: Hub): void {
    hub.holds--
  }

  /** Forgets hubs that nobody has used for long. Call it about once a second. */
  sweep(): void {
    for (const [conversation, { hub, opened, unsubscribe }] of this.#hubs) {
      if (hub.attachments.length > 0 || hub.holds > 0 || opened !== undefined) hub.idleSweeps = 0
      else if (++hub.idleSweeps > IDLE_SWEEPS) {
        this.#hubs.delete(conversation)
        hub.closed = true
        unsubscribe?.()
        this.#context.rings.drop(hub.ring)
      }
    }
    this.#context.counters.hubs = this.#hubs.size
    this.#context.counters.ringBytes = this.#context.rings.bytes
  }

  close(): void {
    for (const { hub, unsubscribe } of this.#hubs.values()) {
      unsubscribe?.()
      this.#context.rings.drop(hub.ring)
    }
    this.#hubs.clear()
  }

  #letGo(hub: Hub): Effect.Effect<void> {
    return Effect.sync(() => this.release(hub))
  }

  /** In a fiber of its own: whoever asked first may go away, the others still want it. */
  #open(opening: Opening): Effect.Effect<Hub, Unavailable> {
    const { hub } = opening
    const opened = opening.opened!
    const steps = this.#broker.subscribeConversation(hub.conversation, receiverOf(hub)).pipe(
      Effect.tap((unsubscribe) => Effect.sync(() => (opening.unsubscribe = unsubscribe))),
      Effect.andThen(this.#context.log.head(hub.conversation)),
      Effect.matchCauseEffect({
        onSuccess: (head) =>
          Effect.suspend(() => {
            opening.opened = undefined
            hub.ring.startSeq = head?.revision ?? -1
            hub.ring.startPosition = head?.position ?? -1
            hub.open(hub.ring.startSeq, hub.ring.startPosition)
            return Deferred.succeed(opened, undefined)
          }),
        onFailure: (cause) =>
          Effect.suspend(() => {
            this.#hubs.delete(hub.conversation)
            hub.closed = true
            opening.unsubscribe?.()
            return Deferred.failCause(opened, cause)
          }),
      }),
      Effect.asVoid,
    )
    this.#context.fork(steps)
    return Deferred.await(opened).pipe(
      Effect.as(hub),
      Effect.onError(() => this.#letGo(hub)),
    )
  }
}

/** Apart from where the hub is opened: a closure keeps everything alive that stands around it. */
const receiverOf =
  (hub: Hub) =>
  (announcement: Announcement): void =>
    hub.take(announcement)
