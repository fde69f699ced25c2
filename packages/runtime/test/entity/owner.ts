/** Owners of one conversation, as two nodes would be, over one store: what the entity tests need to start from. */
import type { ConversationAnswer, Sent } from "@parley/domain/conversation/commands"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { defaultLimits } from "@parley/domain/limits"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Broker } from "../../src/Broker.ts"
import { layer as brokerMemory } from "../../src/broker/BrokerMemory.ts"
import type { ConversationRequest } from "../../src/Conversations.ts"
import { conversationAggregate } from "../../src/conversation/conversationAggregate.ts"
import { conversationStream } from "../../src/conversation/protocol.ts"
import type { Outcome } from "../../src/entity/decideBatch.ts"
import { makeLoop } from "../../src/entity/makeLoop.ts"
import { EventStore } from "../../src/EventStore.ts"
import { layer as eventStoreMemory } from "../../src/eventStore/EventStoreMemory.ts"
import { KeyVault } from "../../src/KeyVault.ts"
import { layer as keyVaultMemory } from "../../src/keyVault/KeyVaultMemory.ts"
import { layer as snapshotStoreMemory } from "../../src/snapshot/SnapshotStoreMemory.ts"

export const conversation = "cnv_01jdffffffffffffffffffffff"
export const stream = conversationStream(conversation)

export const parts = Layer.mergeAll(eventStoreMemory, keyVaultMemory, brokerMemory, snapshotStoreMemory)

const aggregate = Effect.fnUntraced(function* (now: () => number) {
  return conversationAggregate({
    id: conversation,
    vault: yield* KeyVault,
    broker: yield* Broker,
    limits: defaultLimits,
    now,
  })
})

/** An owner with a fiber set of its own, in the test's scope, whose clock shows what `now` says. */
export const ownerAt = (now: () => number) => Effect.flatMap(aggregate(now), (it) => makeLoop(stream, it))

export const owner = ownerAt(() => 1_000)

/** An owner whose store answers as `change` makes it. */
export const ownerOver = (change: (store: EventStore["Service"]) => Partial<EventStore["Service"]>) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    return yield* owner.pipe(Effect.provideService(EventStore, { ...store, ...change(store) }))
  })

const late = <A, E, R>(answer: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.andThen(Effect.yieldNow, answer)

/** A store whose answers take a turn: who asks at once is decided in one batch, and owners get in each other's way. */
export const unhurried = (store: EventStore["Service"]): Partial<EventStore["Service"]> => ({
  head: (name) => late(store.head(name)),
  append: (append) => late(store.append(append)),
  readStream: (name, read) => late(store.readStream(name, read)),
  lookupMarks: (name, wanted) => late(store.lookupMarks(name, wanted)),
})

const origin = (actor: string) => ({ actor, correlation: "req_1" })

export const createDirect = (actor: string, partner: string): ConversationRequest => ({
  _tag: "CreateDirect",
  origin: origin(actor),
  partner,
})

export const send = (
  actor: string,
  clientMsgId: string,
  text: string,
): Extract<ConversationRequest, { readonly _tag: "SendMessage" }> => ({
  _tag: "SendMessage",
  origin: origin(actor),
  clientMsgId,
  body: { text },
})

export const createGroup = (actor: string, ...memberIds: ReadonlyArray<string>): ConversationRequest => ({
  _tag: "CreateGroup",
  origin: origin(actor),
  name: "a group",
  history: "all",
  memberIds,
  idempotent: true,
})

export const edit = (actor: string, messageId: string, text: string): ConversationRequest => ({
  _tag: "EditMessage",
  origin: origin(actor),
  messageId,
  text,
})

export const about = (
  _tag: "AddReaction" | "RemoveReaction",
  actor: string,
  messageId: string,
  emoji = "👍",
): ConversationRequest => ({ _tag, origin: origin(actor), messageId, emoji })

export const remove = (actor: string, messageId: string): ConversationRequest => ({
  _tag: "DeleteMessage",
  origin: origin(actor),
  messageId,
})

export const setRole = (actor: string, user: string, role: Role): ConversationRequest => ({
  _tag: "SetRole",
  origin: origin(actor),
  user,
  role,
})

export const archive = (actor: string): ConversationRequest => ({
  _tag: "ArchiveConversation",
  origin: origin(actor),
})

export const update = (
  actor: string,
  more: Partial<Extract<ConversationRequest, { readonly _tag: "UpdateConversation" }>>,
): ConversationRequest => ({ _tag: "UpdateConversation", origin: origin(actor), ...more })

export const change = (
  actor: string,
  what: { readonly add?: ReadonlyArray<string>; readonly remove?: ReadonlyArray<string> },
): ConversationRequest => ({
  _tag: "ChangeMembers",
  origin: origin(actor),
  add: (what.add ?? []).map((user_id) => ({ user_id, role: "member" })),
  remove: what.remove ?? [],
})

/** `seq` of what was done, `code` of what was declined. */
export const briefly = (reply: Outcome<ConversationAnswer>): number | string => {
  if (reply._tag === "Rejected") return reply.rejection.code
  return reply.answer._tag === "Created" ? String(reply.answer.created) : reply.answer.seq
}

/** The ack of a send that was accepted. */
export const ackOf = (reply: Outcome<ConversationAnswer>): Sent => {
  if (reply._tag !== "Answered" || reply.answer._tag !== "Sent") throw new Error(JSON.stringify(reply))
  return reply.answer
}

export const readAll = Effect.gen(function* () {
  const store = yield* EventStore
  return yield* store.readStream(stream, { direction: "forward", limit: 10_000 })
})
