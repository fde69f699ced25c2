import { decodeEvent, encodeEvent } from "@parley/domain/conversation/codec"
import { decide } from "@parley/domain/conversation/decide"
import { evolve } from "@parley/domain/conversation/evolve"
import { decodeSnapshot, encodeSnapshot } from "@parley/domain/conversation/snapshot"
import { type ConversationState, initial } from "@parley/domain/conversation/state"
import { seqOfMessage } from "@parley/domain/ids"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { fold } from "./given.ts"
import { type Step, history } from "./histories.ts"
import { lasting, plain } from "./plain.ts"

const runs = { numRuns: 400 }

it("events survive storage", () => {
  const trail = { actor: "ann", correlation: "req" }
  fc.assert(
    fc.property(history, ({ events }) => {
      for (const event of events) expect(decodeEvent(encodeEvent(event, trail))).toEqual(event)
    }),
    runs,
  )
})

it("snapshot plus tail equals replay, wherever the cut is", () => {
  fc.assert(
    fc.property(history, fc.nat(), ({ events, state }, n) => {
      const cut = n % (events.length + 1)
      const woken = decodeSnapshot(encodeSnapshot(fold(events.slice(0, cut))))
      expect(woken).toBeDefined()
      expect(lasting(fold(events.slice(cut), woken))).toEqual(lasting(state))
    }),
    runs,
  )
})

/**
 * The answer of a repeat: the same, told apart by `created` or `duplicate`; of a change of members: nobody moved, at the same seq; of a
 * reaction taken back: the message's own seq. Some commands cannot be repeated by design: who has removed himself is a stranger now, who
 * has set his own role is no owner, and a creation without a key makes its conversation under an id of its own, which a repeat never meets.
 */
const repeated = ({ command, decision, after }: Step): unknown => {
  if (decision._tag === "Rejected") return decision
  const { answer } = decision
  switch (answer._tag) {
    case "Created":
      if (command._tag === "CreateGroup" && command.request === undefined) return "idempotency_mismatch"
      return { _tag: "Accepted", events: [], answer: { _tag: "Created", created: false } }
    case "Sent":
      return { _tag: "Accepted", events: [], answer: { ...answer, duplicate: true } }
    case "Done":
      if (command._tag === "SetRole") {
        if (command.user_id === command.actor && decision.events.length > 0) return "forbidden"
        return { ...decision, events: [], answer: { ...answer, seq: after.revision } }
      }
      return command._tag === "RemoveReaction"
        ? { _tag: "Accepted", events: [], answer: { _tag: "Done", seq: seqOfMessage(command.message_id) } }
        : { ...decision, events: [] }
    case "MembersChanged":
      if (answer.removed.includes(command.actor)) return "not_found"
      return {
        _tag: "Accepted",
        events: [],
        answer: { ...answer, added: [], removed: [], seq: after.revision },
      }
  }
}

it("deciding twice is harmless: no event, and the answer of what stands", () => {
  fc.assert(
    fc.property(history, ({ steps }) => {
      for (const step of steps) {
        const again = decide(step.after, step.command)
        const expected = repeated(step)
        if (typeof expected === "string") expect(again).toMatchObject({ rejection: { code: expected } })
        else expect(again).toEqual(expected)
      }
    }),
    runs,
  )
})

it("evolve never changes its argument", () => {
  fc.assert(
    fc.property(history, ({ events }) => {
      const states: Array<ConversationState> = [initial]
      for (const event of events) states.push(evolve(states.at(-1)!, event))
      const seen = states.map((state) => JSON.stringify(plain(state)))
      // A second future from every state: none of them may show in the others.
      for (const state of states) for (const event of events) evolve(state, event)
      expect(states.map((state) => JSON.stringify(plain(state)))).toEqual(seen)
    }),
    { numRuns: 100 },
  )
})

it("any event in any state is one revision, and time does not run backwards", () => {
  fc.assert(
    fc.property(history, history, ({ state }, { events }) => {
      let at = state
      for (const event of events) {
        const next = evolve(at, event)
        expect(next.revision).toBe(at.revision + 1)
        if (at._tag === "Live" && next._tag === "Live") {
          expect(next.lastTs).toBeGreaterThanOrEqual(at.lastTs)
          expect(next.memberCount).toBe([...next.members].length)
        }
        at = next
      }
    }),
    runs,
  )
})

it("an event that cannot follow a creation changes nothing before it but the count", () => {
  fc.assert(
    fc.property(history, ({ events }) => {
      for (const event of events)
        if (event._tag !== "ConversationCreated")
          expect(evolve(initial, event)).toEqual({ _tag: "Absent", revision: 0 })
    }),
    runs,
  )
})

it("counts agree with a recount: members, ordinals, each sender's ordinals, time stamps", () => {
  fc.assert(
    fc.property(history, ({ events, state }) => {
      const members = new Set<string>()
      const spoken = new Map<string, number>()
      let ordinal = 0
      let ts = 0
      for (const event of events) {
        if (event._tag === "ConversationCreated" || event._tag === "MemberAdded")
          for (const { user_id } of event.members) members.add(user_id)
        if (event._tag === "MemberRemoved") for (const user of event.user_ids) members.delete(user)
        if ("member_count" in event) expect(event.member_count).toBe(members.size)
        if (event._tag === "MessageSent") {
          const own = (spoken.get(event.sender) ?? 0) + 1
          spoken.set(event.sender, own)
          expect([event.ordinal, event.sender_ordinal]).toEqual([++ordinal, own])
        }
        expect(event.ts).toBeGreaterThanOrEqual(ts)
        ts = event.ts
      }
      if (state._tag === "Live") {
        expect(state.memberCount).toBe(members.size)
        expect(new Set([...state.members].map(([user]) => user))).toEqual(members)
        expect([...state.senders].sort()).toEqual([...spoken].sort())
        expect([state.ordinal, state.revision]).toEqual([ordinal, events.length - 1])
      }
    }),
    runs,
  )
})

it("a group with members has an owner", () => {
  fc.assert(
    fc.property(history, ({ steps }) => {
      for (const { after } of steps) {
        if (after._tag === "Absent" || after.kind === "direct" || after.memberCount === 0) continue
        expect([...after.members].some(([, { role }]) => role === "owner")).toBe(true)
      }
    }),
    runs,
  )
})

it("the generated histories reach every kind of event and every rejection of the domain that they can", () => {
  const seen = new Set<string>()
  for (const { steps, events } of fc.sample(history, { numRuns: 500, seed: 1 })) {
    for (const event of events) seen.add(event._tag)
    for (const { decision } of steps) if (decision._tag === "Rejected") seen.add(decision.rejection.code)
  }
  expect([...seen].sort()).toEqual(
    [
      "ConversationCreated",
      "MemberAdded",
      "MemberRemoved",
      "MemberRoleChanged",
      "MessageSent",
      "MessageEdited",
      "MessageDeleted",
      "ReactionAdded",
      "ReactionRemoved",
      "ConversationUpdated",
      "ConversationArchived",
      "DirectRestricted",
      "DirectRestrictionLifted",
      "conflict",
      "forbidden",
      "gone",
      "idempotency_mismatch",
      "not_found",
      "payload_too_large",
      "unprocessable",
    ].sort(),
  )
})
