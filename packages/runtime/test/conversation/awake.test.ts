/** Which conversations are asked directly, and when the cluster hears that one is in use. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { type AwakeConversation, AwakeConversations } from "../../src/conversation/AwakeConversations.ts"

const entity: AwakeConversation = { ask: () => Effect.never, tell: () => undefined }

it.effect("one that is in use all the time is asked over the cluster once in half a minute", () =>
  Effect.gen(function* () {
    const awake = yield* AwakeConversations
    yield* awake.add("c", entity)
    let overCluster = 0
    for (let second = 0; second < 120; second++) {
      if (awake.find("c") === undefined) {
        overCluster += 1
        awake.sent("c", "call")
        expect(awake.find("c")).toBeUndefined()
        awake.arrived("c", "call")
        expect(awake.find("c")).toBe(entity)
      }
      yield* TestClock.adjust("1 second")
    }
    expect(overCluster).toBe(3)
  }).pipe(Effect.scoped, Effect.provide(AwakeConversations.layer)),
)

it.effect("one that sleeps is nobody's to ask directly", () =>
  Effect.gen(function* () {
    const awake = yield* AwakeConversations
    yield* Effect.scoped(awake.add("c", entity))
    expect(awake.find("c")).toBeUndefined()
  }).pipe(Effect.provide(AwakeConversations.layer)),
)
