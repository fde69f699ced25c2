import { layer } from "@parley/runtime/keyVault/KeyVaultSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { keyVaultContract } from "../src/contracts/keyVaultContract.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const inTemporaryDirectory = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) =>
    layer({ file: `${directory}/keys.sqlite`, masterKeyFile: `${directory}/master.key` }),
  ),
)

keyVaultContract("SQLite", inTemporaryDirectory)
