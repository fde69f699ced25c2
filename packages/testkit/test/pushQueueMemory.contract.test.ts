import { layer } from "@parley/projections/push/PushQueueMemory"
import { contractOptions, pushQueueContract } from "../src/contracts/pushQueueContract.ts"

pushQueueContract("memory", layer(contractOptions))
