/** The two ways of hosting models. */
import * as Effect from "effect/Effect"
import type { FollowedLog } from "../Follower.ts"
import { inThread, inWorker } from "../hosting/hostModel.ts"
import type { ModelName } from "../modelNamed.ts"
import { buildInThread } from "./buildInThread.ts"
import {
  currentGeneration,
  fileOfGeneration,
  pointAt,
  removeGeneration,
  unfinishedGeneration,
} from "./generations.ts"
import type { Hosting } from "./Hosting.ts"

/** A worker thread and a file for each model. `fileOf`: its first file. */
export const inWorkers = (options: {
  readonly log: string
  readonly fileOf: (model: ModelName) => string
}): Hosting => {
  const { log, fileOf } = options
  const data = (model: ModelName, generation: number) => ({
    model,
    log,
    file: fileOfGeneration(fileOf(model), generation),
  })
  return {
    host: (model, generation, onProgress) => inWorker(data(model, generation), onProgress),
    build: (model, generation, onPosition) => buildInThread(data(model, generation), onPosition),
    current: (model) => currentGeneration(fileOf(model)),
    unfinished: (model) => unfinishedGeneration(fileOf(model)),
    settle: (model, generation) => Effect.promise(() => pointAt(fileOf(model), generation)),
    remove: (model, generation) => Effect.promise(() => removeGeneration(fileOf(model), generation)),
  }
}

/** Everything in this thread and in memory, for tests: nothing is built before it is hosted. */
export const inMemory = (log: FollowedLog): Hosting => {
  const generations = new Map<ModelName, number>()
  return {
    host: (model, _, onProgress) => inThread(model, log, onProgress),
    build: () => Effect.void,
    current: (model) => generations.get(model) ?? 0,
    unfinished: () => undefined,
    settle: (model, generation) => Effect.sync(() => void generations.set(model, generation)),
    remove: () => Effect.void,
  }
}
