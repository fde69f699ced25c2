/**
 * Conversations as the rest of the server sees them: ask one to do something, get its answer once the facts are durable.
 * Behind it stands one entity per conversation on one shard of the cluster.
 *
 * Always true: no answer leaves before every event that it depends on is durable. Requests of one caller to one conversation,
 * made in order without waiting, are decided in that order.
 * Not for: reading. Reads never ask an entity.
 */
import * as Context from "effect/Context"
import type { CallNumber } from "./conversation/callOrder.ts"
import type * as Effect from "effect/Effect"
import type { ConversationAnswer } from "@parley/domain/conversation/commands"
import type { MemberEntry } from "@parley/domain/conversation/events"
import type { History, Role } from "@parley/domain/conversation/vocabulary"
import type { Rejection } from "@parley/domain/Rejection"
import type { MessageBody } from "@parley/domain/wire/MessageBody"
import type { Unavailable } from "./errors.ts"
import type { Accepted } from "./telemetry/Accepted.ts"

/**
 * Who asks, and the trail that the event's metadata keeps. `correlation` names the request; `traceparent` is W3C's. `accepted` is for
 * `/metrics` and not kept.
 */
export interface Origin {
  readonly actor: string
  readonly correlation: string
  readonly traceparent?: string
  readonly accepted?: Accepted
  /** Its place among the calls of its process, given by what carries it over the cluster. */
  readonly call?: CallNumber
}

export type ConversationRequest =
  | { readonly _tag: "CreateDirect"; readonly origin: Origin; readonly partner: string }
  | {
      readonly _tag: "CreateGroup"
      readonly origin: Origin
      readonly name: string
      readonly topic?: string
      readonly metadata?: Readonly<Record<string, unknown>>
      readonly history: History
      readonly memberIds: ReadonlyArray<string>
      /** True when the id was derived from an idempotency key: a second creation is compared with the first. */
      readonly idempotent: boolean
    }
  | {
      readonly _tag: "SendMessage"
      readonly origin: Origin
      readonly clientMsgId: string
      readonly body: MessageBody
    }
  | {
      readonly _tag: "ChangeMembers"
      readonly origin: Origin
      readonly add: ReadonlyArray<MemberEntry>
      readonly remove: ReadonlyArray<string>
    }
  /** The text is not empty. */
  | {
      readonly _tag: "EditMessage"
      readonly origin: Origin
      readonly messageId: string
      readonly text: string
    }
  | { readonly _tag: "DeleteMessage"; readonly origin: Origin; readonly messageId: string }
  | {
      readonly _tag: "AddReaction" | "RemoveReaction"
      readonly origin: Origin
      readonly messageId: string
      readonly emoji: string
    }
  /** What is left out stays as it is, `null` takes away. Metadata is replaced as a whole. */
  | {
      readonly _tag: "UpdateConversation"
      readonly origin: Origin
      readonly name?: string
      readonly topic?: string | null
      readonly metadata?: Readonly<Record<string, unknown>> | null
    }
  | { readonly _tag: "ArchiveConversation"; readonly origin: Origin }
  | { readonly _tag: "SetRole"; readonly origin: Origin; readonly user: string; readonly role: Role }
  /** The actor has blocked (unblocked) his partner in this direct conversation. Rejected with `not_found` where there is none. */
  | { readonly _tag: "Restrict" | "Lift"; readonly origin: Origin }

export type ConversationReply =
  | { readonly _tag: "Answered"; readonly answer: ConversationAnswer }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection }

export class Conversations extends Context.Service<
  Conversations,
  {
    /** `Unavailable`: nothing is known of the outcome; the same request again is safe where it carries an idempotency key. */
    readonly ask: (
      conversation: string,
      request: ConversationRequest,
    ) => Effect.Effect<ConversationReply, Unavailable>
    /**
     * As `ask`, without a fiber, where the conversation is awake in this process; for the hot path. False: nothing has been asked, and
     * `ask` must be. `answered` is called once.
     */
    readonly tell?: (
      conversation: string,
      request: ConversationRequest,
      answered: (reply: ConversationReply | Unavailable) => void,
    ) => boolean
  }
>()("@parley/runtime/Conversations") {}
