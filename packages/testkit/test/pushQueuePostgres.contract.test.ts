import { layer } from "@parley/projections/push/PushQueuePostgres"
import { describe } from "@effect/vitest"
import * as Layer from "effect/Layer"
import { contractOptions, pushQueueContract } from "../src/contracts/pushQueueContract.ts"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

describe.runIf(postgres.present)("Postgres", () => {
  pushQueueContract("Postgres", Layer.provide(layer(contractOptions), postgres.fresh))
})
