/** The log as a whole: its epoch, its commits, its copies. */
import { existsSync, statSync } from "node:fs"
import { decodeMetadata } from "@parley/domain/StoredEvent"
import { EventStore } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { temporaryDirectory } from "../../temporaryDirectory.ts"
import { append, type Capabilities, events, type Promised, readForward } from "./given.ts"

const backupContract = (promise: Promised): void => {
  promise(
    "a backup is made while appends go on, for its owner's eyes only, and never over a file that exists",
    Effect.gen(function* () {
      const store = yield* EventStore
      const directory = yield* temporaryDirectory
      const target = `${directory}/copy`
      yield* append("a", "no_stream", events(500))
      yield* Effect.all(
        [
          store.backup(target),
          Effect.forEach(
            Array.from({ length: 50 }, (_, n) => n),
            (n) => append("a", 499 + n * 10, events(10)),
          ),
        ],
        { concurrency: "unbounded" },
      )
      expect(statSync(target).size).toBeGreaterThan(0)
      expect(statSync(target).mode & 0o777).toBe(0o600)
      expect(yield* readForward("a")).toHaveLength(1_000)
      const before = statSync(target)
      expect(yield* Effect.flip(store.backup(target))).toMatchObject({ _tag: "StoreUnavailable" })
      expect(statSync(target)).toEqual(before)
      expect(yield* Effect.flip(store.backup(`${directory}/no/where`))).toMatchObject({
        _tag: "StoreUnavailable",
      })
      expect(existsSync(`${directory}/no`)).toBe(false)
    }),
  )
}

export const logContract = (promise: Promised, { backup }: Capabilities): void => {
  promise(
    "the log starts with the event that names its epoch",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(1))
      const [first] = yield* store.readAll({ direction: "forward", limit: 1 })
      expect(first).toMatchObject({ stream: "parley-log", revision: 0, type: "LogOpened", id: store.epoch })
      expect(JSON.parse(first!.data)).toEqual({ epoch: store.epoch })
      expect(decodeMetadata(first!)).toMatchObject({ actor: "parley", correlation: store.epoch })
      expect(store.epoch).toMatch(/^[0-9a-f]{32}$/)
    }),
  )
  promise(
    "followers are called with rising positions, at most once a commit, up to the last one",
    Effect.gen(function* () {
      const store = yield* EventStore
      const told: Array<number> = []
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* store.onCommitted((position) => told.push(position))
          yield* Effect.forEach(
            Array.from({ length: 50 }, (_, n) => n),
            (n) => append(`s-${n}`, "no_stream", events(2)),
            { concurrency: "unbounded" },
          )
          const retried = events(1)
          yield* append("r", "no_stream", retried)
          expect(told.at(-1)).toBe(yield* store.headPosition)
          const calls = told.length
          yield* append("r", "no_stream", retried)
          expect(told).toHaveLength(calls)
        }),
      )
      expect(told).toEqual([...new Set(told)].toSorted((one, other) => one - other))
      expect(told.length).toBeLessThanOrEqual(51)
      const calls = told.length
      yield* append("after", "no_stream", events(1))
      expect(told).toHaveLength(calls)
    }),
  )
  if (backup === "given") backupContract(promise)
  else
    promise(
      "a backup is refused: copies are made with the server's own tools",
      Effect.gen(function* () {
        const store = yield* EventStore
        const directory = yield* temporaryDirectory
        expect(yield* Effect.flip(store.backup(`${directory}/copy`))).toMatchObject({
          _tag: "StoreUnavailable",
        })
        expect(existsSync(`${directory}/copy`)).toBe(false)
      }),
    )
}
