/** How fast the log is read, and read models follow it: in one thread, from a log that is at rest. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { decodeEvent } from "@parley/domain/conversation/codec"
import { Follower } from "@parley/projections/Follower"
import { type ModelName, modelNamed } from "@parley/projections/modelNamed"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { type LogReader, openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import * as Effect from "effect/Effect"
import { writeLog } from "../harness/syntheticLog.ts"
import { once } from "../table/Row.ts"

/** Events a second. */
export interface Following {
  /** The rows stepped over in one query and thrown away. */
  readonly bare: number
  readonly scan: number
  readonly history: number
  readonly membership: number
}

const conversations = 6
const page = 500

/** Of `work`, which returns how many events it went through. */
const rateOf = (work: () => number): number => {
  const start = performance.now()
  const count = work()
  return (count * 1_000) / (performance.now() - start)
}

const stepOver = (file: string): number => {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare("SELECT * FROM events ORDER BY position")
  rows.setReturnArrays(true)
  let count = 0
  for (const _ of rows.iterate()) count += 1
  database.close()
  return count
}

const readAndDecode = (reader: LogReader): number => {
  let [from, count] = [0, 0]
  for (;;) {
    const events = reader.readAll({ from, limit: page, prefixes: ["conversation-"] })
    for (const event of events) decodeEvent(event)
    count += events.length
    if (events.length < page) return count
    from = events.at(-1)!.position + 1
  }
}

const applyAll = (model: ModelName, reader: LogReader, file: string, events: number): number => {
  const follower = new Follower(modelNamed[model], reader, file)
  const rate = rateOf(() => {
    while (follower.step().more);
    return events
  })
  follower.close()
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true })
  return rate
}

export const following = once(async ({ rounds, quick }): Promise<ReadonlyArray<Following>> => {
  const each = quick ? 1_000 : 10_000
  const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
  const log = join(directory, "events.db")
  const measure = Effect.gen(function* () {
    yield* writeLog({ conversations, each, bodyBytes: 128 })
    const reader = openLogReader(log)
    const results = Array.from({ length: rounds }, (_, round) => {
      const apply = (model: ModelName): number =>
        applyAll(model, reader, join(directory, `${model}-${round}.db`), each * conversations)
      return {
        bare: rateOf(() => stepOver(log)),
        scan: rateOf(() => readAndDecode(reader)),
        history: apply("history"),
        membership: apply("membership"),
      }
    })
    reader.close()
    return results
  })
  try {
    return await measure.pipe(Effect.provide(eventStore({ file: log })), Effect.scoped, Effect.runPromise)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
