import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { DatabaseSync } from "node:sqlite"
import { Follower } from "@parley/projections/Follower"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import type { RebuildProgress } from "@parley/projections/Rebuilds"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append, conversation, Facts } from "../src/contracts/projection/given.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const script = new URL("./rebuildingServer.ts", import.meta.url).pathname

/** 30,000 events in ten conversations: messages, replies, edits, reactions, deletions, and people who come and go. */
const fill = Effect.forEach(Array.from({ length: 10 }), (_, n) => {
  const facts = new Facts()
  const events = [facts.created("all", "ann", "bob")]
  for (let round = 0; round < 300; round++) {
    const root = facts.said("bob")
    events.push(root, facts.added(`guest-${round}`), facts.reacted(root, "ann", "👍", 1), facts.edited(root))
    for (let m = 0; m < 4; m++) events.push(facts.said("ann", root.message_id))
    if (round % 2 === 0) events.push(facts.removed(`guest-${round}`), facts.deleted(root))
    else events.push(facts.said("bob"), facts.said("ann"))
  }
  return append(conversation(n), -1, ...events)
})

type Line = Pick<RebuildProgress, "applied"> & { readonly state: RebuildProgress["state"] | "none" }

/** Runs the server until `enough`, then stops it: with SIGKILL, or as it likes to be stopped. What it said. */
const run = async (
  directory: string,
  command: string | undefined,
  enough: (line: Line) => boolean,
  signal?: "SIGKILL",
): Promise<ReadonlyArray<Line>> => {
  const args = command === undefined ? [directory] : [directory, command]
  const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] })
  const ended = once(child, "exit")
  child.stdin.on("error", () => undefined)
  const lines: Array<Line> = []
  for await (const text of createInterface(child.stdout)) {
    // Between them stands what the process logs.
    if (!text.startsWith("{")) continue
    const line = JSON.parse(text) as Line
    lines.push(line)
    if (!enough(line)) continue
    if (signal === undefined) child.stdin.write("\n")
    else child.kill(signal)
  }
  expect(await ended).toEqual(signal === undefined ? [0, null] : [null, signal])
  return lines
}

const rowsOf = (file: string): unknown => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return [...historyModel.tableNames, "checkpoint"].map((table) =>
      database
        .prepare(`SELECT * FROM ${table}`)
        .all()
        .map((row) => JSON.stringify(row))
        .sort(),
    )
  } finally {
    database.close()
  }
}

/** The rows of the model in `file`, brought to the log's end; built at once when there is no such file. */
const caughtUp = (log: string, file: string): unknown => {
  const reader = openLogReader(log)
  const follower = new Follower(historyModel, reader, file)
  while (follower.step().more);
  follower.close()
  reader.close()
  return rowsOf(file)
}

it("a rebuild that is killed goes on where it was when the process starts again, while people write, and equals the log row for row", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const file = (name: string): string => `${directory}/${name}`
    yield* fill.pipe(Effect.provide(eventStore({ file: file("events.db") })), Effect.scoped)
    const killed = yield* Effect.promise(() =>
      run(directory, "start", ({ applied }) => applied > 2_000, "SIGKILL"),
    )
    expect(killed.at(-1)).toMatchObject({ state: "running" })
    expect(existsSync(file("history.db.generation"))).toBe(false)
    const resumed = yield* Effect.promise(() => run(directory, undefined, ({ state }) => state === "done"))
    // It was not begun anew: what it first said was beyond what the other had come to.
    expect(resumed.find(({ applied }) => applied > 0)?.applied).toBeGreaterThanOrEqual(killed.at(-1)!.applied)
    expect(readFileSync(file("history.db.generation"), "utf8")).toBe("1\n")
    expect([existsSync(file("history.db")), existsSync(file("history.1.db"))]).toEqual([false, true])
    // The new model is what answers from here on, and follows.
    const later = yield* Effect.promise(() => run(directory, undefined, ({ state }) => state === "none"))
    expect(later.at(0)).toEqual({ state: "none" })
    yield* Effect.sync(() => {
      const rebuilt = caughtUp(file("events.db"), file("history.1.db"))
      expect(rebuilt).toEqual(caughtUp(file("events.db"), file("fresh.db")))
    }).pipe(Effect.provide(eventStore({ file: file("events.db") })), Effect.scoped)
  }).pipe(Effect.scoped, Effect.runPromise))
