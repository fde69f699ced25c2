import { encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import { Directory } from "@parley/projections/Directory"
import { layerMemory } from "@parley/projections/models"
import type { Revocation } from "@parley/runtime/Broker"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const models = layerMemory((store) => ({
  readAll: (read) => Effect.runSync(store.readAll({ direction: "forward", ...read })),
  headPosition: () => Effect.runSync(store.headPosition),
  epoch: () => store.epoch,
})).pipe(Layer.provideMerge(eventStore))

const put = (user: string, expected: number | "no_stream", event: UserEvent, id: string) =>
  Effect.flatMap(EventStore, (store) =>
    store.append({
      stream: `user-${user}`,
      expected,
      events: [{ id: id.repeat(32), ...encodeUserEvent(event, { actor: user, correlation: "r" }) }],
    }),
  )

it.live("a revocation that nobody announced is found behind the log, with its place in it", () =>
  Effect.gen(function* () {
    const [directory, store] = [yield* Directory, yield* EventStore]
    const heard: Array<Revocation> = []
    const end = yield* directory.onRevoked((revocation) => heard.push(revocation))
    yield* put("ann", "no_stream", { _tag: "UserRegistered", ts: 1, user_id: "ann" }, "a")
    const { position } = yield* put("ann", 0, { _tag: "DeviceRevoked", ts: 2, device_id: "phone" }, "b")
    yield* directory.caughtUp(position)
    expect(heard).toEqual([{ user: "ann", device: "phone", position }])
    end()
    yield* put("ann", 1, { _tag: "DeviceRevoked", ts: 3, device_id: "tablet" }, "c")
    yield* directory.caughtUp(yield* store.headPosition)
    expect(heard).toHaveLength(1)
  }).pipe(Effect.provide(models)),
)
