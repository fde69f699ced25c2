/** How a model is built and hosted: in threads over files, or in this thread and memory for tests. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { EventStore, Position } from "@parley/runtime/EventStore"
import type { ModelHost } from "../hosting/ModelHost.ts"
import type { ModelName } from "../modelNamed.ts"
import type { OnProgress } from "./ModelSlot.ts"

/** Why a model could not be built. Trying again without a change will not help. */
export interface BuildFailed {
  readonly _tag: "BuildFailed"
  readonly reason: string
}

export interface Hosting {
  /** Lives as long as its scope. */
  readonly host: (
    model: ModelName,
    generation: number,
    onProgress: OnProgress,
  ) => Effect.Effect<ModelHost, never, EventStore | Scope.Scope>
  /** Brings a generation that nobody hosts to the log's end, from where it stands, without getting in anybody's way. */
  readonly build: (
    model: ModelName,
    generation: number,
    onPosition: (position: Position) => void,
  ) => Effect.Effect<void, BuildFailed>
  readonly current: (model: ModelName) => number
  /** One that was being built when the process ended. */
  readonly unfinished: (model: ModelName) => number | undefined
  /** Durable: this generation is the model. */
  readonly settle: (model: ModelName, generation: number) => Effect.Effect<void>
  readonly remove: (model: ModelName, generation: number) => Effect.Effect<void>
}
