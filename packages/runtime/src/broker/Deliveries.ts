/**
 * Who in this process receives what: calls the receivers in the publisher's turn.
 *
 * Always true: every receiver sees announcements in the order published, even those published by a receiver meanwhile; after its
 * `Unsubscribe` returned it sees none. A receiver that throws harms nobody: its first failure is told to `onFailure`.
 */
import type {
  Announcement,
  Arrival,
  Hint,
  MembershipChange,
  Note,
  Revocation,
  Unsubscribe,
} from "../Broker.ts"

/** Lists are replaced, never changed, so that one being delivered to stays as it was when the delivery began. */
type Subscriptions<A> = Map<string, ReadonlyArray<Subscription<A>>>

/** There are some for each connection: what their ends need stands here, not in what each end closes over. */
class Subscription<A> {
  readonly topic: string
  readonly receive: (told: A) => void
  active = true
  failed = false

  constructor(topic: string, receive: (told: A) => void) {
    this.topic = topic
    this.receive = receive
  }

  end(subscriptions: Subscriptions<A>): void {
    if (!this.active) return
    this.active = false
    const rest = (subscriptions.get(this.topic) ?? []).filter((one) => one !== this)
    if (rest.length === 0) subscriptions.delete(this.topic)
    else subscriptions.set(this.topic, rest)
  }
}

export const subscribe = <A>(
  subscriptions: Subscriptions<A>,
  topic: string,
  receive: (told: A) => void,
): Unsubscribe => {
  const subscription = new Subscription(topic, receive)
  subscriptions.set(topic, [...(subscriptions.get(topic) ?? []), subscription])
  return () => subscription.end(subscriptions)
}

/** All revocations are one topic, and all hints, and all arrivals. */
export const everybody = "*"

export class Deliveries {
  readonly conversations: Subscriptions<Announcement> = new Map()
  readonly users: Subscriptions<MembershipChange> = new Map()
  readonly notes: Subscriptions<Note> = new Map()
  readonly revocations: Subscriptions<Revocation> = new Map()
  readonly hints: Subscriptions<Hint> = new Map()
  readonly arrivals: Subscriptions<Arrival> = new Map()
  readonly #onFailure: (cause: unknown) => void
  readonly #waiting: Array<() => void> = []
  #delivering = false

  constructor(onFailure: (cause: unknown) => void) {
    this.#onFailure = onFailure
  }

  /** To everybody here whom it concerns. */
  readonly publish = (announcement: Announcement): void =>
    this.#inTurn(() => {
      this.#deliver(this.conversations.get(announcement.conversation), announcement)
      for (const user of announcement.added ?? []) this.#deliver(this.users.get(user), announcement)
      for (const user of announcement.removed ?? []) this.#deliver(this.users.get(user), announcement)
    })

  /** To the conversation's receivers alone. */
  readonly announce = (announcement: Announcement): void =>
    this.#inTurn(() => this.#deliver(this.conversations.get(announcement.conversation), announcement))

  readonly change = (user: string, change: MembershipChange): void =>
    this.#inTurn(() => this.#deliver(this.users.get(user), change))

  readonly tell = (note: Note): void =>
    this.#inTurn(() => {
      for (const user of note.users) this.#deliver(this.notes.get(user), note)
    })

  readonly revoke = (revocation: Revocation): void =>
    this.#inTurn(() => this.#deliver(this.revocations.get(everybody), revocation))

  readonly arrive = (arrival: Arrival): void =>
    this.#inTurn(() => {
      if (this.users.has(arrival.user)) this.#deliver(this.arrivals.get(everybody), arrival)
    })

  readonly hint = (hint: Hint): void =>
    this.#inTurn(() => {
      if (this.conversations.has(hint.conversation)) this.#deliver(this.hints.get(everybody), hint)
    })

  #inTurn(deliver: () => void): void {
    if (this.#delivering) {
      this.#waiting.push(deliver)
      return
    }
    this.#delivering = true
    for (let next: (() => void) | undefined = deliver; next !== undefined; next = this.#waiting.shift())
      next()
    this.#delivering = false
  }

  #deliver<A>(subscriptions: ReadonlyArray<Subscription<A>> | undefined, told: A): void {
    if (subscriptions === undefined) return
    for (const subscription of subscriptions) {
      if (!subscription.active) continue
      try {
        subscription.receive(told)
      } catch (cause) {
        if (!subscription.failed) this.#onFailure(cause)
        subscription.failed = true
      }
    }
  }
}
