/** The file of the embedded store: what is opened, what is refused and how, what a copy is worth. */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { EventStore } from "@parley/runtime/EventStore"
import { type EventStoreOptions, layer } from "@parley/runtime/eventStore/EventStoreSqlite"
import { openNewEpoch } from "@parley/runtime/eventStore/openNewEpoch"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { anEvent, append, events, readForward, readLog } from "../src/contracts/eventStore/given.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const key = { sender: "ann", clientMsgId: "1", seq: 0, messageId: "msg_1", mac: "m", ts: 1 }
const within = <A, E>(
  file: string,
  body: Effect.Effect<A, E, EventStore>,
  options: Partial<EventStoreOptions> = {},
) => Effect.scoped(Effect.provide(body, layer({ file, ...options })))

const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex")

/** A log with two thousand events, closed. */
const aLog = Effect.gen(function* () {
  const file = `${yield* temporaryDirectory}/events.db`
  yield* within(
    file,
    Effect.forEach(
      Array.from({ length: 20 }, (_, n) => `s-${n}`),
      (stream) => append(stream, "no_stream", events(100)),
    ),
  )
  return file
})

/** The refusal's reason; the file must be what it was. */
const refusedAs = Effect.fnUntraced(function* (file: string, options: Partial<EventStoreOptions> = {}) {
  const before = hashOf(file)
  const refused = yield* Effect.flip(within(file, Effect.void, options))
  expect(refused).toMatchObject({ _tag: "StoreRefused", path: file })
  expect(hashOf(file)).toBe(before)
  return refused._tag === "StoreRefused" ? refused.reason : refused._tag
})

describe("embedded event store, its file", () => {
  it.live("a log closed and opened again is the same: events, keys, metadata, deletions, epoch", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryDirectory}/events.db`
      const given = events(2)
      const look = Effect.gen(function* () {
        const store = yield* EventStore
        return {
          epoch: store.epoch,
          log: yield* store.readAll({ direction: "forward", limit: 100 }),
          head: yield* store.headPosition,
          a: yield* store.head("a"),
          keys: yield* store.lookupKeys("a", [key]),
          metadata: yield* store.getMetadata("kept"),
          soft: yield* store.head("soft"),
          deleted: yield* Effect.flip(readForward("gone")),
        }
      })
      const written = yield* within(
        file,
        Effect.gen(function* () {
          const store = yield* EventStore
          yield* append("a", "no_stream", given, [key])
          yield* append("soft", "no_stream", events(2))
          yield* store.softDelete("soft", 1)
          yield* store.setMetadata("kept", { maxCount: 7 })
          yield* append("gone", "no_stream", events(1))
          yield* store.tombstone("gone", 0)
          return yield* look
        }),
      )
      expect(written.keys).toEqual([key])
      expect(yield* within(file, look)).toEqual(written)
      const retried = yield* within(file, append("a", "no_stream", given, [key]))
      expect(retried).toEqual(written.a)
      expect(yield* within(file, append("soft", "no_stream", [anEvent()]))).toMatchObject({ revision: 2 })
      expect(statSync(file).mode & 0o777).toBe(0o600)
    }),
  )
  it.live("a file of something else is refused as foreign", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const text = `${directory}/notes.txt`
      writeFileSync(text, "These are my notes.\n".repeat(1_000))
      expect(yield* refusedAs(text)).toBe("foreign")
      const other = `${directory}/other.db`
      const database = new DatabaseSync(other)
      database.exec("CREATE TABLE mine (a)")
      database.close()
      expect(yield* refusedAs(other)).toBe("foreign")
      expect(readdirSync(directory).toSorted()).toEqual(["notes.txt", "other.db"])
    }),
  )
  it.live("a log of a newer version is refused as such", () =>
    Effect.gen(function* () {
      const file = yield* aLog
      const database = new DatabaseSync(file)
      database.exec("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE")
      database.close()
      expect(yield* refusedAs(file)).toBe("newer_version")
    }),
  )
  it.live("a log of version 1 gets its marks, and keeps what it holds", () =>
    Effect.gen(function* () {
      const file = yield* aLog
      const database = new DatabaseSync(file)
      database.exec("DROP TABLE event_marks; PRAGMA user_version = 1")
      database.close()
      const marks = [{ seq: 0, key: "k", value: "1" }]
      const found = Effect.gen(function* () {
        const store = yield* EventStore
        return yield* store.lookupMarks("s-3", [{ seq: 0, keys: ["k"] }])
      })
      yield* within(
        file,
        Effect.gen(function* () {
          const store = yield* EventStore
          expect(yield* found).toEqual([])
          expect(yield* readForward("s-3")).toHaveLength(100)
          yield* store.append({ stream: "s-3", expected: 99, events: events(1), marks })
        }),
      )
      expect(yield* within(file, found)).toEqual(marks)
    }),
  )
  it.live("a log that is cut off, or bears garbage on any of its pages, is refused as corrupt", () =>
    Effect.gen(function* () {
      const file = yield* aLog
      const pages = statSync(file).size / 4_096
      const copy = `${file}.copy`
      copyFileSync(file, copy)
      truncateSync(copy, statSync(file).size - 4_096)
      expect(yield* refusedAs(copy)).toBe("corrupt")
      for (const page of [1, 2, 3, Math.floor(pages / 2), pages - 1]) {
        copyFileSync(file, copy)
        const handle = openSync(copy, "r+")
        writeSync(handle, Buffer.alloc(4_096, 0xa5), 0, 4_096, page * 4_096)
        closeSync(handle)
        expect(yield* refusedAs(copy)).toBe("corrupt")
      }
    }),
  )
  it.live("a setting that is not durable is refused unless a test insists", () =>
    Effect.gen(function* () {
      const file = yield* aLog
      expect(yield* refusedAs(file, { synchronous: "OFF" })).toBe("not_durable")
      yield* within(file, append("a", "no_stream", events(1)), { synchronous: "OFF", allowNotDurable: true })
    }),
  )
  it.live("a directory that is not there is the caller's trouble, and says so", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryDirectory}/no/where/events.db`
      expect(yield* Effect.flip(within(file, Effect.void))).toMatchObject({ _tag: "StoreUnavailable" })
    }),
  )
  it.live(
    "a backup taken under load opens as a log, holds all acknowledged before it began, and nothing by halves",
    () =>
      Effect.gen(function* () {
        const file = yield* aLog
        const copy = `${file}.backup`
        const before = yield* within(
          file,
          Effect.gen(function* () {
            const store = yield* EventStore
            const appends = Effect.forEach(
              Array.from({ length: 300 }, (_, n) => n),
              (n) => append("during", n === 0 ? "no_stream" : n * 3 - 1, events(3)),
            )
            const log = yield* readLog()
            yield* Effect.all([store.backup(copy), appends], { concurrency: "unbounded" })
            return { log, epoch: store.epoch }
          }),
        )
        const epoch = yield* openNewEpoch(copy)
        expect(epoch).not.toBe(before.epoch)
        const restored = yield* within(
          copy,
          Effect.gen(function* () {
            const store = yield* EventStore
            expect(store.epoch).toBe(epoch)
            return yield* store.readAll({ direction: "forward", limit: 100_000 })
          }),
        )
        const own = restored.filter((event) => event.stream !== "parley-log")
        expect(own.slice(0, before.log.length)).toEqual(before.log)
        expect(restored.at(-1)).toMatchObject({ stream: "parley-log", revision: 1, id: epoch })
        expect(own.filter((event) => event.stream === "during").length % 3).toBe(0)
      }),
  )
  it.live(
    "beside a writer that never rests, the write-ahead log begins anew long before the writer's own checkpoint",
    () =>
      Effect.gen(function* () {
        const file = `${yield* temporaryDirectory}/events.db`
        yield* within(
          file,
          Effect.gen(function* () {
            const data = JSON.stringify("x".repeat(100_000))
            let most = 0
            for (let n = 0; n < 1_300; n++) {
              yield* append("a", n === 0 ? "no_stream" : n - 1, [{ ...anEvent(), data }])
              if (n % 50 === 0) most = Math.max(most, statSync(`${file}-wal`).size)
            }
            // 130 MB were written; the writer's own checkpoint would have come at 128 MiB.
            expect(most).toBeLessThan(100_000_000)
          }),
        )
      }),
  )
  it.live(
    "on a full disk appends are refused, nothing is damaged, and they go on when there is space again",
    () =>
      Effect.gen(function* () {
        const file = yield* aLog
        const limit = (bytes: string): void => {
          const { status, stderr } = spawnSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`])
          expect([status, String(stderr)]).toEqual([0, ""])
        }
        yield* within(
          file,
          Effect.gen(function* () {
            const first = yield* append("a", "no_stream", events(1))
            let last = first.revision
            limit(String(statSync(file).size + 65_536))
            const outcomes: Array<string> = []
            for (let n = 0; n < 40; n++) {
              const big = [{ ...anEvent(), data: JSON.stringify("x".repeat(100_000)) }]
              const outcome = yield* Effect.result(append("a", last, big))
              outcomes.push(outcome._tag === "Success" ? "taken" : outcome.failure._tag)
              if (outcome._tag === "Success") last = outcome.success.revision
            }
            limit("unlimited")
            expect(new Set(outcomes)).toEqual(new Set(["taken", "StoreUnavailable"]))
            yield* append("a", last, events(2))
            expect(yield* readForward("a")).toHaveLength(last + 3)
          }),
        )
        const log = yield* within(file, readLog())
        expect(log.filter((event) => event.stream.startsWith("s-"))).toHaveLength(2_000)
      }),
  )
  it.live(
    "a log that has reached its size refuses what does not fit, keeps the rest, and grows once it may",
    () =>
      Effect.gen(function* () {
        const file = `${yield* temporaryDirectory}/events.db`
        const outcomes = yield* within(
          file,
          Effect.forEach(
            Array.from({ length: 40 }, (_, n) => n),
            (n) =>
              Effect.result(append(`s-${n}`, "no_stream", events(100), [{ ...key, clientMsgId: String(n) }])),
          ),
          { maxPages: 60 },
        )
        const taken = outcomes.filter((outcome) => outcome._tag === "Success").length
        expect(taken).toBeGreaterThan(0)
        expect(taken).toBeLessThan(40)
        for (const outcome of outcomes)
          if (outcome._tag === "Failure") expect(outcome.failure._tag).toBe("StoreUnavailable")
        expect(yield* within(file, readLog())).toHaveLength(taken * 100)
        yield* within(file, append("more", "no_stream", events(1_000)))
      }),
  )
})
