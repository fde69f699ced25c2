/**
 * The broker port: announces committed events to whoever in the fleet is interested.
 *
 * Always true: it carries only what is durable already, and may lose any of it: a receiver that misses a `seq` reads the log.
 * Not for: anything that must arrive.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Position } from "./EventStore.ts"
import type { Accepted } from "./telemetry/Accepted.ts"

/**
 * What led to an announcement: when the request came in, when its entity heard that the event is durable (milliseconds since 1970,
 * finer than one), and, where that is traced, W3C's trace context.
 */
export interface AnnouncementTrail {
  readonly accepted?: Accepted | undefined
  readonly committedAt: number
  readonly traceparent?: string
}

/** One committed event of a conversation, encoded once for everybody. */
export interface Announcement {
  readonly conversation: string
  readonly seq: number
  readonly position: Position
  /** The frame's JSON text in UTF-8, as every member but `sender` gets it. */
  readonly frame: Buffer
  /** For a message: its sender and the frame with his `client_msg_id`, for his own connections. */
  readonly sender?: string
  readonly senderFrame?: Buffer
  /** Present when the event adds or removes members: whom. `created` events list the first members under `added`. */
  readonly added?: ReadonlyArray<string>
  readonly removed?: ReadonlyArray<string>
  /** For an event about an earlier message (edit, deletion, reaction): that message's `seq`. */
  readonly about?: number
  /** With `about`: what those members get who may not see that message. */
  readonly hiddenFrame?: Buffer
  /** With `about`: the event changes what the message says, so a replay of the message shows something else. */
  readonly rewrites?: boolean
  /** For telemetry alone, and absent where an event was read from the log. */
  readonly trail?: AnnouncementTrail
}

/** What a user is told of his being added or removed: `added` and `removed` may leave out everybody but him. */
export type MembershipChange = Pick<Announcement, "conversation" | "seq" | "position" | "added" | "removed">

/** A frame that is no event, for the connections of some people: a receipt, a marker. Never stored. */
export interface Note {
  readonly conversation: string
  /** Each once. Who is handed one may find nobody but himself here. */
  readonly users: ReadonlyArray<string>
  /** Their device of this name need not be told: it knows. */
  readonly exceptDevice?: string
  /** JSON text in UTF-8. */
  readonly frame: Buffer
}

/** Something that passes, for whoever has the conversation open: somebody is typing. Never stored, first to be given up. */
export interface Hint {
  readonly conversation: string
  /** Whom it is about: his own connections need not be told. */
  readonly user: string
  /** JSON text in UTF-8. */
  readonly frame: Buffer
}

/** A device of a user was revoked by an event at or before this place in the log: its connections from before are to end. */
export interface Revocation {
  readonly user: string
  readonly device: string
  readonly position: Position
}

/** A connection of a person's device has been opened, at whatever gateway: it replaces an earlier one of that device. */
export interface Arrival {
  readonly user: string
  readonly device: string
  readonly session: string
}

/** Ends a subscription, at once and idempotently. */
export type Unsubscribe = () => void

export class Broker extends Context.Service<
  Broker,
  {
    /** Whether there may be other gateways, which hear what is told here. False: this process is all there is. */
    readonly shared: boolean
    /** Never fails and never waits: an announcement may be lost. */
    readonly publish: (announcement: Announcement) => void
    /** Announcements of one conversation, in the order published. Returns when the subscription stands, with its end. */
    readonly subscribeConversation: (
      conversation: string,
      receive: (announcement: Announcement) => void,
    ) => Effect.Effect<Unsubscribe>
    /** Announcements that add or remove this user, whatever the conversation. Returns when the subscription stands, with its end. */
    readonly subscribeUser: (
      user: string,
      receive: (change: MembershipChange) => void,
    ) => Effect.Effect<Unsubscribe>
    /** Never fails and never waits: a note may be lost. */
    readonly tell: (note: Note) => void
    /** Notes for this user, each once, in the order told. Returns when the subscription stands, with its end. */
    readonly subscribeNotes: (user: string, receive: (note: Note) => void) => Effect.Effect<Unsubscribe>
    /** Never fails and never waits: a hint may be lost. */
    readonly hint: (hint: Hint) => void
    /** Every hint about a conversation that has a subscriber in this process. Returns when the subscription stands, with its end. */
    readonly subscribeHints: (receive: (hint: Hint) => void) => Effect.Effect<Unsubscribe>
    /** Never fails and never waits: it may be lost, and is found again by the directory's follower. */
    readonly revoke: (revocation: Revocation) => void
    /** Every revocation, whoever's. Returns when the subscription stands, with its end. */
    readonly subscribeRevocations: (receive: (revocation: Revocation) => void) => Effect.Effect<Unsubscribe>
    /** Never fails and never waits: an arrival may be lost. To be called by whoever holds a standing `subscribeUser` for him. */
    readonly arrive: (arrival: Arrival) => void
    /**
     * Every arrival of a user who has a subscriber in this process, those of this process too, and in the same order in all processes.
     * Returns when the subscription stands, with its end.
     */
    readonly subscribeArrivals: (receive: (arrival: Arrival) => void) => Effect.Effect<Unsubscribe>
    /**
     * Calls back after a time in which anything may have been lost on its way here, once every subscription stands again: what the
     * log and the models say from then on is followed by what is published from then on.
     */
    readonly subscribeLosses: (lost: () => void) => Effect.Effect<Unsubscribe>
  }
>()("@parley/runtime/Broker") {}
