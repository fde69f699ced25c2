/** `parley new-epoch`. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { json } from "./flags.ts"

export const newEpoch = Command.make(
  "new-epoch",
  {
    after: Argument.String("epoch").pipe(
      Argument.withDescription(
        "The log's epoch now, as parley doctor names it: asked twice, it is begun once",
      ),
    ),
    json,
  },
  Effect.fnUntraced(function* (options) {
    const { newEpoch: begin } = yield* Effect.promise(() => import("../epoch/newEpoch.ts"))
    yield* begin(options)
  }),
).pipe(
  Command.withDescription(
    `Begins a new epoch of a log that was put back to an older state by the event store's own tools.

Without it, clients, read models and the log index would go on from places of a history that is gone. With it, clients drop what they
hold, start afresh, and send again what they had not got an answer for; models and index are built anew. All processes must be stopped.
docs/operations.md, "Restore with engines", has the steps. For a data directory, parley restore does this by itself.`,
  ),
  Command.withShortDescription("Begins a new epoch after the event store was restored"),
  Command.withExamples([
    {
      command: "parley new-epoch 7849153c66765dc1569aabc36049faaa",
      description: "Between the restore and the first start",
    },
  ]),
)
