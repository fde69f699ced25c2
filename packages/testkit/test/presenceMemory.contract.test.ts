import { layer } from "@parley/runtime/presence/PresenceMemory"
import { presenceContract } from "../src/contracts/presenceContract.ts"

presenceContract("memory", layer)
