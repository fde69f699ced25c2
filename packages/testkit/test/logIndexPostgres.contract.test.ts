import { layer } from "@parley/runtime/logIndex/LogIndexPostgres"
import * as postgresLayer from "@parley/runtime/postgres/Postgres"
import { describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { logIndexContract } from "../src/contracts/logIndexContract.ts"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const newPlace = Effect.sync(() => Layer.provide(layer, Layer.fresh(postgresLayer.layer(postgres.options()))))

describe.runIf(postgres.present)("Postgres", () => {
  logIndexContract("Postgres", Layer.provide(layer, postgres.fresh), newPlace)
})
