import { DatabaseSync } from "node:sqlite"
import { Follower } from "@parley/projections/Follower"
import type { ConversationView } from "@parley/projections/History"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { membershipModel } from "@parley/projections/membershipModel/MembershipModel"
import type { AnyEvent, ModelDefinition, ModelEvent } from "@parley/projections/Model"
import { receiptsModel } from "@parley/projections/receiptsModel/ReceiptsModel"
import * as HashMap from "effect/HashMap"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ArrayLog } from "./ArrayLog.ts"
import {
  catchUp,
  conversations,
  everybody,
  historyAnswers,
  historyOf,
  membershipAnswers,
  membershipOf,
  receiptsAnswers,
} from "./following.ts"
import { logs } from "./histories.ts"

const runs = { numRuns: 60 }

const models: ReadonlyArray<readonly [string, ModelDefinition<AnyEvent>, (follower: Follower) => unknown]> = [
  ["history", historyModel, historyAnswers],
  ["membership", membershipModel, membershipAnswers],
  ["receipts", receiptsModel, receiptsAnswers],
]

const eventsOf = (
  log: ArrayLog,
  { prefix, decode }: ModelDefinition<AnyEvent>,
): ReadonlyArray<ModelEvent<AnyEvent>> =>
  log.events
    .filter(({ stream }) => stream.startsWith(prefix))
    .map((recorded) => ({
      event: decode(recorded),
      subject: recorded.stream.slice(prefix.length),
      recorded,
    }))

describe.each(models)("the %s model", (_, definition, answers) => {
  it("started stale and caught up equals one built fresh, wherever the batches end", () => {
    fc.assert(
      fc.property(logs, fc.array(fc.nat({ max: 10 }), { maxLength: 8 }), ({ log }, sizes) => {
        const growing = new ArrayLog()
        const stale = new Follower(definition, growing, ":memory:")
        for (const size of [...sizes, log.events.length]) {
          const from = growing.events.length
          for (const { stream, ...stored } of log.events.slice(from, from + size)) growing.put(stream, stored)
          catchUp(stale)
        }
        const fresh = catchUp(new Follower(definition, log, ":memory:"))
        expect(stale.position).toBe(fresh.position)
        expect(answers(stale)).toEqual(answers(fresh))
      }),
      runs,
    )
  })

  it("applied twice equals applied once, whatever part of the log is seen again", () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat(), ({ log }, a, b) => {
        const build = (...batches: ReadonlyArray<ReadonlyArray<ModelEvent<AnyEvent>>>): unknown => {
          const database = new DatabaseSync(":memory:")
          database.exec(definition.tables)
          const model = definition.open(database, -1)
          for (const batch of batches) model.apply(batch)
          return definition.tableNames.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
        }
        const events = eventsOf(log, definition)
        const [from, to] = [a % (events.length + 1), b % (events.length + 1)]
        expect(build(events, events.slice(from, to))).toEqual(build(events))
        expect(build(events.slice(0, to), events)).toEqual(build(events.slice(0, to), events.slice(to)))
      }),
      runs,
    )
  })
})

it("the history model agrees with the domain on settings, members, roles, joinings and counts", () => {
  fc.assert(
    fc.property(logs, ({ log, conversations: played }) => {
      const history = historyOf(log)
      for (const [id, { state }] of played) {
        if (state._tag !== "Live") continue
        for (const user of everybody) {
          const member = HashMap.get(state.members, user)
          const view = history.query("view", [id, user]) as ConversationView
          // Who restricted is a set: the model has it in the order of the acts, the domain in that of the ids.
          expect([...view.conversation.restrictedBy].sort()).toEqual(state.restrictedBy)
          expect(view).toMatchObject({
            conversation: {
              id,
              kind: state.kind,
              revision: state.revision,
              memberCount: state.memberCount,
              archived: state.archived,
              ...(state.name === undefined ? {} : { name: state.name }),
              ...(state.topic === undefined ? {} : { topic: state.topic }),
            },
            ...(member._tag === "Some" ? { member: { user, ...member.value } } : {}),
          })
        }
        const roster = history.query("roster", [id, "ann", undefined, 10]) as { members: unknown }
        expect(roster.members).toEqual(
          [...state.members]
            .map(([user, member]) => ({ user, ...member }))
            .sort((x, y) => (x.user < y.user ? -1 : 1)),
        )
      }
    }),
    runs,
  )
})

it("the membership model agrees with the history model on who is where since when", () => {
  fc.assert(
    fc.property(logs, ({ log }) => {
      const [history, membership] = [historyOf(log), membershipOf(log)]
      for (const user of everybody) {
        const views = conversations.map((id) => [id, history.query("view", [id, user])]) as ReadonlyArray<
          [string, { readonly member?: { readonly joinedSeq: number } } | undefined]
        >
        const current = views.flatMap(([conversation, view]) =>
          view?.member === undefined ? [] : [{ conversation, joinedSeq: view.member.joinedSeq }],
        )
        const rows = membership.query("of", [user, Number.MAX_SAFE_INTEGER]) as ReadonlyArray<{
          readonly conversation: string
          readonly joinedSeq: number
        }>
        expect(rows.map(({ conversation, joinedSeq }) => ({ conversation, joinedSeq }))).toEqual(current)
      }
    }),
    runs,
  )
})
