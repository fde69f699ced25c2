/** Generated logs: what a handful of people do in a few conversations, decided by the domain, so that only what can happen does. */
import type { ChangeMembers, ConversationCommand } from "@parley/domain/conversation/commands"
import { decide } from "@parley/domain/conversation/decide"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { evolve } from "@parley/domain/conversation/evolve"
import { type ConversationState, initial } from "@parley/domain/conversation/state"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { defaultLimits } from "@parley/domain/limits"
import * as fc from "fast-check"
import { ArrayLog } from "./ArrayLog.ts"

export const people = ["ann", "bob", "cid", "dan", "eve"] as const
const person = fc.constantFrom(...people)
export const conversationId = (n: number): string => `cnv_${String(n).padStart(26, "0")}`
const sealed = (owner: string, text: string) => ({ owner, box: Buffer.from(text).toString("base64") })

type Wish =
  | { readonly _tag: "Say"; readonly who: string; readonly thread: boolean; readonly media: boolean }
  | {
      readonly _tag: "Move"
      readonly who: string
      readonly add: ReadonlyArray<{ readonly user_id: string; readonly role: Role }>
      readonly remove: ReadonlyArray<string>
    }
  /** Removed, or added again, by the founder. */
  | { readonly _tag: "Leave" | "Return"; readonly who: string }

interface Plan {
  readonly founder: string
  readonly others: ReadonlyArray<string>
  readonly history: "all" | "from_join"
  readonly direct: boolean
}

const plan: fc.Arbitrary<Plan> = fc.record({
  founder: person,
  others: fc.uniqueArray(person, { minLength: 1, maxLength: 4 }),
  history: fc.constantFrom("all" as const, "from_join" as const),
  direct: fc.nat({ max: 3 }).map((n) => n === 0),
})

const wish: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constant("Say" as const),
      who: person,
      thread: fc.boolean(),
      media: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constantFrom("Leave" as const, "Return" as const), who: person }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("Move" as const),
      who: person,
      add: fc.array(
        fc.record({ user_id: person, role: fc.constantFrom<Role>("admin", "member", "reader") }),
        {
          maxLength: 2,
        },
      ),
      remove: fc.array(person, { maxLength: 2 }),
    }),
  },
)

const limits = defaultLimits

const creation = (
  id: string,
  now: number,
  { founder, others, history, direct }: Plan,
): ConversationCommand => {
  const partner = others.find((other) => other !== founder)
  if (direct && partner !== undefined)
    return { _tag: "CreateDirect", actor: founder, partner, id, now, limits }
  const name = sealed(founder, "name")
  return { _tag: "CreateGroup", actor: founder, member_ids: others, id, now, limits, history, name }
}

const movementOf = (
  asked: Exclude<Wish, { _tag: "Say" }>,
  founder: string,
): Pick<ChangeMembers, "actor" | "add" | "remove"> => {
  const { who } = asked
  switch (asked._tag) {
    case "Move":
      return { actor: who, add: asked.add, remove: asked.remove }
    case "Leave":
      return { actor: founder, add: [], remove: [who] }
    case "Return":
      return { actor: founder, add: [{ user_id: who, role: "member" }], remove: [] }
  }
}

const commandOf = (asked: Wish, founder: string, n: number, now: number): ConversationCommand =>
  asked._tag !== "Say"
    ? { _tag: "ChangeMembers", now, limits, ...movementOf(asked, founder) }
    : {
        _tag: "SendMessage",
        actor: asked.who,
        client_msg_id: `key-${n}`,
        message_id: messageId(n),
        now,
        limits,
        body: sealed(asked.who, `message ${n}`),
        mac: `mac-${n}`,
        size: { textChars: 1, textBytes: 1, metadataBytes: 0 },
        ...(asked.media ? { media: ["med_1"] } : {}),
        ...(asked.thread ? { thread_root_id: messageId(0), reply_to_message_id: messageId(0) } : {}),
      }

const messageId = (n: number): string => `msg_${String(n).padStart(26, "0")}`

export interface Played {
  readonly log: ArrayLog
  /** By conversation: its events, and the state that the domain makes of them. */
  readonly conversations: ReadonlyMap<
    string,
    { readonly events: ReadonlyArray<ConversationEvent>; readonly state: ConversationState }
  >
}

const play = (plans: ReadonlyArray<Plan>, wishes: ReadonlyArray<readonly [number, Wish]>): Played => {
  const log = new ArrayLog()
  const conversations = new Map<string, { events: Array<ConversationEvent>; state: ConversationState }>()
  const obey = (id: string, command: ConversationCommand): void => {
    const entry = conversations.get(id) ?? { events: [], state: initial as ConversationState }
    conversations.set(id, entry)
    const decision = decide(entry.state, command)
    if (decision._tag === "Rejected") return
    for (const event of decision.events) entry.state = evolve(entry.state, event)
    entry.events.push(...decision.events)
    log.say(id, ...decision.events)
  }
  plans.forEach((one, n) => obey(conversationId(n), creation(conversationId(n), n, one)))
  wishes.forEach(([at, one], n) => {
    const place = at % plans.length
    obey(conversationId(place), commandOf(one, plans[place]!.founder, n, 100 + n))
    // Other streams stand between.
    if (n % 7 === 3) log.put("user-ann", { type: "UserRegistered", data: "{}", metadata: "{}" })
  })
  return { log, conversations }
}

/** One to three conversations. */
export const logs: fc.Arbitrary<Played> = fc
  .tuple(
    fc.array(plan, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat({ max: 2 }), wish), { maxLength: 40 }),
  )
  .map(([plans, wishes]) => play(plans, wishes))
