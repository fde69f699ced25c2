/**
 * What every event store promises: EventStoreDB's contract, plus what the port adds to it. `layer` gives an empty store each time;
 * `capabilities` say in what it differs from the embedded one.
 */
import type { EventStore } from "@parley/runtime/EventStore"
import { describe } from "@effect/vitest"
import type * as Layer from "effect/Layer"
import { appendContract } from "./appendContract.ts"
import { markContract } from "./markContract.ts"
import { type Capabilities, embedded, promisedBy } from "./given.ts"
import { hidingContract } from "./hidingContract.ts"
import { keyContract } from "./keyContract.ts"
import { logContract } from "./logContract.ts"
import { readContract } from "./readContract.ts"
import { retryContract } from "./retryContract.ts"
import { subscriptionContract } from "./subscriptionContract.ts"

export const eventStoreContract = (
  name: string,
  layer: Layer.Layer<EventStore, unknown>,
  capabilities: Capabilities = embedded,
): void => {
  const promise = promisedBy(layer, capabilities.clock)
  describe(`event store: ${name}`, () => {
    describe("append", () => {
      appendContract(promise)
    })
    describe("retry", () => {
      retryContract(promise)
    })
    describe("read", () => {
      readContract(promise)
    })
    describe("keys", () => {
      keyContract(promise, capabilities)
    })
    describe("marks", () => {
      markContract(promise)
    })
    describe("hiding", () => {
      hidingContract(promise, capabilities)
    })
    describe("subscriptions", () => {
      subscriptionContract(promise)
    })
    describe("log", () => {
      logContract(promise, capabilities)
    })
  })
}
