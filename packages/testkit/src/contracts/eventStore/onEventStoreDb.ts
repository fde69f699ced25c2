/**
 * EventStoreDB's adapter, for the contract: against the embedded store served over the protocol, and against a real server where
 * `PARLEY_TEST_EVENTSTORE_URL` names one. One server for a test file; each store that is built has a prefix of its own on it.
 */
import { randomBytes } from "node:crypto"
import type { EventStore } from "@parley/runtime/EventStore"
import { type EventStoreDbOptions, layer } from "@parley/runtime/eventStore/EventStoreDb"
import { layer as logIndex } from "@parley/runtime/logIndex/LogIndexMemory"
import { afterAll, beforeAll } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { connectionString, eventStoreServer } from "../../startEventStoreServer.ts"
import { type Capabilities, linesOf } from "./given.ts"

export const onServer: Capabilities = {
  clock: "own",
  backup: "own",
  lines: "derived",
  headOfHidden: "unknown",
}

/** A new, empty log at the URL each time that the layer is built. */
export const freshLogAt = (
  url: () => string,
  options: Partial<EventStoreDbOptions> = {},
): Layer.Layer<EventStore, unknown> =>
  Layer.unwrap(
    Effect.sync(() =>
      layer({
        url: Redacted.make(url()),
        prefix: `t${randomBytes(6).toString("hex")}-`,
        lines: { prefixes: [], linesOf },
        ...options,
      }),
    ),
  ).pipe(Layer.provide(Layer.fresh(logIndex)))

/** The served store of this test file. */
export const served = (): (() => string) => {
  const scope = Scope.makeUnsafe()
  let url = ""
  beforeAll(async () => {
    const { endpoint } = await Effect.runPromise(Scope.provide(eventStoreServer(), scope))
    url = connectionString(endpoint)
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return () => url
}

/** By name: every server that there is to test against. */
export const servers = (): ReadonlyArray<readonly [name: string, url: () => string]> => {
  const real = process.env["PARLEY_TEST_EVENTSTORE_URL"]
  return [
    ["EventStoreDB's protocol, served", served()],
    ...(real === undefined ? [] : [["EventStoreDB", () => real] as const]),
  ]
}
