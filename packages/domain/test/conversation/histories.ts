/**
 * Generated histories of a conversation: commands of a handful of people, decided one after another, with what came of each. The state is
 * carried on with what was recalled for the decisions before, as the entity does it.
 */
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import type { ConversationDecision } from "@parley/domain/conversation/decide"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { type ConversationState, initial } from "@parley/domain/conversation/state"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { type MessageId, messageIdAt } from "@parley/domain/ids"
import { defaultLimits } from "@parley/domain/limits"
import * as fc from "fast-check"
import {
  archive,
  change,
  createDirect,
  createGroup,
  edit,
  entropy,
  fold,
  lift,
  react,
  remove,
  restrict,
  sealed,
  send,
  setRole,
  unreact,
  update,
} from "./given.ts"
import { decideRecalling } from "./recalling.ts"

export const user = fc.constantFrom("ann", "bob", "cid", "dan", "eve")
const role = fc.constantFrom<Role>("owner", "admin", "member", "reader")
/** Small, so that histories meet it. */
const limits = { ...defaultLimits, group_members: 4, text_chars: 8 }
const arrival = fc.integer({ min: 0, max: 1_000 })
const optional = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })
/** Without the absent fields: this is how commands arrive. */
const present = <A extends object>(fields: { readonly [K in keyof A]: A[K] | undefined }): Partial<A> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<A>

/** What is asked of a conversation that has come this far: commands about messages name those that are there. */
export type Asked = (events: ReadonlyArray<ConversationEvent>) => ConversationCommand

/** One of the messages so far; now and then one that is none. */
type SomeMessage = (events: ReadonlyArray<ConversationEvent>) => MessageId
const someMessage: fc.Arbitrary<SomeMessage> = fc.nat(99).map((n) => (events) => {
  const sent = events.flatMap((event) => (event._tag === "MessageSent" ? [event.message_id] : []))
  return sent.length === 0 || n === 99 ? messageIdAt(n, entropy(n)) : sent[n % sent.length]!
})

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

const sending: fc.Arbitrary<Asked> = fc
  .record({
    actor: user,
    key: fc.constantFrom("k1", "k2", "k3", "k4"),
    now: arrival,
    entropy: fc.integer({ min: 0, max: 999_999 }).map(entropy),
    mac: fc.constantFrom("mac-1", "mac-2"),
    media: optional(fc.array(fc.constantFrom("med_1", "med_2"), { maxLength: 3 })),
    textless: optional(fc.constant(true as const)),
    reply: fc.option(someMessage, { nil: undefined, freq: 3 }),
    root: fc.option(someMessage, { nil: undefined, freq: 3 }),
    textChars: fc.integer({ min: 0, max: 9 }),
  })
  .map(
    ({ actor, key, textChars, reply, root, ...more }): Asked =>
      (events) =>
        send(actor, key, {
          ...present(more),
          ...(reply === undefined ? {} : { reply_to_message_id: reply(events) }),
          ...(root === undefined ? {} : { thread_root_id: root(events) }),
          limits,
          size: { textChars, textBytes: textChars, metadataBytes: 0 },
        }),
  )

const changing: fc.Arbitrary<Asked> = fc
  .record({
    actor: user,
    add: fc.array(fc.record({ user_id: user, role }), { maxLength: 3 }),
    remove: fc.array(user, { maxLength: 3 }),
    now: arrival,
  })
  .map(
    ({ actor, now, ...what }) =>
      () =>
        change(actor, what, { now, limits }),
  )

const authorOf = (events: ReadonlyArray<ConversationEvent>, message: MessageId): string =>
  events.flatMap((event) =>
    event._tag === "MessageSent" && event.message_id === message ? [event.sender] : [],
  )[0] ?? "ann"

const lastRestrictor = (events: ReadonlyArray<ConversationEvent>): string | undefined =>
  events.flatMap((event) => (event._tag === "DirectRestricted" ? [event.actor] : [])).at(-1)

const emoji = fc.constantFrom("👍", "+1", "/")

const aboutMessages: fc.Arbitrary<Asked> = fc
  .record({
    actor: user,
    author: fc.boolean(),
    message: someMessage,
    kind: fc.constantFrom(
      "edit" as const,
      "edit" as const,
      "delete" as const,
      "react" as const,
      "unreact" as const,
    ),
    emoji,
    mac: fc.constantFrom("mac-1", "mac-2"),
    textChars: fc.integer({ min: 1, max: 9 }),
  })
  .map((asked): Asked => (events) => {
    const { kind, mac, textChars } = asked
    const message = asked.message(events)
    const actor = asked.author ? authorOf(events, message) : asked.actor
    switch (kind) {
      case "edit":
        return edit(actor, message, {
          mac,
          original_mac: mac,
          limits,
          size: { textChars, textBytes: textChars },
        })
      case "delete":
        return remove(actor, message)
      case "react":
        return react(actor, message, asked.emoji)
      case "unreact":
        return unreact(actor, message, asked.emoji)
    }
  })

const setting = fc.option(fc.constantFrom("one", "two"), { nil: undefined })

const settling: fc.Arbitrary<Asked> = fc.oneof(
  fc
    .record({
      actor: user,
      name: setting,
      topic: fc.option(setting, { nil: null }),
      metadataBytes: fc.constantFrom(2, 9_999),
    })
    .map(
      ({ actor, name, topic, metadataBytes }) =>
        () =>
          update(actor, {
            ...(name === undefined ? {} : { name: sealed(actor, name) }),
            ...(topic === undefined ? {} : { topic: topic === null ? null : sealed(actor, topic) }),
            ...(metadataBytes === 2 ? {} : { metadata: sealed(actor, "big"), metadataBytes }),
            macs: present({ name: name, topic: topic ?? undefined }),
          }),
    ),
  fc.record({ actor: user, who: user, role }).map(
    ({ actor, who, role: to }) =>
      () =>
        setRole(actor, who, to),
  ),
  user.map((actor) => () => restrict(actor)),
  user.map(
    (actor): Asked =>
      (events) =>
        lift(lastRestrictor(events) ?? actor),
  ),
)

const commands: fc.Arbitrary<Asked> = fc.oneof(
  { arbitrary: creation.map((command) => () => command), weight: 1 },
  { arbitrary: sending, weight: 5 },
  { arbitrary: aboutMessages, weight: 7 },
  { arbitrary: changing, weight: 3 },
  { arbitrary: settling, weight: 3 },
)

/** At most once in a while: hardly anything follows it. */
const archiving: fc.Arbitrary<Asked> = user.map((actor) => () => archive(actor))

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

export const play = (asked: ReadonlyArray<Asked>): History => {
  const steps: Array<Step> = []
  const events: Array<ConversationEvent> = []
  let state = initial
  for (const ask of asked) {
    const command = ask(events)
    const recalled = decideRecalling(events, state, command)
    const { decision } = recalled
    const news = decision._tag === "Accepted" ? decision.events : []
    const after = fold(news, recalled.state)
    steps.push({ before: recalled.state, command, decision, after })
    events.push(...news)
    state = after
  }
  return { steps, events, state }
}

/** Begins with a creation, most of the time one that succeeds; everything after it may be accepted or not. */
export const history: fc.Arbitrary<History> = fc
  .tuple(
    creation.map((command) => () => command),
    fc.array(commands, { maxLength: 40, size: "max" }),
    fc.array(archiving, { maxLength: 1 }),
    fc.array(commands, { maxLength: 5 }),
  )
  .map(([first, rest, end, after]) => play([first, ...rest, ...end, ...after]))
