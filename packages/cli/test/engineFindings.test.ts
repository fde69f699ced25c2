import type { LogLook } from "@parley/runtime/eventStore/eventStoreDb/lookAtLog"
import { vaultMigrations } from "@parley/runtime/keyVault/VaultRows"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { examineClocks } from "../src/doctor/engines/clocks.ts"
import { examineDatabase, examineRunners } from "../src/doctor/engines/database.ts"
import { examineEventStore, examineFollowers, isBehind } from "../src/doctor/engines/log.ts"
import { blind, look } from "../src/doctor/engines/Look.ts"
import { modelNames, type Place, type PostgresLook } from "../src/doctor/engines/lookAtPostgres.ts"
import { examineKeys } from "../src/doctor/engines/vault.ts"
import { examineRedis } from "../src/doctor/engines/soft.ts"

const seen = <A>(value: A) => ({ _tag: "Seen", seen: value }) as const
const clock = { remote: 0, before: 0, after: 0 }
const unbegun = { address: "esdb://store:2113", owners: new Set<string>() }
const log = { ...unbegun, epoch: "new", last: { position: 100, created: 0 } }
const places = (position: number, epoch = "new") =>
  [...modelNames, "log index"].map((name) => ({ name, epoch, position }))
const followers = (earlier: ReadonlyArray<Place>, now: ReadonlyArray<Place>, of: LogLook = log) =>
  examineFollowers({ log: of, earlier, now, logSince: of })
const statuses = (findings: ReadonlyArray<{ readonly check: string; readonly status: string }>) =>
  findings.map(({ check, status }) => `${check} ${status}`)

const database = (more: Partial<PostgresLook> = {}) =>
  examineDatabase(
    seen({
      version: "17.2",
      synchronousCommit: "on",
      sessions: { most: 97, used: 20 },
      clock,
      steps: vaultMigrations.migrations.map(({ number, name }) => ({
        set: vaultMigrations.name,
        number,
        name,
      })),
      runners: [{ address: "a:1", healthy: true, silentMs: 400 }],
      ...more,
    }),
    true,
  )

it("a log that nobody has begun is well, one that cannot be reached is not", () => {
  expect(examineEventStore(seen(unbegun)).status).toBe("ok")
  expect(examineEventStore(blind("away.", "start it")).status).toBe("fail")
})

it("whoever has come to the log's end is well, who moves towards it may need time, who stands still fails", () => {
  expect(statuses(followers(places(100), places(100), log))).toEqual(["read models ok", "log index ok"])
  expect(isBehind(places(90), log)).toBe(true)
  const moving = followers(places(80), places(90), log)
  expect(statuses(moving)).toEqual(["read models warn", "log index warn"])
  const [standing] = followers(places(90), places(90), log)
  expect(standing).toMatchObject({ status: "fail", detail: expect.stringContaining("history at 90") })
  expect(statuses(followers([], [], unbegun))).toEqual(["read models ok", "log index ok"])
})

it("models beyond the log's end tell that it was put back, unless it has only gone on meanwhile", () => {
  const now = places(150)
  const put = { log, earlier: now, now, logSince: log }
  expect(statuses(examineFollowers(put))).toEqual(["read models fail", "log index ok"])
  expect(examineFollowers(put)[0]?.remedy).toContain("new epoch")
  const logSince = { ...log, last: { position: 150, created: 0 } }
  expect(examineFollowers({ ...put, logSince })[0]?.status).toBe("ok")
})

it("models of another epoch, and such as nobody has built, are told apart", () => {
  const [foreign] = followers(places(200, "old"), places(200, "old"), log)
  expect(foreign).toMatchObject({ status: "warn", detail: expect.stringContaining("epoch old") })
  expect(isBehind(places(0, "old"), log)).toBe(false)
  const [absent, index] = followers([], [places(100).at(-1)!], log)
  expect([absent?.status, index?.status]).toEqual(["warn", "ok"])
  expect(absent?.detail).toContain("history, membership")
})

it("a schema of a newer version fails; steps that are still to be taken do not", () => {
  expect(statuses(database())).toEqual(["postgres ok", "schema ok", "sessions ok", "runners ok"])
  const steps = [{ set: vaultMigrations.name, number: 99, name: "of tomorrow" }]
  expect(database({ steps })[1]).toMatchObject({ status: "fail", detail: expect.stringContaining("step 99") })
})

it("too few sessions for the runners that are alive, a gateway and a projector are a warning", () => {
  const runners = ["a:1", "b:1", "c:1"].map((address) => ({ address, healthy: true, silentMs: 0 }))
  expect(database({ runners })[2]).toMatchObject({
    status: "warn",
    detail: expect.stringContaining("5 processes"),
  })
  expect(database({ sessions: { most: 97, used: 95 } })[2]?.status).toBe("warn")
})

it("runners: none alive, one silent and one out of reach are warnings", () => {
  const [alive, silent] = [
    { address: "a:1", healthy: true, silentMs: 2_000 },
    { address: "b:1", healthy: true, silentMs: 45_000 },
  ]
  expect(examineRunners([alive!]).status).toBe("ok")
  expect(examineRunners([silent!]).detail).toContain("None is alive")
  expect(examineRunners([alive!, silent!])).toMatchObject({
    status: "warn",
    detail: expect.stringContaining("silent: b:1 for 45 s"),
  })
  expect(examineRunners([{ ...alive!, healthy: false }]).detail).toContain("do not reach a:1")
})

it("a vault that lacks the key of somebody who wrote lately fails", () => {
  const owners = new Set(["ann", "bob"])
  expect(statuses(examineKeys(owners, seen([])))).toEqual(["keys ok"])
  expect(examineKeys(owners, seen(["bob"]))).toMatchObject([
    { status: "fail", detail: expect.stringContaining("1 of 2 people who wrote the newest events, as bob") },
  ])
})

it("Redis may be of any policy without a limit of memory; with one only volatile-ttl is harmless", () => {
  const server = { address: "r:6379", version: "7.2", clock }
  expect(examineRedis(seen([server])).status).toBe("ok")
  expect(examineRedis(seen([{ ...server, evicts: "volatile-ttl" }])).status).toBe("ok")
  for (const evicts of ["noeviction", "allkeys-lru"])
    expect(examineRedis(seen([server, { ...server, evicts }])).status).toBe("warn")
})

it("a clock is as wrong as it is beyond what passed while it was asked", () => {
  const at = (remote: number) =>
    examineClocks(new Map([["Postgres", { remote, before: 1_000, after: 1_400 }]]))
  expect(at(1_200)).toMatchObject([{ status: "ok", detail: "Postgres agrees" }])
  expect(at(2_000)).toMatchObject([{ status: "ok", detail: "Postgres is 600 ms ahead" }])
  expect(at(4_400)).toMatchObject([{ status: "warn", detail: "Postgres is 3.0 s ahead." }])
  expect(at(-9_000)).toMatchObject([{ status: "fail", detail: "Postgres is 10.0 s behind." }])
  expect(examineClocks(new Map())).toEqual([])
})

it("a look at what hangs ends in time, even if it cannot be interrupted; one that breaks is a finding", async () => {
  const hangs = look(Effect.uninterruptible(Effect.never), () => blind("", ""), 20)
  expect(await Effect.runPromise(hangs)).toMatchObject({ detail: "No answer within 0.02 s." })
  const breaks = look(Effect.die(new Error("boom")), () => blind("", ""))
  expect(await Effect.runPromise(breaks)).toMatchObject({ detail: "It cannot be examined: boom." })
})
