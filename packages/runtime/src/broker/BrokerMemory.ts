/**
 * The broker of one process: calls the receivers in the publisher's turn.
 *
 * Always true: every receiver sees announcements in the order published, even those published by a receiver meanwhile; after its
 * `Unsubscribe` returned it sees none. A receiver that throws harms nobody: its first failure is logged.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Announcement, Broker, type Unsubscribe } from "../Broker.ts"

interface Subscription {
  readonly receive: (announcement: Announcement) => void
  active: boolean
  failed: boolean
}

/** Lists are replaced, never changed, so that one being delivered to stays as it was when the delivery began. */
type Subscriptions = Map<string, ReadonlyArray<Subscription>>

const subscribe = (
  subscriptions: Subscriptions,
  topic: string,
  receive: (announcement: Announcement) => void,
): Unsubscribe => {
  const subscription: Subscription = { receive, active: true, failed: false }
  subscriptions.set(topic, [...(subscriptions.get(topic) ?? []), subscription])
  return () => {
    if (!subscription.active) return
    subscription.active = false
    const rest = (subscriptions.get(topic) ?? []).filter((one) => one !== subscription)
    if (rest.length === 0) subscriptions.delete(topic)
    else subscriptions.set(topic, rest)
  }
}

class Deliveries {
  readonly conversations: Subscriptions = new Map()
  readonly users: Subscriptions = new Map()
  readonly #onFailure: (cause: unknown) => void
  readonly #waiting: Array<Announcement> = []
  #delivering = false

  constructor(onFailure: (cause: unknown) => void) {
    this.#onFailure = onFailure
  }

  readonly publish = (announcement: Announcement): void => {
    if (this.#delivering) {
      this.#waiting.push(announcement)
      return
    }
    this.#delivering = true
    for (let next: Announcement | undefined = announcement; next !== undefined; next = this.#waiting.shift())
      this.#deliver(next)
    this.#delivering = false
  }

  #deliver(announcement: Announcement): void {
    this.#deliverTo(this.conversations.get(announcement.conversation), announcement)
    for (const user of announcement.added ?? []) this.#deliverTo(this.users.get(user), announcement)
    for (const user of announcement.removed ?? []) this.#deliverTo(this.users.get(user), announcement)
  }

  #deliverTo(subscriptions: ReadonlyArray<Subscription> | undefined, announcement: Announcement): void {
    if (subscriptions === undefined) return
    for (const subscription of subscriptions) {
      if (!subscription.active) continue
      try {
        subscription.receive(announcement)
      } catch (cause) {
        if (!subscription.failed) this.#onFailure(cause)
        subscription.failed = true
      }
    }
  }
}

export const layer: Layer.Layer<Broker> = Layer.effect(
  Broker,
  Effect.gen(function* () {
    const context = yield* Effect.context()
    const deliveries = new Deliveries((cause) => {
      Effect.runForkWith(context)(Effect.logError("A receiver of announcements failed", cause))
    })
    return {
      publish: deliveries.publish,
      subscribeConversation: (conversation, receive) =>
        Effect.sync(() => subscribe(deliveries.conversations, conversation, receive)),
      subscribeUser: (user, receive) => Effect.sync(() => subscribe(deliveries.users, user, receive)),
    }
  }),
)
