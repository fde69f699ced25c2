/** The official client, unmodified, and persistent subscriptions of the served event store. */
import {
  EventStoreDBClient,
  PARK,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamResolvedEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  RETRY,
  SKIP,
  streamNameFilter,
} from "@eventstore/db-client"
import { describe, expect, it, onTestFinished } from "vitest"
import { connectionString, startEventStoreServer } from "../src/startEventStoreServer.ts"
import { connected, events, eventually, fresh, nextOf } from "./officialClient.ts"

const both = connected()

type Got = PersistentSubscriptionToStreamResolvedEvent
const fromStart = (changes: object = {}) =>
  persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: "start", ...changes })
const revisions = (got: ReadonlyArray<Got>) => got.map(({ event }) => Number(event!.revision))

/** A stream with events, and a group on it from its start. */
const made = async (count: number, changes: object = {}, client = both.client) => {
  const [stream, group] = [fresh(), fresh("group")]
  await client.appendToStream(stream, events(count))
  await client.createPersistentSubscriptionToStream(stream, group, fromStart(changes))
  const join = (bufferSize = 10): PersistentSubscriptionToStream =>
    client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize })
  const info = () => client.getPersistentSubscriptionToStreamInfo(stream, group)
  return { stream, group, join, info }
}

describe("a group", () => {
  it("is made once, changed, listed and deleted, and its settings are told", async () => {
    const { client } = both
    const { stream, group, info } = await made(1, { maxRetryCount: 3, consumerStrategyName: "Pinned" })
    await expect(
      client.createPersistentSubscriptionToStream(stream, group, fromStart()),
    ).rejects.toBeInstanceOf(PersistentSubscriptionExistsError)
    expect((await info()).settings).toEqual(fromStart({ maxRetryCount: 3, consumerStrategyName: "Pinned" }))
    await client.updatePersistentSubscriptionToStream(stream, group, fromStart({ messageTimeout: 1_234 }))
    expect((await info()).settings.messageTimeout).toBe(1_234)
    const listed = await client.listPersistentSubscriptionsToStream(stream)
    expect(listed.map(({ groupName }) => groupName)).toEqual([group])
    await client.restartPersistentSubscriptionSubsystem()
    expect((await client.listAllPersistentSubscriptions()).map(({ groupName }) => groupName)).toContain(group)
    await client.deletePersistentSubscriptionToStream(stream, group)
    for (const gone of [
      info,
      () => client.deletePersistentSubscriptionToStream(stream, group),
      () => client.updatePersistentSubscriptionToStream(stream, group, fromStart()),
      () => nextOf(client.subscribeToPersistentSubscriptionToStream(stream, group), 1),
    ])
      await expect(gone()).rejects.toMatchObject({
        constructor: PersistentSubscriptionDoesNotExistError,
        streamName: stream,
        groupName: group,
      })
  })

  it("shares events among its consumers, no more in hand than each asked for", async () => {
    const { client } = both
    const { stream, join, info } = await made(6)
    const [one, other] = [join(2), join(2)]
    const [ones, others] = [await nextOf<Got>(one, 2), await nextOf<Got>(other, 2)]
    expect([...revisions(ones), ...revisions(others)].sort()).toEqual([0, 1, 2, 3])
    const { stats, connections } = await info()
    expect(stats.totalInFlightMessages).toBe(4)
    expect(connections.map(({ availableSlots }) => availableSlots)).toEqual([0, 0])
    const more = nextOf<Got>(one, 2)
    await one.ack(...ones)
    expect(revisions(await more)).toEqual([4, 5])
    // What a consumer had in hand goes to the others when it leaves; what comes later, to whoever is there.
    const again = nextOf<Got>(one, 2)
    await one.ack(...(await more))
    await other.unsubscribe()
    const taken = await again
    expect(revisions(taken)).toEqual(revisions(others))
    await one.ack(...taken)
    const live = nextOf<Got>(one, 1)
    await client.appendToStream(stream, events(1))
    expect(revisions(await live)).toEqual([6])
    await one.unsubscribe()
  })

  it("hands over again what is refused or not acknowledged in time, and parks it when that is too often", async () => {
    const { client } = both
    const { stream, group, join, info } = await made(3, { messageTimeout: 300, maxRetryCount: 1 })
    const consumer = join(1)
    const [first] = await nextOf<Got>(consumer, 1)
    const second = nextOf<Got>(consumer, 1)
    await consumer.nack(RETRY, "once more", first!)
    const [again] = await second
    expect([revisions([again!])[0], again!.retryCount]).toEqual([0, 1])
    const third = nextOf<Got>(consumer, 2)
    await consumer.nack(PARK, "never", again!)
    // The next is left alone: handed over again, then parked.
    const [left, leftAgain] = await third
    expect([left!.retryCount, leftAgain!.retryCount]).toEqual([0, 1])
    const [last] = await nextOf<Got>(consumer, 1)
    await consumer.nack(SKIP, "not for me", last!)
    expect(revisions([last!])).toEqual([2])
    await eventually(info, ({ stats }) => stats.parkedMessageCount === 2n)

    const replayed = nextOf<Got>(consumer, 2)
    consumer.on("data", (event) => void consumer.ack(event))
    await client.replayParkedMessagesToStream(stream, group)
    expect(revisions(await replayed).sort()).toEqual([0, 1])
    await eventually(
      info,
      ({ stats }) => stats.parkedMessageCount === 0n && stats.totalInFlightMessages === 0,
    )
    await consumer.unsubscribe()
  })

  it("has as many consumers as it may have, and drops them when it is changed", async () => {
    const { client } = both
    const { stream, group, join } = await made(1, { maxSubscriberCount: 1 })
    const consumer = join()
    await nextOf(consumer, 1)
    const refused = (await nextOf(join(), 1, "error"))[0]
    expect(refused).toBeInstanceOf(PersistentSubscriptionMaximumSubscribersReachedError)
    const error = nextOf(consumer, 1, "error")
    await client.updatePersistentSubscriptionToStream(stream, group, fromStart())
    expect((await error)[0]).toBeInstanceOf(PersistentSubscriptionDroppedError)
  })

  it("settles every event, however its consumers answer and however often what was parked is asked for again", async () => {
    const { client } = both
    const { stream, group, join, info } = await made(150, {
      historyBufferSize: 5,
      maxRetryCount: 1,
      messageTimeout: 200,
    })
    const settled = new Set<number>()
    const consumers = [join(3), join(5)]
    let turn = 0
    for (const consumer of consumers)
      consumer.on("data", (event) => {
        turn += 1
        if (turn % 3 === 0) return void consumer.nack(PARK, "in turn", event)
        if (turn % 5 === 0) return void consumer.nack(RETRY, "in turn", event)
        // One in seven is left to its timeout.
        if (turn % 7 === 0) return undefined
        settled.add(Number(event.event!.revision))
        return void consumer.ack(event)
      })
    const { stats } = await eventually(
      async () => {
        await client.replayParkedMessagesToStream(stream, group)
        return info()
      },
      ({ stats: { parkedMessageCount, outstandingMessagesCount } }) =>
        settled.size === 150 && parkedMessageCount <= 0n && outstandingMessagesCount === 0,
    )
    expect(stats.parkedMessageCount).toBe(0n)
    await Promise.all(consumers.map((consumer) => consumer.unsubscribe()))
  })

  it("of $all goes through its filter, from where it was told", async () => {
    const { client } = both
    const [wanted, other, group] = [fresh("wanted"), fresh("other"), fresh("group")]
    await client.appendToStream(wanted, events(1))
    const { position } = await client.appendToStream(wanted, events(1))
    await client.appendToStream(other, events(3))
    const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: position! })
    const filter = streamNameFilter({ prefixes: [wanted] })
    await client.createPersistentSubscriptionToAll(group, settings, { filter })
    const consumer = client.subscribeToPersistentSubscriptionToAll(group)
    const got = nextOf<Got>(consumer, 2)
    await client.appendToStream(wanted, events(1))
    // From the position on, itself included.
    expect(revisions(await got)).toEqual([1, 2])
    const info = await client.getPersistentSubscriptionToAllInfo(group)
    expect(info.settings.startFrom).toEqual(position)
    expect((await client.listPersistentSubscriptionsToAll()).map(({ groupName }) => groupName)).toEqual([
      group,
    ])
    await consumer.unsubscribe()
  })
})

it("groups, what they settled and what they parked are there after a restart, and after a kill", async () => {
  const server = await startEventStoreServer()
  onTestFinished(() => server.stop().then(() => undefined))
  const connect = () => EventStoreDBClient.connectionString(connectionString(server.endpoint))
  let client = connect()
  const { stream, group } = await made(5, {}, client)
  const consume = async (
    count: number,
    settle: (consumer: PersistentSubscriptionToStream, got: Got) => unknown,
  ) => {
    const consumer = client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize: 1 })
    consumer.on("error", () => undefined)
    const got: Array<Got> = []
    // One at a time in hand: when the next one is there, the last answer has arrived.
    consumer.on("data", (event) => {
      if (got.length >= count) return
      got.push(event)
      void settle(consumer, event)
    })
    await nextOf(consumer, count + 1)
    return { got: revisions(got), consumer }
  }
  const parked = async () =>
    (await client.getPersistentSubscriptionToStreamInfo(stream, group)).stats.parkedMessageCount
  const first = await consume(2, (consumer, event) =>
    event.event!.revision === 0n ? consumer.nack(PARK, "never", event) : consumer.ack(event),
  )
  expect(first.got).toEqual([0, 1])
  await eventually(parked, (count) => count === 1n)
  const stopped = nextOf(first.consumer, 1, "error")
  await server.restart()
  await stopped
  await client.dispose()
  client = connect()
  expect(await parked()).toBe(1n)
  const second = await consume(1, (consumer, event) => consumer.ack(event))
  // Where it was, for it was stopped and not killed.
  expect(second.got).toEqual([2])
  const killed = nextOf(second.consumer, 1, "error")
  await server.kill9()
  await killed
  await server.restart()
  await client.dispose()
  client = connect()
  expect(await parked()).toBe(1n)
  await client.replayParkedMessagesToStream(stream, group)
  await client.appendToStream(stream, events(1))
  const third = await consume(4, (consumer, event) => consumer.ack(event))
  // No checkpoint was due, so what was settled since the start comes once more; and what was parked.
  expect(third.got.toSorted()).toEqual([0, 2, 3, 4])
  await client.dispose()
})
