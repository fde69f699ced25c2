import { layer as models } from "@parley/projections/models"
import { layer as reads } from "@parley/projections/Reads"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { projectionContract } from "../src/contracts/projection/projectionContract.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const inWorkers = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => {
    const log = `${directory}/events.db`
    return reads.pipe(
      Layer.provideMerge(models({ log, fileOf: (model) => `${directory}/${model}.db` })),
      Layer.provideMerge(eventStore({ file: log })),
    )
  }),
)

projectionContract("a worker and a file each", inWorkers)
