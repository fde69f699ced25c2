import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const shards = 32

class Runner {
  held = 0
  readonly #process: ChildProcess

  constructor(url: string, schema: string, port: number) {
    this.#process = spawn(
      process.execPath,
      [
        fileURLToPath(new URL("./clusterRunner.ts", import.meta.url)),
        url,
        schema,
        String(port),
        String(shards),
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    )
    createInterface(this.#process.stdout!).on("line", (line) => {
      this.held = Number(line)
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    this.#process.kill("SIGKILL")
    await once(this.#process, "exit")
  }
}

/** Two runners on one schema, ended with the test. */
const twoRunners = Effect.gen(function* () {
  const { url, schema } = postgres.options()
  const runner = (port: number) =>
    Effect.acquireRelease(
      Effect.sync(() => new Runner(Redacted.value(url), schema!, port)),
      (started) => Effect.promise(() => started.kill()),
    )
  return { schema: schema!, one: yield* runner(1), other: yield* runner(2) }
})

/** Bounded: 30 s. */
const until = (isSo: () => boolean) =>
  Effect.suspend(() => (isSo() ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 600 }),
  )

/** How many locks each session holds, as the server sees it. */
const locks = (): ReadonlyArray<number> =>
  postgres
    .server()
    .psql(
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 GROUP BY pid ORDER BY pid",
    )
    .split("\n")
    .map(Number)

const areDivided = ({ one, other }: { readonly one: Runner; readonly other: Runner }) =>
  until(() => one.held + other.held === shards && one.held > 0 && other.held > 0)

const timed = <E>(wait: Effect.Effect<void, E>): Effect.Effect<number, E> =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(wait, () => performance.now() - began)
  })

describe.runIf(postgres.present)("a cluster on Postgres", () => {
  it.live(
    "divides the shards between two runners, and one has them all while the other hangs, and after it was killed",
    () =>
      Effect.gen(function* () {
        const both = yield* twoRunners
        yield* areDivided(both)
        expect(locks()).toHaveLength(2)
        both.one.signal("SIGSTOP")
        const hung = yield* timed(until(() => both.other.held === shards))
        expect(locks()).toEqual([shards])
        both.one.signal("SIGCONT")
        yield* areDivided(both)
        yield* Effect.promise(() => both.one.kill())
        const killed = yield* timed(until(() => both.other.held === shards))
        expect(locks()).toEqual([shards])
        expect([hung, killed].every((ms) => ms < 20_000)).toBe(true)
      }).pipe(Effect.scoped),
  )
})
