/** What the read models promise, however they are hosted. `layer` gives an empty log and its models each time. */
import type { EventStore } from "@parley/runtime/EventStore"
import type { History } from "@parley/projections/History"
import type { Inbox } from "@parley/projections/Inbox"
import type { Markers } from "@parley/projections/Markers"
import type { Membership } from "@parley/projections/Membership"
import type { ModelsStats } from "@parley/projections/modelServices"
import type { Rebuilds } from "@parley/projections/Rebuilds"
import type { ReceiptReads } from "@parley/projections/ReceiptReads"
import type { Receipts } from "@parley/projections/Receipts"
import type { Reads } from "@parley/projections/Reads"
import type { RepairFeed } from "@parley/projections/RepairFeed"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { followingContract } from "./followingContract.ts"
import { inboxContract } from "./inboxContract.ts"
import { messagesContract } from "./messagesContract.ts"
import { rebuildContract } from "./rebuildContract.ts"
import { readsContract } from "./readsContract.ts"
import { receiptsContract } from "./receiptsContract.ts"

type Hosted =
  | EventStore
  | History
  | Inbox
  | Markers
  | Membership
  | ModelsStats
  | ReceiptReads
  | Receipts
  | Reads
  | Rebuilds
  | RepairFeed
export type Promised = (title: string, body: Effect.Effect<unknown, unknown, Hosted | Scope.Scope>) => void

export const projectionContract = (name: string, layer: Layer.Layer<Hosted, unknown>): void => {
  const promise: Promised = (title, body) => it.effect(title, () => Effect.provide(body, layer))
  describe(`read models: ${name}`, () => {
    describe("following the log", () => {
      followingContract(promise)
    })
    describe("reading", () => {
      readsContract(promise)
    })
    describe("messages as they are now", () => {
      messagesContract(promise)
    })
    describe("the inbox", () => {
      inboxContract(promise)
    })
    describe("receipts", () => {
      receiptsContract(promise)
    })
    describe("rebuilding", () => {
      rebuildContract(promise)
    })
  })
}
