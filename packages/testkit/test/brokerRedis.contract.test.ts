import { layer } from "@parley/runtime/broker/BrokerRedis"
import { describe } from "@effect/vitest"
import { brokerContract } from "../src/contracts/brokerContract.ts"
import { brokersContract } from "../src/contracts/brokersContract.ts"
import { oneRedis } from "../src/oneRedis.ts"
import { redisIsHere } from "../src/throwawayRedis.ts"

describe.runIf(redisIsHere())("on Redis", () => {
  brokerContract("one of many on Redis", oneRedis(layer))
  brokersContract("Redis", oneRedis(layer))
})

describe.runIf(redisIsHere())("on a cluster", () => {
  brokersContract("a cluster of Redis", oneRedis(layer, { cluster: true }))
})
