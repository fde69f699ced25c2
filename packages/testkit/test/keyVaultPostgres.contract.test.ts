import { layer } from "@parley/runtime/keyVault/KeyVaultPostgres"
import { describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { keyVaultContract } from "../src/contracts/keyVaultContract.ts"
import { postgresOfFile } from "../src/postgresOfFile.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const postgres = postgresOfFile()

const fresh = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => layer({ masterKeyFile: `${directory}/master.key` })),
).pipe(Layer.provide(postgres.fresh))

describe.runIf(postgres.present)("Postgres", () => {
  keyVaultContract("Postgres", fresh)
})
