/**
 * Pages of 50 out of a conversation's 10,000 messages, as the gateway asks for them: head, question to the model's thread, answer, fold.
 *
 * Not for: opening the 50 bodies and HTTP around it, which `history-page-http` counts.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { Follower } from "@parley/projections/Follower"
import { History } from "@parley/projections/History"
import { layer as models } from "@parley/projections/models"
import { modelNamed } from "@parley/projections/modelNamed"
import { layer as readsLayer } from "@parley/projections/reading"
import { Reads } from "@parley/projections/Reads"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Summary, summarize } from "../harness/summary.ts"
import { conversationAt, writeLog, writer } from "../harness/syntheticLog.ts"
import { once } from "../table/Row.ts"

export interface HistoryPages {
  /** The page of the model itself, in one thread, milliseconds. */
  readonly alone: Summary
  /** Offered 500 a second, milliseconds. */
  readonly offered: Summary
  /** Pages a second with 16 under way. */
  readonly perSecond: number
}

const [conversations, size, limit] = [6, 10_001, 50]
const offeredPerSecond = 500

/** The `n`th page asked for: everywhere in every conversation. */
const pageOf = (n: number) =>
  [
    conversationAt(n % conversations),
    writer,
    { _tag: "Before", before: limit + 1 + ((n * 7_919) % (size - limit - 1)), limit },
  ] as const

const alone = (log: string, file: string, count: number): Summary => {
  const reader = openLogReader(log)
  const follower = new Follower(modelNamed.history, reader, file)
  while (follower.step().more);
  const times = Array.from({ length: count }, (_, n) => {
    const start = performance.now()
    follower.query("page", [...pageOf(n)])
    return performance.now() - start
  })
  follower.close()
  reader.close()
  return summarize(times.slice(count / 10))
}

const ask = Effect.fnUntraced(function* (reads: Reads["Service"], n: number) {
  const page = yield* reads.page(...pageOf(n))
  if (page?.messages.length !== limit) throw new Error("a page is not full")
})

const asked = Effect.fnUntraced(function* (reads: Reads["Service"], n: number) {
  const start = performance.now()
  yield* ask(reads, n)
  return performance.now() - start
})

/** On the beat, whether the last one has come or not. */
const offered = async (reads: Reads["Service"], count: number): Promise<Summary> => {
  const start = performance.now()
  const times: Array<Promise<number>> = []
  while (times.length < count) {
    for (; times.length < ((performance.now() - start) * offeredPerSecond) / 1_000 && times.length < count;)
      times.push(Effect.runPromise(asked(reads, times.length)))
    await pause(1)
  }
  return summarize(await Promise.all(times))
}

const saturated = Effect.fnUntraced(function* (reads: Reads["Service"], count: number) {
  const start = performance.now()
  yield* Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) => ask(reads, n),
    { concurrency: 16, discard: true },
  )
  return (count * 1_000) / (performance.now() - start)
})

export const historyPages = once(async ({ rounds, quick }): Promise<ReadonlyArray<HistoryPages>> => {
  const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
  const path = (name: string): string => join(directory, name)
  const log = path("events.db")
  const [few, many] = quick ? [250, 1_000] : [1_500, 15_000]
  const measure = Effect.gen(function* () {
    yield* writeLog({ conversations, each: size, bodyBytes: 128 })
    const [history, reads, store] = [yield* History, yield* Reads, yield* EventStore]
    const head = yield* store.headPosition
    // From zero: longer than one wait.
    while ((yield* history.position) < head) yield* Effect.ignore(history.caughtUp(head))
    yield* saturated(reads, many / 3)
    const results: Array<HistoryPages> = []
    for (let round = 0; round < rounds; round++)
      results.push({
        alone: alone(log, path(`alone-${round}.db`), few * 2),
        offered: yield* Effect.promise(() => offered(reads, few)),
        perSecond: yield* saturated(reads, many),
      })
    return results
  })
  const parts = readsLayer.pipe(
    Layer.provideMerge(models({ log, fileOf: (model) => path(`${model}.db`) })),
    Layer.provideMerge(eventStore({ file: log })),
  )
  try {
    return await measure.pipe(Effect.provide(parts), Effect.scoped, Effect.runPromise)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
