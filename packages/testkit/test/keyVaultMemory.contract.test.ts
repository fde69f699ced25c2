import { layer } from "@parley/runtime/keyVault/KeyVaultMemory"
import { keyVaultContract } from "../src/contracts/keyVaultContract.ts"

keyVaultContract("memory", layer)
