import { Broker } from "@parley/runtime/Broker"
import { layer } from "@parley/runtime/broker/BrokerMemory"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

it.effect("says that there is no other gateway, so that nobody is announced to any", () =>
  Effect.gen(function* () {
    expect((yield* Broker).shared).toBe(false)
  }).pipe(Effect.provide(layer)),
)

it.effect("logs the first failure of a receiver, not every one", () =>
  Effect.gen(function* () {
    const logged: Array<unknown> = []
    const capture = Logger.layer([Logger.make(({ message }) => logged.push(message))])
    yield* Effect.gen(function* () {
      const broker = yield* Broker
      yield* broker.subscribeConversation("a", () => {
        throw new Error("planted")
      })
      for (const seq of [0, 1, 2])
        broker.publish({ conversation: "a", seq, position: seq, frame: Buffer.from("{}") })
    }).pipe(Effect.provide(layer.pipe(Layer.provideMerge(capture))))
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject(["A receiver of announcements failed", { message: "planted" }])
  }),
)
