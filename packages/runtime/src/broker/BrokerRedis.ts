/**
 * The broker of many gateways: what one publishes reaches the receivers of all, by Redis's publish and subscribe (sharded in a cluster).
 *
 *   publish ──► this process's receivers, in the publisher's turn
 *          └──► Redis ──► the others' receivers; what comes back here is known by its origin and dropped
 *
 * Arrivals alone are received as they come back: so all gateways see them in Redis's order, their own among the others'.
 *
 * One channel for each conversation (announcements and hints), each user (changes of membership, notes, arrivals), and all revocations; each
 * asked for once, however many receive.
 *
 * Always true: a receiver gets each thing at most once, and those of one gateway in the order in which it published them. Nothing
 * waits for Redis: while it is away, what is published reaches this process alone, and is counted.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Broker, type Unsubscribe } from "../Broker.ts"
import type { Receive } from "../redis/Channels.ts"
import { RedisLink } from "../redis/RedisLink.ts"
import * as codec from "./brokerCodec.ts"
import { Deliveries, everybody, subscribe } from "./Deliveries.ts"

export const layer: Layer.Layer<Broker, never, RedisLink> = Layer.effect(
  Broker,
  Effect.gen(function* () {
    const { channels, prefix, publish: send } = yield* RedisLink
    const context = yield* Effect.context()
    const deliveries = new Deliveries((cause) => {
      Effect.runForkWith(context)(Effect.logError("A receiver of announcements failed", cause))
    })
    const origin = randomBytes(codec.ORIGIN_BYTES)
    const ofConversation = `${prefix}c:`
    const ofUser = `${prefix}u:`
    const ofRevocations = `${prefix}revocations`

    const fromHere = (payload: Buffer): boolean => payload.subarray(0, codec.ORIGIN_BYTES).equals(origin)
    const received =
      <A>(decode: (channel: string, payload: Buffer) => A | undefined, take: (one: A) => void): Receive =>
      (channel, payload) => {
        if (fromHere(payload) && !codec.isArrival(payload)) return true
        const one = decode(channel, payload)
        if (one !== undefined) take(one)
        return one !== undefined
      }
    const toConversation = received(
      (channel, payload) => codec.decodeToConversation(channel.slice(ofConversation.length), payload),
      (told) => {
        if ("hint" in told) deliveries.hint(told.hint)
        else deliveries.announce(told.announcement)
      },
    )
    const toUser = received(
      (channel, payload) => {
        const user = channel.slice(ofUser.length)
        const told = codec.decodeToUser(user, payload)
        return told === undefined ? undefined : { user, ...told }
      },
      (told) => {
        if ("note" in told) deliveries.tell(told.note)
        else if ("arrival" in told) deliveries.arrive(told.arrival)
        else deliveries.change(told.user, told.change)
      },
    )
    const toEverybody = received((_, payload) => codec.decodeRevoked(payload), deliveries.revoke)

    /** Interrupted, it leaves nothing behind. */
    const listening = (
      channel: string,
      receive: Receive,
      here: () => Unsubscribe,
    ): Effect.Effect<Unsubscribe> =>
      Effect.suspend(() => {
        const [local, held] = [here(), channels.hold(channel, receive)]
        const end = (): void => {
          local()
          held.end()
        }
        return Effect.promise(() => held.standing).pipe(
          Effect.as(end),
          Effect.onInterrupt(() => Effect.sync(end)),
        )
      })

    const tellAll = (users: ReadonlyArray<string>, payload: Buffer): void => {
      for (const user of users) send(ofUser + user, payload)
    }

    const broker: Broker["Service"] = {
      shared: true,
      publish: (announcement) => {
        const { added = [], conversation, removed = [] } = announcement
        send(ofConversation + conversation, codec.encodeAnnouncement(origin, announcement))
        if (added.length > 0) tellAll(added, codec.encodeChange(origin, announcement, "added"))
        if (removed.length > 0) tellAll(removed, codec.encodeChange(origin, announcement, "removed"))
        deliveries.publish(announcement)
      },
      subscribeConversation: (conversation, receive) =>
        listening(ofConversation + conversation, toConversation, () =>
          subscribe(deliveries.conversations, conversation, receive),
        ),
      subscribeUser: (user, receive) =>
        listening(ofUser + user, toUser, () => subscribe(deliveries.users, user, receive)),
      tell: (note) => {
        tellAll(note.users, codec.encodeNote(origin, note))
        deliveries.tell(note)
      },
      subscribeNotes: (user, receive) =>
        listening(ofUser + user, toUser, () => subscribe(deliveries.notes, user, receive)),
      hint: (hint) => {
        send(ofConversation + hint.conversation, codec.encodeHint(origin, hint))
        deliveries.hint(hint)
      },
      subscribeHints: (receive) => Effect.sync(() => subscribe(deliveries.hints, everybody, receive)),
      revoke: (revocation) => {
        send(ofRevocations, codec.encodeRevocation(origin, revocation))
        deliveries.revoke(revocation)
      },
      subscribeRevocations: (receive) =>
        listening(ofRevocations, toEverybody, () => subscribe(deliveries.revocations, everybody, receive)),
      arrive: (arrival) => send(ofUser + arrival.user, codec.encodeArrival(origin, arrival)),
      subscribeArrivals: (receive) => Effect.sync(() => subscribe(deliveries.arrivals, everybody, receive)),
      subscribeLosses: (lost) => Effect.sync(() => channels.onLoss(lost)),
    }
    return broker
  }),
)
