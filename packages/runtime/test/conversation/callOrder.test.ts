import { defaultLimits } from "@parley/domain/limits"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer as singleNode } from "../../src/cluster/SingleNode.ts"
import { AwakeConversations } from "../../src/conversation/AwakeConversations.ts"
import { callOrder } from "../../src/conversation/callOrder.ts"
import { layer as conversationEntity } from "../../src/conversation/conversationEntity.ts"
import { ConversationEntity } from "../../src/conversation/protocol.ts"
import { ackOf, conversation, createGroup, parts, send } from "../entity/owner.ts"

it("of one process no call joins that a later one has overtaken; the same may come again, and processes do not know each other", () => {
  const joins = callOrder()
  const numbers = [1, 3, 2, 3, 4].map((number) => joins({ process: "one", number }))
  expect(numbers).toEqual([true, true, false, true, true])
  expect(joins({ process: "other", number: 1 })).toBe(true)
})

it("remembers the processes that called last", () => {
  const joins = callOrder()
  joins({ process: "busy", number: 5 })
  joins({ process: "gone", number: 5 })
  for (let n = 0; n < 255; n++) {
    joins({ process: `process-${n}`, number: 1 })
    joins({ process: "busy", number: 6 + n })
  }
  expect(joins({ process: "busy", number: 5 })).toBe(false)
  expect(joins({ process: "gone", number: 1 })).toBe(true)
})

const entity = conversationEntity({ limits: defaultLimits, maxIdleTime: "1 minute" }).pipe(
  Layer.provideMerge(singleNode({ residentCap: 10 })),
  Layer.provide(AwakeConversations.layer),
  Layer.provide(parts),
)

it.live(
  "[I5] a send that a later one of its process has overtaken on the way is Unavailable, and stands once it comes again",
  () =>
    Effect.gen(function* () {
      const clientOf = yield* ConversationEntity.client
      const { Ask } = clientOf(conversation)
      const numbered = (request: ReturnType<typeof send>, number: number) =>
        Ask({
          ...request,
          origin: { ...request.origin, call: { process: "gateway", number, at: Date.now() } },
        })
      yield* Ask(createGroup("ann"))
      const later = yield* numbered(send("ann", "m2", "second"), 2)
      const overtaken = yield* Effect.flip(numbered(send("ann", "m1", "first"), 1))
      const again = yield* numbered(send("ann", "m1", "first"), 3)
      expect(overtaken._tag).toBe("Unavailable")
      expect([ackOf(later).seq, ackOf(again).seq]).toEqual([1, 2])
    }).pipe(Effect.provide(entity)),
)
