import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { killPushes } from "../src/pushKill/killPushes.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const seed = 20_261_124

it("fifteen kill -9 while pushing: at most one push more for each job leased at a kill, none otherwise, none forgotten", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const report = yield* Effect.promise(() => killPushes({ directory, kills: 15, seed }))
    expect(report.forgotten, `seed ${seed}: ${JSON.stringify(report)}`).toBe(0)
    expect(report.extra, `seed ${seed}: ${JSON.stringify(report)}`).toBeLessThanOrEqual(report.leased)
    // It was really pushing, and killed in the middle of it.
    expect(report.pushes).toBeGreaterThan(100)
    expect(report.leased).toBeGreaterThan(0)
  }).pipe(Effect.scoped, Effect.runPromise))
