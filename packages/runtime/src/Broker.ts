/**
 * The broker port: announces committed events to whoever in the fleet is interested.
 *
 * Always true: it carries only what is durable already, and may lose any of it: a receiver that misses a `seq` reads the log.
 * Not for: anything that must arrive.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Position } from "./EventStore.ts"

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
}

/** Ends a subscription, at once and idempotently. */
export type Unsubscribe = () => void

export class Broker extends Context.Service<
  Broker,
  {
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
      receive: (announcement: Announcement) => void,
    ) => Effect.Effect<Unsubscribe>
  }
>()("@parley/runtime/Broker") {}
