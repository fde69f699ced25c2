/** What the embedded store keeps when its process or its threads are killed. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { EventStore } from "@parley/runtime/EventStore"
import { EventStoreStats } from "@parley/runtime/eventStore/EventStoreStats"
import { layer } from "@parley/runtime/eventStore/EventStoreSqlite"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { vi } from "vitest"
import { anEvent, append, events, readForward } from "../src/contracts/eventStore/given.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

interface Acknowledged {
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly id: string
}

const appender = fileURLToPath(new URL("./eventStoreAppender.ts", import.meta.url))

/** Everything acknowledged by a process that is killed with -9 once it has acknowledged `count` appends. */
const acknowledgedUntilKilled = (directory: string, count: number): Promise<ReadonlyArray<Acknowledged>> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [appender, directory], { stdio: ["ignore", "pipe", "inherit"] })
    let text = ""
    let lines = 0
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      lines += chunk.toString().split("\n").length - 1
      if (lines >= count) child.kill("SIGKILL")
    })
    child.on("error", fail)
    child.on("close", (_, signal) => {
      if (signal !== "SIGKILL") return fail(new Error("the appender ended by itself"))
      const whole = text.slice(0, text.lastIndexOf("\n")).split("\n")
      done(
        whole.map((line) => {
          const [stream, revision, position, id] = line.split(" ")
          return { stream: stream!, revision: Number(revision), position: Number(position), id: id! }
        }),
      )
    })
  })

describe("embedded event store, killed", () => {
  it.live(
    "every append acknowledged before a kill -9 stands afterwards, in contiguous streams, five times over",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const file = `${directory}/events.db`
        const acknowledged: Array<Acknowledged> = []
        for (let round = 0; round < 5; round++) {
          acknowledged.push(...(yield* Effect.promise(() => acknowledgedUntilKilled(directory, 400))))
          yield* Effect.gen(function* () {
            const store = yield* EventStore
            const log = yield* store.readAll({ direction: "forward", limit: 1_000_000 })
            const byPosition = new Map(log.map((event) => [event.position, event]))
            for (const { position, ...expected } of acknowledged)
              expect(byPosition.get(position)).toMatchObject(expected)
            for (let n = 0; n < 12; n++) {
              const revisions = (yield* readForward(`stream-${n}`)).map((event) => event.revision)
              expect(revisions).toEqual(revisions.map((_, index) => index))
            }
          }).pipe(Effect.provide(layer({ file })), Effect.scoped)
        }
        expect(acknowledged.length).toBeGreaterThanOrEqual(2_000)
      }),
  )
  it.live(
    "when the writer thread dies, who waits is told, later appends are refused, and the figures say so",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const file = `${directory}/events.db`
        const posted = vi.spyOn(Worker.prototype, "postMessage")
        yield* Effect.gen(function* () {
          const store = yield* EventStore
          const stats = yield* EventStoreStats
          yield* append("a", "no_stream", events(1))
          const writer = posted.mock.contexts[0] as Worker
          expect(stats.read()).toMatchObject({ alive: true, appends: 1, events: 1, commits: 1, waiting: 0 })
          const waiting = Effect.all(
            [
              Effect.flip(append("a", 0, [anEvent()])),
              Effect.flip(Stream.runDrain(store.subscribeStream("a", 0))),
              Effect.flip(Stream.runDrain(store.subscribeAll({ after: -1, prefixes: [] }))),
              Effect.promise(() => writer.terminate()),
            ] as const,
            { concurrency: "unbounded" },
          )
          for (const failure of (yield* waiting).slice(0, 3))
            expect(failure).toMatchObject({ _tag: "StoreUnavailable" })
          expect(yield* Effect.flip(append("a", 0, [anEvent()]))).toMatchObject({ _tag: "StoreUnavailable" })
          expect(yield* Effect.flip(store.softDelete("a", 0))).toMatchObject({ _tag: "StoreUnavailable" })
          expect(stats.read()).toMatchObject({ alive: false, waiting: 0 })
        }).pipe(Effect.provide(layer({ file })), Effect.scoped)
        posted.mockRestore()
        const reopened = yield* Effect.provide(readForward("a"), layer({ file }))
        expect(reopened.length).toBeGreaterThanOrEqual(1)
      }),
  )
  it.live("a reader in another connection sees each append once it is acknowledged", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const file = `${directory}/events.db`
      yield* Effect.gen(function* () {
        const { epoch } = yield* EventStore
        const reader = openLogReader(file)
        expect(reader.epoch()).toBe(epoch)
        for (let n = 0; n < 50; n++) {
          const { position } = yield* append("a", n === 0 ? "no_stream" : n - 1, [anEvent(n)])
          expect(reader.headPosition()).toBe(position)
          expect(reader.readAll({ from: position, limit: 10 }).map((event) => event.revision)).toEqual([n])
        }
        expect(reader.readAll({ from: 0, limit: 10, prefixes: ["b"] })).toEqual([])
        expect(reader.readAll({ from: 0, limit: 3, prefixes: ["a"] })).toHaveLength(3)
        reader.close()
      }).pipe(Effect.provide(layer({ file })), Effect.scoped)
    }),
  )
})
