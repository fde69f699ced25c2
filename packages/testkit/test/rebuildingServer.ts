/**
 * A process with a log and its read models, and nothing else: rebuilds the history model when told so, goes on writing one message after
 * another, and says how far the rebuild is.
 */
import { createInterface } from "node:readline"
import { layer as models } from "@parley/projections/models"
import { Rebuilds } from "@parley/projections/Rebuilds"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { append, conversation, Facts, stream } from "../src/contracts/projection/given.ts"

const [directory, command] = process.argv.slice(2) as [string, string | undefined]
const log = `${directory}/events.db`
const told = { toStop: false }
createInterface(process.stdin).on("line", () => {
  told.toStop = true
})

const program = Effect.gen(function* () {
  const [rebuilds, store] = [yield* Rebuilds, yield* EventStore]
  if (command === "start") yield* rebuilds.start("history")
  // A conversation of its own for each process.
  const id = conversation(1_000 + process.pid)
  const facts = new Facts()
  yield* append(id, -1, facts.created("all", "ann"))
  while (!told.toStop) {
    const head = yield* store.head(stream(id))
    yield* append(id, head!.revision, facts.said("ann"))
    const progress = yield* rebuilds.progress("history")
    process.stdout.write(`${JSON.stringify(progress ?? { state: "none" })}\n`)
    yield* Effect.sleep(20)
  }
})

await program.pipe(
  Effect.provide(
    models({ log, fileOf: (model) => `${directory}/${model}.db` }).pipe(
      Layer.provideMerge(eventStore({ file: log })),
    ),
  ),
  Effect.runPromise,
)
process.exit(0)
