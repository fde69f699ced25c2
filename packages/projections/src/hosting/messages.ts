/** What travels between a model's thread and the main one. */
import type { ModelName } from "../modelNamed.ts"
import type { Position } from "@parley/runtime/EventStore"
import type { Changes } from "../Model.ts"

export interface ModelThreadData {
  readonly model: ModelName
  /** The model's own file. */
  readonly file: string
  /** The embedded event store's file. */
  readonly log: string
  /** Whether events' trace contexts are told of. */
  readonly tellTraced?: boolean
}

/** Trace contexts of a batch, and when it was read and applied, in milliseconds since 1970, finer than one. */
export interface AppliedTraces {
  readonly traceparents: ReadonlyArray<string>
  readonly startedAt: number
  readonly endedAt: number
}

export interface Query {
  readonly id: number
  readonly method: string
  readonly args: ReadonlyArray<unknown>
  /** Answered once the model knows the log up to here. */
  readonly asOf?: Position
}
export type QueryReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string }

export type ToModel =
  /** `awaited`: somebody waits for the model to know it. */
  | { readonly _tag: "Committed"; readonly awaited?: true }
  | { readonly _tag: "Queries"; readonly queries: ReadonlyArray<Query> }
  | { readonly _tag: "Close" }

export type FromModel =
  /** After each batch: what it changed, and up to where the model now knows the log. */
  | {
      readonly _tag: "Progress"
      readonly position: Position
      readonly changes: Changes
      readonly applied?: AppliedTraces
    }
  | { readonly _tag: "Replies"; readonly replies: ReadonlyArray<QueryReply> }
  /** A batch failed, and will be tried again: the model is as of its last progress meanwhile. */
  | { readonly _tag: "Trouble"; readonly reason: string }
  /** The follower has stopped for good: the model is as of its last progress, and whoever waits for more waits in vain. */
  | { readonly _tag: "Stopped"; readonly reason: string }
