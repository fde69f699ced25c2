import { encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import { type Blocking, Directory } from "@parley/projections/Directory"
import { layerMemory } from "@parley/projections/models"
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

const put = (expected: number | "no_stream", event: UserEvent, id: string) =>
  Effect.flatMap(EventStore, (store) =>
    store.append({
      stream: "user-ann",
      expected,
      events: [{ id: id.repeat(32), ...encodeUserEvent(event, { actor: "ann", correlation: "r" }) }],
    }),
  )

it.live("a block is heard of behind the log, whoever made it and wherever", () =>
  Effect.gen(function* () {
    const directory = yield* Directory
    const heard: Array<Blocking> = []
    const end = yield* directory.onBlocked((blocking) => heard.push(blocking))
    yield* put("no_stream", { _tag: "UserRegistered", ts: 1, user_id: "ann" }, "a")
    const { position } = yield* put(0, { _tag: "UserBlocked", ts: 2, user_id: "ben" }, "b")
    yield* directory.caughtUp(position)
    expect(heard).toEqual([{ user: "ann", other: "ben", position }])
    end()
    const later = yield* put(1, { _tag: "UserBlocked", ts: 3, user_id: "cleo" }, "c")
    yield* directory.caughtUp(later.position)
    expect(heard).toHaveLength(1)
  }).pipe(Effect.provide(models)),
)
