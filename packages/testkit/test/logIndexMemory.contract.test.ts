import { layer } from "@parley/runtime/logIndex/LogIndexMemory"
import { logIndexContract } from "../src/contracts/logIndexContract.ts"

logIndexContract("memory", layer)
