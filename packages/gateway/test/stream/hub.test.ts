/** Hubs: gaps, order, removal, rings. */
import { describe, expect, it } from "vitest"
import { receive } from "../../src/stream/receive.ts"
import { framed } from "../../src/stream/FramedEvent.ts"
import { Ring, Rings } from "../../src/stream/Rings.ts"
import { cnv } from "./TestLog.ts"
import { type TestWire, settle } from "./TestWire.ts"
import { World } from "./World.ts"

const A = cnv(1)

const online = async (world: World, user: string, device = "phone"): Promise<TestWire> => {
  const { session, wire, hello } = world.connect(user, device)
  receive(session, Buffer.from(JSON.stringify({ id: "s", type: "sync", payload: { cursor: hello } })), false)
  await settle()
  return wire
}

describe("a hub", () => {
  it("hands every member the same frame, and the sender's connections the one with his key", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const [phone, web, bob] = [
      await online(world, "ann"),
      await online(world, "ann", "web"),
      await online(world, "bob"),
    ]
    world.say(A, "ann")
    await settle()
    expect([phone, web, bob].map((wire) => wire.frames.at(-1)!.client_msg_id)).toEqual([
      "key-1",
      "key-1",
      undefined,
    ])
  })

  it("reads the gap from the log when announcements were lost, and drops what it knows", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const wire = await online(world, "bob")
    world.announces = () => false
    world.say(A)
    world.say(A)
    world.announces = () => true
    world.say(A)
    await settle()
    expect(wire.story().slice(-3)).toEqual(["message.new 1", "message.new 2", "message.new 3"])
  })

  it("learns of lost announcements by the repair feed when nothing follows", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const wire = await online(world, "bob")
    world.announces = () => false
    world.say(A)
    world.repair()
    await settle()
    expect(wire.story().at(-1)).toBe("message.new 1")
  })

  it("sends the removal to the removed last, then inbox.removed, and to the others as usual", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const [ann, bob] = [await online(world, "ann"), await online(world, "bob")]
    world.remove(A, "bob")
    world.say(A)
    await settle()
    expect(bob.story().slice(-2)).toEqual(["member.removed 1", "inbox.removed"])
    expect(ann.story().slice(-2)).toEqual(["member.removed 1", "message.new 2"])
  })

  it("attaches who is added while connected, after inbox.added", async () => {
    const world = new World()
    world.found(A, "ann")
    const bob = await online(world, "bob")
    world.say(A)
    world.add(A, "bob")
    world.say(A)
    await settle()
    expect(bob.story().slice(2)).toEqual(["inbox.added", "sync.gap 1", "member.added 2", "message.new 3"])
  })

  it("is forgotten when nobody has used it for long", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const { session, hello } = world.connect("bob")
    receive(
      session,
      Buffer.from(JSON.stringify({ id: "s", type: "sync", payload: { cursor: hello } })),
      false,
    )
    await settle()
    session.gone("closed")
    for (let i = 0; i < 30; i++) world.context.hubs.sweep()
    expect(world.context.counters.hubs).toBe(1)
    world.context.hubs.sweep()
    expect(world.context.counters).toMatchObject({ hubs: 0, ringBytes: 0 })
  })
})

describe("cursor frames", () => {
  it("come when something was handed over, and cover it", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const wire = await online(world, "bob")
    world.cursors()
    await settle()
    expect(wire.story().at(-1)).toBe("ack")
    world.say(A)
    world.repair()
    world.cursors()
    await settle()
    expect(wire.story().slice(-2)).toEqual(["message.new 1", "cursor"])
    const { cursor } = wire.frames.at(-1)!.payload
    expect(world.context.cursors.open("bob", cursor as string)).toEqual({
      epoch: "epoch-1",
      position: 1,
      told: 0,
    })
  })

  it("do not come while a hub is behind what the projector has seen", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const wire = await online(world, "bob")
    world.say(A)
    world.announces = () => false
    world.say(A)
    world.failing = true
    world.repair()
    await settle()
    world.cursors()
    await settle()
    expect(wire.story().at(-1)).toBe("message.new 1")
    world.failing = false
    world.cursors()
    await settle()
    world.cursors()
    await settle()
    expect(wire.story().slice(-2)).toEqual(["message.new 2", "cursor"])
  })
})

describe("rings", () => {
  const eventOf = (conversation: string, seq: number) =>
    framed({ conversation, seq, position: seq, frame: Buffer.alloc(744 - 4) })

  it("keep the newest frames of all conversations within one budget, whoever's they are", () => {
    const rings = new Rings(5_000)
    const [a, b] = [new Ring(), new Ring()]
    for (let seq = 0; seq < 3; seq++) rings.push(a, eventOf(A, seq))
    for (let seq = 0; seq < 3; seq++) rings.push(b, eventOf(cnv(2), seq))
    expect(rings.bytes).toBe(5_000)
    expect([a.entries.length, b.entries.length]).toEqual([2, 3])
    expect(a.from(0, 9)).toBeUndefined()
    expect(a.from(1, 9)!.map((event) => event.seq)).toEqual([1, 2])
    expect([...b.backFrom(1)].map((event) => event.seq)).toEqual([1, 0])
    rings.drop(a)
    expect(rings.bytes).toBe(3_000)
  })

  it("start anew after a hole", () => {
    const rings = new Rings(10_000)
    const ring = new Ring()
    rings.push(ring, eventOf(A, 3))
    rings.push(ring, eventOf(A, 5))
    expect(ring.from(5, 9)!.map((event) => event.seq)).toEqual([5])
    expect(ring.from(3, 9)).toBeUndefined()
  })
})
