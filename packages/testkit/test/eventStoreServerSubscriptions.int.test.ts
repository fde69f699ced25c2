/** The official client, unmodified, subscribes to the served event store: to a stream and to $all, with filters, and after a kill. */
import {
  type AllStreamSubscription,
  EventStoreDBClient,
  eventTypeFilter,
  jsonEvent,
  type Position,
  type ResolvedEvent,
  StreamDeletedError,
  streamNameFilter,
} from "@eventstore/db-client"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as memoryStore } from "@parley/runtime/eventStore/EventStoreMemory"
import {
  EventStoreServer,
  layer as eventStoreServerLayer,
} from "@parley/runtime/eventStoreServer/EventStoreServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { expect, it, onTestFinished } from "vitest"
import { freePort } from "@parley/runtime/freePort"
import { connectionString, startEventStoreServer } from "../src/startEventStoreServer.ts"
import { connected, events, eventually, fresh, nextOf } from "./officialClient.ts"

const both = connected()
const revisions = (got: ReadonlyArray<ResolvedEvent>) => got.map(({ event }) => Number(event!.revision))

it("to a stream: what stands, then what comes, once and in order; caught up is said between", async () => {
  const { client } = both
  const stream = fresh()
  await client.appendToStream(stream, events(600))
  const subscription = client.subscribeToStream(stream)
  const order: Array<string> = []
  subscription.on("data", ({ event }) => order.push(String(event!.revision)))
  subscription.on("caughtUp", () => order.push("caught up"))
  const got = nextOf<ResolvedEvent>(subscription, 603)
  await nextOf(subscription, 1, "caughtUp")
  await client.appendToStream(stream, events(3))
  expect(revisions(await got)).toEqual([...Array(603).keys()])
  expect(order.indexOf("caught up")).toBe(600)
  await subscription.unsubscribe()
})

it("to a stream: after a revision, from its end, and before it is there", async () => {
  const { client } = both
  const stream = fresh()
  await client.appendToStream(stream, events(4))
  const after = client.subscribeToStream(stream, { fromRevision: 1n })
  expect(revisions(await nextOf(after, 2))).toEqual([2, 3])
  const fromEnd = client.subscribeToStream(stream, { fromRevision: "end" })
  const early = client.subscribeToStream(`${stream}-later`)
  await Promise.all([nextOf(fromEnd, 1, "caughtUp"), nextOf(early, 1, "caughtUp")])
  const [ends, earlier] = [nextOf<ResolvedEvent>(fromEnd, 1), nextOf<ResolvedEvent>(early, 1)]
  await client.appendToStream(stream, events(1))
  await client.appendToStream(`${stream}-later`, events(1))
  expect(revisions(await ends)).toEqual([4])
  expect(revisions(await earlier)).toEqual([0])
  await Promise.all([after, fromEnd, early].map((one) => one.unsubscribe()))
})

it("a tombstone ends the subscriptions to its stream", async () => {
  const { client } = both
  const stream = fresh()
  await client.appendToStream(stream, events(1))
  const subscription = client.subscribeToStream(stream)
  await nextOf(subscription, 1, "caughtUp")
  const error = nextOf(subscription, 1, "error")
  await client.tombstoneStream(stream)
  expect((await error)[0]).toBeInstanceOf(StreamDeletedError)
})

it("to $all: by prefix, by type and by expression, after a position, with checkpoints where nothing fits", async () => {
  const { client } = both
  const [a, b] = [fresh("wanted"), fresh("other")]
  const { position } = await client.appendToStream(a, events(1, "First"))
  await client.appendToStream(b, events(2, "Second"))
  await client.appendToStream(a, events(2, "Third"))
  const names = async (subscription: AllStreamSubscription, count: number) => {
    const got = await nextOf<ResolvedEvent>(subscription, count)
    await subscription.unsubscribe()
    return got.map(({ event }) => `${event!.streamId}/${event!.type}`)
  }
  const fromPosition = position!
  const byPrefix = streamNameFilter({ prefixes: [a] })
  expect(await names(client.subscribeToAll({ filter: byPrefix }), 3)).toEqual([
    `${a}/First`,
    `${a}/Third`,
    `${a}/Third`,
  ])
  expect(await names(client.subscribeToAll({ fromPosition, filter: byPrefix }), 2)).toHaveLength(2)
  expect(await names(client.subscribeToAll({ fromPosition }), 4)).toHaveLength(4)
  const byType = eventTypeFilter({ prefixes: ["Sec"] })
  expect(await names(client.subscribeToAll({ fromPosition, filter: byType }), 2)).toEqual([
    `${b}/Second`,
    `${b}/Second`,
  ])
  const byRegex = streamNameFilter({ regex: `^(${b}|never)$` })
  expect(await names(client.subscribeToAll({ fromPosition, filter: byRegex }), 2)).toHaveLength(2)

  const checkpoints: Array<Position> = []
  const filter = streamNameFilter({
    prefixes: ["nobody-"],
    maxSearchWindow: 2,
    checkpointInterval: 2,
    checkpointReached: (_, at) => void checkpoints.push(at),
  })
  const nothing = client.subscribeToAll({ fromPosition, filter })
  nothing.on("data", () => undefined)
  await nextOf(nothing, 1, "caughtUp")
  // Where the log ended when it began, whatever the interval.
  expect(checkpoints.map(({ commit }) => commit)).toEqual([fromPosition.commit + 4n])
  const { position: later } = await client.appendToStream(b, events(4))
  await eventually(
    () => Promise.resolve(checkpoints.at(-1)),
    (last) => last?.commit === later!.commit,
  )
  await nothing.unsubscribe()
})

it("an expression that would take for ever ends its own call and not the server", async () => {
  const { client } = both
  await client.appendToStream(`${"a".repeat(60)}!`, events(1))
  const filter = streamNameFilter({ regex: "^(a+)+$" })
  const subscription = client.subscribeToAll({ filter })
  subscription.on("data", () => undefined)
  expect(String((await nextOf(subscription, 1, "error"))[0])).toContain("took longer")
  expect(await client.getStreamMetadata(fresh())).toEqual(expect.anything())
})

it("a reader that does not read is waited for: the server asks the store for no more than it can send", async () => {
  const stream = fresh()
  const scope = Scope.makeUnsafe()
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  let pages = 0
  const counted = Layer.effect(
    EventStore,
    Effect.map(EventStore, (store) => ({
      ...store,
      readStream: (...args: Parameters<typeof store.readStream>) => {
        if (args[0] === stream) pages += 1
        return store.readStream(...args)
      },
    })),
  )
  const layer = eventStoreServerLayer({ port: await freePort() }).pipe(
    Layer.provide(counted),
    Layer.provideMerge(memoryStore),
  )
  const parts = await Effect.runPromise(Scope.provide(Layer.build(layer), scope))
  const { endpoint } = Context.get(parts, EventStoreServer)
  const client = EventStoreDBClient.connectionString(connectionString(endpoint))
  const large = () => jsonEvent({ type: "Large", data: { text: "x".repeat(10_000) } })
  for (let i = 0; i < 18; i++)
    await client.appendToStream(
      stream,
      Array.from({ length: 80 }, () => large()),
    )
  const reading = client.readStream(stream)
  await eventually(
    () => Promise.resolve(pages),
    (asked) => asked > 0,
  )
  // Everybody else is served meanwhile.
  for (let i = 0; i < 50; i++) await client.appendToStream(fresh(), events(1))
  expect(pages).toBeLessThanOrEqual(2)
  expect(revisions(await nextOf<ResolvedEvent>(reading, 1_440))).toEqual([...Array(1_440).keys()])
  expect(pages).toBeGreaterThan(5)
  await client.dispose()
})

it("a server that is killed loses nothing that was acknowledged, and subscriptions go on where they were", async () => {
  const server = await startEventStoreServer()
  onTestFinished(() => server.stop().then(() => undefined))
  const client = EventStoreDBClient.connectionString(connectionString(server.endpoint))
  const stream = fresh()
  await client.appendToStream(stream, events(3), { expectedRevision: "no_stream" })
  const first = client.subscribeToStream(stream)
  const seen = revisions(await nextOf<ResolvedEvent>(first, 3))
  const error = nextOf(first, 1, "error")
  await server.kill9()
  await error
  await server.restart()
  const second = client.subscribeToStream(stream, { fromRevision: BigInt(seen.at(-1)!) })
  const got = nextOf<ResolvedEvent>(second, 2)
  await client.appendToStream(stream, events(2), { expectedRevision: 2n })
  expect(revisions(await got)).toEqual([3, 4])
  await client.dispose()
  expect(await server.stop()).toBe(0)
})
