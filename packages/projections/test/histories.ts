/** Generated logs: what a handful of people do in a few conversations, decided by the domain, so that only what can happen does. */
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import { decide } from "@parley/domain/conversation/decide"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { evolve } from "@parley/domain/conversation/evolve"
import { marksOf } from "@parley/domain/conversation/marks"
import { needs } from "@parley/domain/conversation/needs"
import { type ConversationState, initial, recallMessages } from "@parley/domain/conversation/state"
import { defaultLimits } from "@parley/domain/limits"
import { encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import * as fc from "fast-check"
import { ArrayLog } from "./ArrayLog.ts"
import { commandOf, person, sealed, type Wish, wish } from "./wishes.ts"

export const conversationId = (n: number): string => `cnv_${String(n).padStart(26, "0")}`

interface Plan {
  readonly founder: string
  readonly others: ReadonlyArray<string>
  readonly history: "all" | "from_join"
  readonly direct: boolean
}

const plan: fc.Arbitrary<Plan> = fc.record({
  founder: person,
  others: fc.uniqueArray(person, { minLength: 2, maxLength: 4 }),
  history: fc.constantFrom("all" as const, "from_join" as const),
  direct: fc.nat({ max: 3 }).map((n) => n === 0),
})

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

export interface Played {
  readonly log: ArrayLog
  /** By conversation: its events, and the state that the domain makes of them. */
  readonly conversations: ReadonlyMap<
    string,
    { readonly events: ReadonlyArray<ConversationEvent>; readonly state: ConversationState }
  >
}

interface Entry {
  readonly events: Array<ConversationEvent>
  state: ConversationState
}

/** Decides as the runtime does: what the decision lacks is recalled from the log, and then it is made again. */
const decided = (entry: Entry, command: ConversationCommand) => {
  const first = decide(entry.state, command)
  const { messages } = needs(entry.state, command, first)
  if (messages.length === 0) return first
  const read = messages.map(({ seq, reactions }) => {
    const lines = entry.events.flatMap((event, at) => marksOf(event, at)).filter((mark) => mark.seq === seq)
    const marks = [...new Map(lines.map((line) => [line.key, line])).values()]
    return { seq, event: entry.events[seq]!, marks, reactions }
  })
  entry.state = recallMessages(entry.state, read)
  return decide(entry.state, command)
}

/** Cursors and privacy are the user's own: his entity knows nothing of the conversations. */
const userEventOf = (asked: Wish, conversation: string, head: number, ts: number): UserEvent | undefined => {
  switch (asked._tag) {
    case "Read":
      return { _tag: "ReadUpTo", ts, cursors: { [conversation]: Math.max(0, head - asked.back) } }
    case "Get": {
      const cursors = { [conversation]: Math.max(0, head - asked.back) }
      return { _tag: "Delivered", ts, device_id: asked.device, cursors }
    }
    case "Hide":
    case "Show":
      return { _tag: "PrivacyChanged", ts, share_last_seen: true, send_read_receipts: asked._tag === "Show" }
    default:
      return undefined
  }
}

const play = (plans: ReadonlyArray<Plan>, wishes: ReadonlyArray<readonly [number, Wish]>): Played => {
  const log = new ArrayLog()
  const conversations = new Map<string, Entry>()
  const obey = (id: string, command: ConversationCommand): void => {
    const entry = conversations.get(id) ?? { events: [], state: initial }
    conversations.set(id, entry)
    const decision = decided(entry, command)
    if (decision._tag === "Rejected") return
    for (const event of decision.events) entry.state = evolve(entry.state, event)
    entry.events.push(...decision.events)
    log.say(id, ...decision.events)
  }
  plans.forEach((one, n) => obey(conversationId(n), creation(conversationId(n), n, one)))
  wishes.forEach(([at, one], n) => {
    const place = at % plans.length
    const id = conversationId(place)
    const { events, state } = conversations.get(id)!
    const command = commandOf(one, plans[place]!.founder, events, n)
    if (command !== undefined) return obey(id, command)
    const own = userEventOf(one, id, state.revision, 100 + n)
    if (own !== undefined)
      log.put(`user-${one.who}`, encodeUserEvent(own, { actor: one.who, correlation: "test" }))
  })
  return { log, conversations }
}

/** One to three conversations. */
export const logs: fc.Arbitrary<Played> = fc
  .tuple(
    fc.array(plan, { minLength: 1, maxLength: 3 }),
    // As long as that: edits and reactions need something to be about, and small arrays are what is generated otherwise.
    fc.array(fc.tuple(fc.nat({ max: 2 }), wish), { maxLength: 60, size: "max" }),
  )
  .map(([plans, wishes]) => play(plans, wishes))
