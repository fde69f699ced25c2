import { layer as models } from "@parley/projections/models"
import { ModelsStats } from "@parley/projections/modelServices"
import { layer as reads } from "@parley/projections/reading"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { projectionContract } from "../src/contracts/projection/projectionContract.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

/** The threads of a busy machine may take longer to start than a read waits for them. */
const opened = Layer.effectDiscard(
  Effect.gen(function* () {
    const stats = yield* ModelsStats
    while (Object.values(stats.read()).some((model) => model.trouble === "being opened"))
      yield* Effect.promise(() => new Promise(setImmediate))
  }),
)

const inWorkers = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => {
    const log = `${directory}/events.db`
    return Layer.merge(reads, opened).pipe(
      Layer.provideMerge(models({ log, fileOf: (model) => `${directory}/${model}.db` })),
      Layer.provideMerge(eventStore({ file: log })),
    )
  }),
)

projectionContract("a worker and a file each", inWorkers)
