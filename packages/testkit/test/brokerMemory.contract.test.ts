import { layer } from "@parley/runtime/broker/BrokerMemory"
import { brokerContract } from "../src/contracts/brokerContract.ts"

brokerContract("memory", layer)
