/** The official client, unmodified, against the served event store: appends, reads and deletions. */
import {
  binaryEvent,
  type EventStoreDBClient,
  jsonEvent,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from "@eventstore/db-client"
import { describe, expect, it } from "vitest"
import { connected, events, fresh } from "./officialClient.ts"

const both = connected()
const read = async (...args: Parameters<EventStoreDBClient["readStream"]>) => {
  const found = []
  for await (const { event } of both.client.readStream(...args)) found.push(event!)
  return found
}
const credentials = { username: "somebody", password: "ignored without TLS" }

describe.each([
  ["BatchAppend", {}],
  // The client takes the older call when an append has credentials of its own.
  ["Append", { credentials }],
])("appended by %s", (_, options) => {
  it("comes back as it was sent, JSON and bytes, with its metadata, place and time", async () => {
    const { client } = both
    const stream = fresh()
    const before = Date.now()
    const sent = [
      jsonEvent({ type: "Said", data: { text: "Söup?\u0000", n: [1, null] }, metadata: { by: "ann" } }),
      binaryEvent({ type: "Drawn", data: new Uint8Array([0, 255, 1]), metadata: new Uint8Array([254, 0]) }),
      binaryEvent({ type: "Typed", data: Buffer.from("text"), metadata: { plain: true } }),
    ]
    const appended = await client.appendToStream(stream, sent, { expectedRevision: "no_stream", ...options })
    expect(appended).toMatchObject({ success: true, nextExpectedRevision: 2n })
    const found = await read(stream)
    expect(found.map(({ id, type, isJson, revision }) => ({ id, type, isJson, revision }))).toEqual(
      sent.map(({ id, type }, i) => ({ id, type, isJson: i === 0, revision: BigInt(i) })),
    )
    expect(found[0]).toMatchObject({ data: sent[0]!.data, metadata: { by: "ann" }, streamId: stream })
    expect([...(found[1]!.data as Uint8Array)]).toEqual([0, 255, 1])
    expect([...(found[1]!.metadata as Uint8Array)]).toEqual([254, 0])
    expect(Buffer.from(found[2]!.data as Uint8Array).toString()).toBe("text")
    expect(found[2]!.metadata).toEqual({ plain: true })
    expect(found[2]!.position).toEqual(appended.position)
    expect(found[2]!.created.getTime()).toBeGreaterThanOrEqual(before)
  })

  it("is refused at a wrong revision, and says which one is right", async () => {
    const { client } = both
    const stream = fresh()
    await client.appendToStream(stream, events(3), { expectedRevision: "no_stream", ...options })
    const wrong = (expectedRevision: bigint | "no_stream") =>
      client.appendToStream(stream, events(1), { expectedRevision, ...options })
    await expect(wrong(1n)).rejects.toMatchObject({
      type: "wrong-expected-version",
      streamName: stream,
      expectedVersion: 1n,
      actualVersion: 2n,
    })
    await expect(wrong("no_stream")).rejects.toBeInstanceOf(WrongExpectedVersionError)
    await expect(
      client.appendToStream(fresh(), events(1), { expectedRevision: "stream_exists", ...options }),
    ).rejects.toMatchObject({ expectedVersion: "stream_exists", actualVersion: "no_stream" })
    expect(await read(stream)).toHaveLength(3)
  })

  it("a retry gets the first answer, at an exact revision even after others wrote", async () => {
    const { client } = both
    const stream = fresh()
    const batch = events(2)
    const first = await client.appendToStream(stream, batch, { expectedRevision: "no_stream", ...options })
    await client.appendToStream(stream, events(1), { expectedRevision: 1n, ...options })
    const again = await client.appendToStream(stream, batch, { expectedRevision: "no_stream", ...options })
    expect(again).toEqual(first)
    const any = events(1)
    const once = await client.appendToStream(stream, any, options)
    expect(await client.appendToStream(stream, any, options)).toEqual(once)
    expect(await read(stream)).toHaveLength(4)
  })

  it("any and stream_exists append at the end, and writers that race all get in", async () => {
    const { client } = both
    const stream = fresh()
    await Promise.all(Array.from({ length: 20 }, () => client.appendToStream(stream, events(1), options)))
    await client.appendToStream(stream, events(1), { expectedRevision: "stream_exists", ...options })
    expect((await read(stream)).map(({ revision }) => revision)).toEqual(
      Array.from({ length: 21 }, (__, i) => BigInt(i)),
    )
  })

  it("is refused above 1 MiB, whole, and nothing else is disturbed", async () => {
    const { client } = both
    const stream = fresh()
    const large = jsonEvent({ type: "Large", data: { text: "x".repeat(600_000) } })
    const twice = [large, { ...jsonEvent({ type: "Large", data: large.data }) }]
    await expect(client.appendToStream(stream, twice, options)).rejects.toMatchObject({
      constructor: MaxAppendSizeExceededError,
      maxAppendSize: 1_048_576,
    })
    expect((await client.appendToStream(stream, large, options)).nextExpectedRevision).toBe(0n)
  })

  it("an id that is no UUID is refused with the reason", async () => {
    const { client } = both
    const odd = jsonEvent({ type: "Odd", data: {}, id: "not-a-uuid" })
    await expect(client.appendToStream(fresh(), odd, options)).rejects.toThrow(/UUID/)
  })
})

describe("a read", () => {
  it("goes both ways from anywhere, over pages, and is told when there is no stream", async () => {
    const { client } = both
    const stream = fresh()
    for (let i = 0; i < 3; i++) await client.appendToStream(stream, events(200))
    expect((await read(stream)).map(({ revision }) => Number(revision))).toEqual([...Array(600).keys()])
    expect(await read(stream, { fromRevision: 590n })).toHaveLength(10)
    const back = await read(stream, { direction: "backwards", fromRevision: "end", maxCount: 300 })
    expect(back.map(({ revision }) => Number(revision))).toEqual([...Array(300).keys()].map((i) => 599 - i))
    const from = await read(stream, { direction: "backwards", fromRevision: 1n })
    expect(from.map(({ revision }) => revision)).toEqual([1n, 0n])
    expect(await read(stream, { fromRevision: "end" })).toEqual([])
    expect(await read(stream, { fromRevision: 5_000n })).toEqual([])
    await expect(read(fresh())).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  it("of $all begins at a position forwards and before it backwards", async () => {
    const { client } = both
    const stream = fresh()
    await client.appendToStream(stream, events(3))
    const all = []
    for await (const { event } of client.readAll()) all.push(event!)
    expect(all.slice(-3).map(({ streamId }) => streamId)).toEqual([stream, stream, stream])
    const from = all.at(-2)!
    const after = []
    for await (const { event } of client.readAll({ fromPosition: from.position! })) after.push(event!.id)
    expect(after).toEqual(all.slice(-2).map(({ id }) => id))
    const before = []
    const backwards = { fromPosition: from.position!, direction: "backwards", maxCount: 2 } as const
    for await (const { event } of client.readAll(backwards)) before.push(event!.id)
    expect(before).toEqual([all.at(-3)!.id, all.at(-4)!.id])
    const last = []
    for await (const { event } of client.readAll({
      direction: "backwards",
      fromPosition: "end",
      maxCount: 1,
    }))
      last.push(event!.id)
    expect(last).toEqual([all.at(-1)!.id])
  })
})

describe("a stream", () => {
  it("deleted is gone until it is written again, and goes on at its next revision", async () => {
    const { client } = both
    const stream = fresh()
    await client.appendToStream(stream, events(2))
    await expect(client.deleteStream(stream, { expectedRevision: 7n })).rejects.toMatchObject({
      constructor: WrongExpectedVersionError,
      actualVersion: 1n,
      expectedVersion: 7n,
    })
    await client.deleteStream(stream, { expectedRevision: 1n })
    await expect(read(stream)).rejects.toBeInstanceOf(StreamNotFoundError)
    expect(Number((await client.getStreamMetadata(stream)).metadata?.truncateBefore)).toBeGreaterThan(9e18)
    const again = await client.appendToStream(stream, events(1), { expectedRevision: "no_stream" })
    expect(again.nextExpectedRevision).toBe(2n)
    expect((await read(stream)).map(({ revision }) => revision)).toEqual([2n])
    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ truncateBefore: 2 })
  })

  it("under a tombstone is never written or read again", async () => {
    const { client } = both
    const stream = fresh()
    await client.appendToStream(stream, events(1))
    await client.tombstoneStream(stream)
    const deleted = { constructor: StreamDeletedError, streamName: stream }
    await expect(client.appendToStream(stream, events(1))).rejects.toMatchObject(deleted)
    await expect(client.appendToStream(stream, events(1), { credentials })).rejects.toMatchObject(deleted)
    await expect(read(stream)).rejects.toMatchObject(deleted)
    await expect(client.deleteStream(stream)).rejects.toMatchObject(deleted)
  })

  it("hides what its metadata says, and shows the metadata that holds", async () => {
    const { client } = both
    const stream = fresh()
    await client.appendToStream(stream, events(5))
    expect(await client.getStreamMetadata(stream)).toEqual({ streamName: stream })
    await client.setStreamMetadata(stream, { maxCount: 2, cacheControl: 5, owner: "ann" })
    expect((await read(stream)).map(({ revision }) => revision)).toEqual([3n, 4n])
    const { metadata } = await client.getStreamMetadata(stream)
    expect(metadata).toEqual({ maxCount: 2, cacheControl: 5, owner: "ann" })
    const fence = (expectedRevision: bigint | "no_stream") =>
      client.setStreamMetadata(stream, { truncateBefore: 4 }, { expectedRevision })
    await expect(fence("no_stream")).rejects.toMatchObject({ actualVersion: 0n })
    expect((await fence(0n)).nextExpectedRevision).toBe(1n)
    expect((await read(stream)).map(({ revision }) => revision)).toEqual([4n])
    await client.setStreamMetadata(stream, {})
    expect(await read(stream)).toHaveLength(5)
  })
})
