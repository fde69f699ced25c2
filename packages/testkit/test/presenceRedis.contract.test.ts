import { layer } from "@parley/runtime/presence/PresenceRedis"
import { describe } from "@effect/vitest"
import { presenceContract } from "../src/contracts/presenceContract.ts"
import { presencesContract } from "../src/contracts/presencesContract.ts"
import { freshRedis, oneRedis } from "../src/oneRedis.ts"
import { redisIsHere } from "../src/throwawayRedis.ts"

describe.runIf(redisIsHere())("on Redis", () => {
  presenceContract("one of many on Redis", freshRedis(layer()))
  presencesContract("Redis", oneRedis(layer({ heartbeat: "300 millis" })))
})

describe.runIf(redisIsHere())("on a cluster", () => {
  presencesContract("a cluster of Redis", oneRedis(layer({ heartbeat: "300 millis" }), { cluster: true }))
})
