/** A connection to the event store that a URL names: what reads and writes are made over. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { StoreRefused } from "../../errors.ts"
import { oneClient, type ParleyClient } from "./oneClient.ts"
import { StreamNames } from "./storedEvents.ts"
import { addressOf, readStoreUrl } from "./storeUrl.ts"

export interface Connection {
  readonly client: ParleyClient
  /** For people. */
  readonly address: string
  readonly names: StreamNames
  /** How long an answer may take, in milliseconds. */
  readonly patience: number
}

export interface ConnectOptions {
  readonly url: Redacted.Redacted
  readonly prefix?: string
  readonly patience?: Duration.Input
}

const refused = (detail: string): StoreRefused =>
  new StoreRefused({ path: "the event store's URL", reason: "unusable_url", detail })

/** Dials with the first call. */
export const connect = Effect.fnUntraced(function* ({
  url,
  prefix = "",
  patience = "5 seconds",
}: ConnectOptions): Effect.fn.Return<Connection, StoreRefused, Scope.Scope> {
  const text = Redacted.value(url)
  const client = yield* Effect.mapError(oneClient(text), ({ message }) => refused(message))
  const address = addressOf(readStoreUrl(text))
  return { client, address, names: new StreamNames(prefix), patience: Duration.toMillis(patience) }
})
