import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { DatabaseSync } from "node:sqlite"
import { Follower } from "@parley/projections/Follower"
import { type ModelName, modelNamed } from "@parley/projections/modelNamed"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append, conversation, Facts } from "../src/contracts/projection/given.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const script = new URL("./projectionFollower.ts", import.meta.url).pathname

/** Follows in a process of its own, which is killed once it has begun the batch after `batches`. The positions that it reported. */
const killedAfter = async (batches: number, args: ReadonlyArray<string>): Promise<ReadonlyArray<number>> => {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] })
  const ended = once(child, "exit")
  // The last line may find it dead.
  child.stdin.on("error", () => undefined)
  const positions: Array<number> = []
  for await (const line of createInterface(child.stdout)) {
    if (line === "applying") {
      if (positions.length === batches + 1) child.kill("SIGKILL")
    } else {
      positions.push(Number(line))
      child.stdin.write("\n")
    }
  }
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null]
  expect(signal).toBe("SIGKILL")
  return positions
}

/** Some of everything, in ten conversations: 9,000 messages, and people who come and go. */
const fill = Effect.forEach(Array.from({ length: 10 }), (_, n) => {
  const facts = new Facts()
  const events = [facts.created("all", "ann", `founder-${n}`)]
  for (let round = 0; round < 45; round++) {
    events.push(facts.added(`guest-${round}`))
    for (let m = 0; m < 20; m++) events.push(facts.said(m % 3 === 0 ? "ann" : `guest-${round}`))
    if (round % 2 === 0) events.push(facts.removed(`guest-${round}`))
  }
  return append(conversation(n), -1, ...events)
})

const rowsOf = (model: ModelName, file: string): unknown => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return [...modelNamed[model].tableNames, "checkpoint"].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    )
  } finally {
    database.close()
  }
}

const follow = (model: ModelName, log: string, file: string): number => {
  const reader = openLogReader(log)
  const follower = new Follower(modelNamed[model], reader, file)
  while (follower.step().more);
  follower.close()
  reader.close()
  return follower.position
}

it.each(["history", "membership"] as const)(
  "killed by SIGKILL in the middle of applying, again and again, the %s model ends as one built at once",
  (model) =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const [log, killed, fresh] = ["events.db", "killed.db", "fresh.db"].map(
        (name) => `${directory}/${name}`,
      )
      yield* Effect.gen(function* () {
        yield* fill
        let last = -1
        for (const batches of [1, 2, 3, 1, 4]) {
          const positions = yield* Effect.promise(() => killedAfter(batches, [model, log!, killed!]))
          // What was reported stands.
          expect(positions[0]).toBeGreaterThanOrEqual(last)
          last = positions.at(-1)!
        }
        const position = follow(model, log!, fresh!)
        expect(position).toBeGreaterThan(last)
        expect(follow(model, log!, killed!)).toBe(position)
        expect(rowsOf(model, killed!)).toEqual(rowsOf(model, fresh!))
      }).pipe(Effect.provide(eventStore({ file: log! })))
    }).pipe(Effect.scoped, Effect.runPromise),
)
