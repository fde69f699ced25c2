/** What the tests of the served event store share: the official client, and waiting for what its subscriptions bring. */
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"
import { connectionString, eventStoreServer, type ServedStore } from "../src/startEventStoreServer.ts"

export interface Connected {
  client: EventStoreDBClient
  served: ServedStore
}

/** A server in this process and a client of it, for all tests of a file: the client's appends of one process share their state. */
export const connected = (options: Parameters<typeof eventStoreServer>[0] = {}): Connected => {
  const scope = Scope.makeUnsafe()
  const both = {} as Connected
  beforeAll(async () => {
    both.served = await Effect.runPromise(Scope.provide(eventStoreServer(options), scope))
    both.client = EventStoreDBClient.connectionString(connectionString(both.served.endpoint))
  })
  afterAll(async () => {
    await both.client.dispose()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })
  return both
}

let names = 0
/** A stream or group that nobody has used. */
export const fresh = (kind = "stream"): string => `${kind}-${names++}`

export const events = (count: number, type = "Counted") =>
  Array.from({ length: count }, (_, i) => jsonEvent({ type, data: { i } }))

interface Source {
  on(event: string, listener: (value: unknown) => void): unknown
  off(event: string, listener: (value: unknown) => void): unknown
}

const patienceMs = 20_000

/** The next `count` of what a subscription brings under an event's name (`data` by default). Rejects on its error. */
export const nextOf = <A = unknown>(source: Source, count: number, name = "data"): Promise<Array<A>> =>
  new Promise((resolve, reject) => {
    const got: Array<A> = []
    const end = (settle: () => void): void => {
      clearTimeout(late)
      source.off(name, take)
      source.off("error", fail)
      settle()
    }
    const take = (value: unknown): void => {
      got.push(value as A)
      if (got.length === count) end(() => resolve(got))
    }
    const fail = (cause: unknown): void => end(() => reject(cause as Error))
    const late = setTimeout(
      () => end(() => reject(new Error(`${got.length} of ${count} ${name} in ${patienceMs} ms`))),
      patienceMs,
    )
    source.on(name, take)
    if (name !== "error") source.on("error", fail)
  })

/** Asks again, a few milliseconds apart, until it is so. */
export const eventually = async <A>(ask: () => Promise<A>, isSo: (answer: A) => boolean): Promise<A> => {
  const until = Date.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (isSo(answer)) return answer
    if (Date.now() > until) throw new Error(`it never was so: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
