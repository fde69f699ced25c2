import { DatabaseSync } from "node:sqlite"
import { decodeUserEvent, encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import { evolve } from "@parley/domain/user/evolve"
import { initial, type UserState } from "@parley/domain/user/state"
import { directoryModel } from "@parley/projections/directoryModel/DirectoryModel"
import { Follower } from "@parley/projections/Follower"
import type { ModelEvent } from "@parley/projections/Model"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { ArrayLog } from "./ArrayLog.ts"
import { catchUp } from "./following.ts"

const runs = { numRuns: 100 }
const people = ["ann", "bob", "cid"]

/** Facts as they may follow each other; a person's first one registers him. */
const name = fc
  .constantFrom("Ann", "Bob")
  .map((text) => ({ name: { owner: "x", box: text }, name_mac: text }))
const fact: fc.Arbitrary<UserEvent> = fc.oneof(
  name.map((more): UserEvent => ({ _tag: "UserRenamed", ts: 1, user_id: "x", ...more })),
  name.map((more): UserEvent => ({ _tag: "ProfileChanged", ts: 1, ...more })),
  fc
    .constantFrom("med_1", "med_2", null)
    .map((avatar_media_id): UserEvent => ({ _tag: "ProfileChanged", ts: 1, avatar_media_id })),
  fc.constant<UserEvent>({ _tag: "DeviceRevoked", ts: 1, device_id: "phone" }),
  fc.constant<UserEvent>({ _tag: "ReadUpTo", ts: 1, cursors: {} }),
)
const logs = fc.array(fc.tuple(fc.constantFrom(...people), fact), { maxLength: 40 }).map((facts) => {
  const log = new ArrayLog()
  const states = new Map<string, UserState>()
  const put = (user: string, event: UserEvent): void => {
    log.put(`user-${user}`, encodeUserEvent(event, { actor: user, correlation: "test" }))
    states.set(user, evolve(states.get(user) ?? initial, event))
  }
  for (const [user, event] of facts) {
    if (!states.has(user)) put(user, { _tag: "UserRegistered", ts: 1, user_id: user })
    put(user, event)
  }
  return { log, states }
})

const answers = (follower: Follower): unknown => [
  follower.query("people", ["", 10]),
  follower.query("people", ["ann", 1]),
  follower.query("among", [["cid", "nobody", "ann"]]),
]

it("shows of everybody ever seen what his own state says, by user id", () => {
  fc.assert(
    fc.property(logs, ({ log, states }) => {
      const follower = catchUp(new Follower(directoryModel, log, ":memory:"))
      const expected = [...states]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([user, state]) => ({
          user,
          ...(state._tag === "Known" && state.name !== undefined ? { name: state.name } : {}),
          ...(state._tag === "Known" && state.avatar !== undefined ? { avatarMediaId: state.avatar } : {}),
        }))
      expect(follower.query("people", ["", 10])).toEqual(expected)
    }),
    runs,
  )
})

it("started stale and caught up equals one built fresh, wherever the batches end", () => {
  fc.assert(
    fc.property(logs, fc.nat(), ({ log }, n) => {
      const growing = log.upTo(n % (log.events.length + 1))
      const stale = catchUp(new Follower(directoryModel, growing, ":memory:"))
      for (const { stream, ...stored } of log.events.slice(growing.events.length)) growing.put(stream, stored)
      expect(answers(catchUp(stale))).toEqual(answers(catchUp(new Follower(directoryModel, log, ":memory:"))))
    }),
    runs,
  )
})

it("applied twice equals applied once, and tells of each revocation with its place in the log", () => {
  fc.assert(
    fc.property(logs, fc.nat(), fc.nat(), ({ log }, a, b) => {
      const events = log.events
        .filter(({ type }) => directoryModel.types!.has(type))
        .map((recorded): ModelEvent<UserEvent> => ({
          event: decodeUserEvent(recorded),
          subject: recorded.stream.slice("user-".length),
          recorded,
        }))
      const build = (...batches: ReadonlyArray<typeof events>) => {
        const database = new DatabaseSync(":memory:")
        database.exec(directoryModel.tables)
        const model = directoryModel.open(database, -1)
        const told = batches.map((batch) => model.apply(batch).revoked ?? [])
        return { rows: database.prepare("SELECT * FROM people").all(), told }
      }
      const once = build(events)
      const [from, to] = [a % (events.length + 1), b % (events.length + 1)]
      expect(build(events, events.slice(from, to)).rows).toEqual(once.rows)
      expect(once.told[0]).toEqual(
        events
          .filter(({ event }) => event._tag === "DeviceRevoked")
          .map(({ recorded, subject }) => ({ user: subject, device: "phone", position: recorded.position })),
      )
    }),
    runs,
  )
})
