import { layer } from "@parley/runtime/eventStore/EventStoreMemory"
import { eventStoreContract } from "../src/contracts/eventStore/eventStoreContract.ts"

eventStoreContract("memory", layer)
