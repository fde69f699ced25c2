import { layer as models } from "@parley/projections/postgres/models"
import { layer as reads } from "@parley/projections/reading"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { layer as postgres } from "@parley/runtime/postgres/Postgres"
import { describe } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { projectionContract } from "../src/contracts/projection/projectionContract.ts"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const server = postgresOfFile()

/** Sessions, leaders and followers live by the clock on the wall, whatever the test's clock says. */
const onTheWall = Layer.succeed(Clock.Clock, Clock.Clock.defaultValue())

const database = Layer.unwrap(Effect.sync(() => postgres({ ...server.options(), maxConnections: 8 })))

describe.runIf(server.present)("Postgres", () => {
  projectionContract(
    "tables in Postgres",
    reads.pipe(
      Layer.provideMerge(models()),
      Layer.provide(database),
      Layer.provideMerge(eventStore),
      Layer.provide(onTheWall),
    ),
  )
})
