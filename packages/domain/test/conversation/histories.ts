/** Generated histories of a conversation: commands of a handful of people, decided one after another, with what came of each. */
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import { type ConversationDecision, decide } from "@parley/domain/conversation/decide"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { type ConversationState, initial } from "@parley/domain/conversation/state"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { defaultLimits } from "@parley/domain/limits"
import * as fc from "fast-check"
import { change, createDirect, createGroup, fold, messageId, sealed, send } from "./given.ts"

export const user = fc.constantFrom("ann", "bob", "cid", "dan", "eve")
const role = fc.constantFrom<Role>("owner", "admin", "member", "reader")
/** Small, so that histories meet it. */
const limits = { ...defaultLimits, group_members: 4, text_chars: 8 }
const arrival = fc.integer({ min: 0, max: 1_000 })
const optional = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })
/** Without the absent fields: this is how commands arrive. */
const present = <A extends object>(fields: { readonly [K in keyof A]: A[K] | undefined }): Partial<A> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<A>

const someMessage = fc.integer({ min: 0, max: 999_999 }).map(messageId)

export const creation: fc.Arbitrary<ConversationCommand> = fc.oneof(
  fc.tuple(user, user, arrival).map(([a, b, now]) => createDirect(a, b, { now, limits })),
  fc
    .record({
      actor: user,
      others: fc.array(user, { maxLength: 5 }),
      now: arrival,
      history: fc.constantFrom("all" as const, "from_join" as const),
      request: optional(fc.constantFrom("request-1", "request-2")),
      topic: optional(fc.constant(sealed("ann", "topic"))),
      metadata: optional(fc.constant(sealed("ann", "{}"))),
    })
    .map(({ actor, others, ...more }) => createGroup(actor, others, present({ ...more, limits }))),
)

const sending: fc.Arbitrary<ConversationCommand> = fc
  .record({
    actor: user,
    key: fc.constantFrom("k1", "k2", "k3", "k4"),
    now: arrival,
    message_id: someMessage,
    mac: fc.constantFrom("mac-1", "mac-2"),
    media: optional(fc.array(fc.constantFrom("med_1", "med_2"), { maxLength: 3 })),
    reply_to_message_id: optional(someMessage),
    thread_root_id: optional(someMessage),
    textChars: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ actor, key, textChars, ...more }) =>
    send(actor, key, {
      ...present(more),
      limits,
      size: { textChars, textBytes: textChars, metadataBytes: 0 },
    }),
  )

const changing: fc.Arbitrary<ConversationCommand> = fc
  .record({
    actor: user,
    add: fc.array(fc.record({ user_id: user, role }), { maxLength: 3 }),
    remove: fc.array(user, { maxLength: 3 }),
    now: arrival,
  })
  .map(({ actor, add, remove, now }) => change(actor, { add, remove }, { now, limits }))

export const commands: fc.Arbitrary<ConversationCommand> = fc.oneof(
  { arbitrary: creation, weight: 1 },
  { arbitrary: sending, weight: 5 },
  { arbitrary: changing, weight: 4 },
)

export interface Step {
  readonly before: ConversationState
  readonly command: ConversationCommand
  readonly decision: ConversationDecision
  readonly after: ConversationState
}

export interface History {
  readonly steps: ReadonlyArray<Step>
  readonly events: ReadonlyArray<ConversationEvent>
  readonly state: ConversationState
}

export const play = (asked: ReadonlyArray<ConversationCommand>): History => {
  const steps: Array<Step> = []
  const events: Array<ConversationEvent> = []
  let state = initial
  for (const command of asked) {
    const decision = decide(state, command)
    const news = decision._tag === "Accepted" ? decision.events : []
    const after = fold(news, state)
    steps.push({ before: state, command, decision, after })
    events.push(...news)
    state = after
  }
  return { steps, events, state }
}

/** Begins with a creation, most of the time one that succeeds; everything after it may be accepted or not. */
export const history: fc.Arbitrary<History> = fc
  .tuple(creation, fc.array(commands, { maxLength: 40 }))
  .map(([first, rest]) => play([first, ...rest]))
