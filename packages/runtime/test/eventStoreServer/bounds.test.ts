/** What a client may ask of the served event store, and what other clients than the official one ask: by the bare protocol. */
import type * as Streams from "@eventstore/db-client/generated/streams_pb.js"
import * as grpc from "@grpc/grpc-js"
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { layer as memoryStore } from "../../src/eventStore/EventStoreMemory.ts"
import { EventStoreServer, layer as served } from "../../src/eventStoreServer/EventStoreServer.ts"
import { shared, streams, streamsService } from "../../src/eventStoreServer/generated.ts"
import { identifierOf } from "../../src/eventStoreServer/wireNames.ts"

const scope = Scope.makeUnsafe()
let client: InstanceType<typeof streamsService.StreamsClient>

beforeAll(async () => {
  const parts = await Effect.runPromise(
    Scope.provide(Layer.build(served({ port: 0 }).pipe(Layer.provide(memoryStore))), scope),
  )
  const { endpoint } = Context.get(parts, EventStoreServer)
  client = new streamsService.StreamsClient(endpoint, grpc.credentials.createInsecure())
})
afterAll(async () => {
  client.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

const uuid = () => new shared.UUID().setString(randomUUID())

const message = (text = "{}") => {
  const proposed = new streams.BatchAppendReq.ProposedMessage().setId(uuid()).setData(Buffer.from(text))
  proposed.getMetadataMap().set("type", "Told").set("content-type", "application/json")
  return proposed
}

/** A part of an append: with options it is the first. */
const part = (id: ReturnType<typeof uuid>, stream: string | undefined, isFinal: boolean, text?: string) => {
  const request = new streams.BatchAppendReq().setCorrelationId(id).setIsFinal(isFinal)
  request.setProposedMessagesList([message(text)])
  if (stream === undefined) return request
  return request.setOptions(
    new streams.BatchAppendReq.Options().setStreamIdentifier(identifierOf(stream)).setNoStream(
      // Google's own, which has the same encoding.
      new shared.Empty() as never,
    ),
  )
}

/** The answers of one call, and how it ended. */
const batches = async (requests: ReadonlyArray<Streams.BatchAppendReq>) => {
  const call = client.batchAppend()
  const answers: Array<Streams.BatchAppendResp> = []
  call.on("data", (answer: Streams.BatchAppendResp) => answers.push(answer))
  const ended = new Promise<grpc.status>((resolve) => {
    call.once("error", (failure: grpc.ServiceError) => resolve(failure.code))
    call.once("end", () => resolve(grpc.status.OK))
  })
  for (const request of requests) call.write(request)
  call.end()
  return { ended: await ended, answers }
}

const read = (options: Streams.ReadReq.Options): Promise<ReadonlyArray<Streams.ReadResp>> =>
  new Promise((resolve, reject) => {
    const got: Array<Streams.ReadResp> = []
    const call = client.read(new streams.ReadReq().setOptions(options))
    call.on("data", (answer: Streams.ReadResp) => got.push(answer))
    call.once("error", reject)
    call.once("end", () => resolve(got))
  })

describe("an append in several messages", () => {
  it("is one append, whatever comes between", async () => {
    const [one, other] = [uuid(), uuid()]
    const { ended, answers } = await batches([
      part(one, "one", false),
      part(other, "other", false),
      part(one, undefined, false),
      part(other, undefined, true),
      part(one, undefined, true),
    ])
    const revisions = answers.map((answer) => answer.getSuccess()?.getCurrentRevision())
    expect([ended, revisions.toSorted()]).toEqual([grpc.status.OK, ["1", "2"]])
  })

  it("is cut off when too many are unfinished", async () => {
    const many = Array.from({ length: 65 }, (_, i) => part(uuid(), `unfinished-${i}`, false))
    expect((await batches(many)).ended).toBe(grpc.status.RESOURCE_EXHAUSTED)
  })

  it("is refused as a whole when it is too large or cannot be read, and the next is served", async () => {
    const [large, odd, good] = [uuid(), uuid(), uuid()]
    const text = JSON.stringify("x".repeat(700_000))
    const unreadable = part(odd, "odd", true)
    unreadable.getProposedMessagesList()[0]!.setId(new shared.UUID().setString("no id"))
    const { ended, answers } = await batches([
      part(large, "large", false, text),
      part(large, undefined, false, text),
      part(large, undefined, true, text),
      unreadable,
      part(uuid(), undefined, true),
      part(good, "good", true),
    ])
    const verdicts = answers.map((answer) => answer.getError()?.getDetails()?.getTypeName() ?? "durable")
    expect(ended).toBe(grpc.status.OK)
    expect(verdicts.toSorted()).toEqual([
      "durable",
      "event_store.client.BadRequest",
      "event_store.client.BadRequest",
      "event_store.client.MaximumAppendSizeExceeded",
    ])
  })

  it("a message above 4 MiB is not taken", async () => {
    const huge = part(uuid(), "huge", true, JSON.stringify("x".repeat(5_000_000)))
    expect((await batches([huge])).ended).toBe(grpc.status.RESOURCE_EXHAUSTED)
  })
})

describe("a read", () => {
  const ofStream = (stream: string) =>
    new streams.ReadReq.Options()
      .setStream(
        new streams.ReadReq.Options.StreamOptions()
          .setStreamIdentifier(identifierOf(stream))
          .setStart(new shared.Empty()),
      )
      .setCount("10")
      .setNoFilter(new shared.Empty())

  it("shows ids as two numbers to who asks for that", async () => {
    const proposed = part(uuid(), "structured", true)
    const id = proposed.getProposedMessagesList()[0]!.getId()!.getString()
    await batches([proposed])
    const structured = new streams.ReadReq.Options.UUIDOption().setStructured(new shared.Empty())
    const [answer] = await read(ofStream("structured").setUuidOption(structured))
    const bits = answer!.getEvent()!.getEvent()!.getId()!.getStructured()!
    const halves = [bits.getMostSignificantBits(), bits.getLeastSignificantBits()]
    const hex = halves.map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, "0")).join("")
    expect(hex).toBe(id.replaceAll("-", ""))
  })

  it("that makes no sense is refused with the reason", async () => {
    await expect(read(ofStream(""))).rejects.toMatchObject({ code: grpc.status.INVALID_ARGUMENT })
    await expect(read(ofStream("a").setCount("0"))).rejects.toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
    })
    await expect(read(new streams.ReadReq.Options())).rejects.toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
    })
  })
})
