import { layerMemory } from "@parley/projections/models"
import { layer as reads } from "@parley/projections/reading"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { projectionContract } from "../src/contracts/projection/projectionContract.ts"

/** The store in memory answers without waiting. */
const inThread = layerMemory((store) => ({
  readAll: (read) => Effect.runSync(store.readAll({ direction: "forward", ...read })),
  headPosition: () => Effect.runSync(store.headPosition),
  epoch: () => store.epoch,
}))

projectionContract("in this thread", reads.pipe(Layer.provideMerge(inThread), Layer.provideMerge(eventStore)))
