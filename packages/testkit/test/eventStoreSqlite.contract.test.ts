import { layer } from "@parley/runtime/eventStore/EventStoreSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { eventStoreContract } from "../src/contracts/eventStore/eventStoreContract.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const inTemporaryDirectory = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => layer({ file: `${directory}/events.db` })),
)

eventStoreContract("SQLite", inTemporaryDirectory)
