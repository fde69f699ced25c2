/** Markers and receipts in a sync, and to those who read slowly. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { cursorNow, online, syncFrom } from "./online.ts"
import { World } from "./World.ts"

const [A, B] = [cnv(1), cnv(2)]

const prepared = (): World => {
  const world = new World()
  for (const id of [A, B]) {
    world.found(id, "ann", "bob")
    world.say(id, "ann")
    world.say(id, "bob")
  }
  return world
}

const read = (world: World, user: string, conversation: string, seq: number, device = "phone") =>
  world.gathered.accept({ user, conversation, kind: "read", device, seq })

const flush = async (world: World): Promise<void> => {
  Effect.runFork(world.gathered.flushAll)
  await settle()
}

describe("a sync", () => {
  it("tells before its ack which own markers and which receipts of others moved since the cursor, and no others", async () => {
    const world = prepared()
    read(world, "ann", B, 2)
    read(world, "bob", B, 1)
    await flush(world)
    const cursor = cursorNow(world, "bob")
    read(world, "bob", A, 1)
    read(world, "ann", A, 2)
    world.gathered.accept({ user: "ann", conversation: A, kind: "delivered", device: "tv", seq: 2 })
    await flush(world)
    const wire = await syncFrom(world, "bob", { cursor })
    expect(wire.story(1)).toEqual(["inbox.updated", "receipt.read", "receipt.delivery", "ack"])
    expect(wire.frames[1]).toMatchObject({ conversation_id: A, payload: { read_seq: 1, unread: 0 } })
    expect(wire.frames[3]!.payload).toMatchObject({ recipient_id: "ann", device_id: "tv", up_to_seq: 2 })
    const again = await syncFrom(world, "bob", wire.frames.at(-1)!.payload as { cursor: string }, "web")
    expect(again.story(1)).toEqual(["ack"])
  })

  it("without a cursor tells those of the conversations that it shows", async () => {
    const world = new World()
    const conversations = Array.from({ length: 21 }, (_, i) => cnv(i + 1))
    for (const id of conversations) world.found(id, "ann", "bob")
    for (const id of conversations) world.say(id, "ann")
    for (const id of conversations) read(world, "bob", id, 1)
    await flush(world)
    const wire = await syncFrom(world, "bob", {})
    await settle()
    const told = wire.frames.filter((frame) => frame.type === "inbox.updated")
    expect(told.map((frame) => frame.conversation_id)).toEqual(conversations.slice(1))
    expect(wire.frames.at(-1)!.type).toBe("ack")
  })

  it("does not tell of conversations that were left", async () => {
    const world = prepared()
    const cursor = cursorNow(world, "bob")
    read(world, "bob", A, 1)
    read(world, "ann", A, 2)
    await flush(world)
    world.remove(A, "bob")
    const wire = await syncFrom(world, "bob", { cursor, known: { [A]: 2, [B]: 2 } })
    expect(wire.story(1)).toEqual(["member.removed 3", "inbox.removed", "ack"])
  })

  it("never tells an older marker after a newer one, whatever moves while it asks", async () => {
    const world = prepared()
    const cursor = cursorNow(world, "bob")
    read(world, "bob", A, 1)
    await flush(world)
    let once = true
    world.gate = async (at) => {
      if (at !== "markers" || !once) return
      once = false
      queueMicrotask(() => {
        read(world, "bob", A, 2, "web")
        Effect.runFork(world.gathered.flushAll)
      })
    }
    const wire = await syncFrom(world, "bob", { cursor })
    await settle()
    await settle()
    const told = wire.frames.filter((frame) => frame.type === "inbox.updated")
    const seqs = told.map((frame) => frame.payload["read_seq"] as number)
    expect(seqs.at(-1)).toBe(2)
    expect(seqs).toEqual([...seqs].sort())
  })
})

describe("who reads slowly", () => {
  it("gets no notes while more than 256 KiB wait, and is told what moved when they are gone", async () => {
    const world = prepared()
    const ann = await online(world, "ann")
    ann.wire.stalled = true
    for (let i = 0; i < 900; i++) world.say(A, "bob")
    await settle()
    const before = ann.wire.frames.length
    read(world, "bob", A, 1)
    read(world, "ann", A, 2)
    await flush(world)
    expect(ann.wire.story(before)).toEqual([])
    ann.wire.stalled = false
    ann.wire.drain()
    world.tick()
    await settle()
    expect(ann.wire.story(before)).toEqual(["inbox.updated", "receipt.read"])
  })
})

it("a cursor frame stays behind with what was told, so that notes lost with a connection come again", async () => {
  const world = prepared()
  const bob = await online(world, "bob")
  world.say(A, "ann")
  read(world, "bob", A, 3)
  await flush(world)
  world.repair()
  world.cursors()
  await settle()
  expect(bob.wire.story().at(-1)).toBe("cursor")
  const wire = await syncFrom(world, "bob", bob.wire.frames.at(-1)!.payload as { cursor: string }, "web")
  expect(wire.story(1)).toEqual(["inbox.updated", "ack"])
})
