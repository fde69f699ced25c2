import { layer } from "@parley/projections/push/PushQueueSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { contractOptions, pushQueueContract } from "../src/contracts/pushQueueContract.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const inTemporaryDirectory = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => layer({ ...contractOptions, file: `${directory}/push.db` })),
)

pushQueueContract("SQLite", inTemporaryDirectory)
