/** The seam: what happens at every point where the server waits between asking for the past and being live. */
import { describe, expect, it } from "vitest"
import { receive } from "../../src/stream/receive.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { World } from "./World.ts"

const A = cnv(1)
const waits = [
  "subscribeUser",
  "headPosition",
  "of",
  "subscribe",
  "head",
  "backward",
  "present",
  "conversationFor",
]

/** Runs a sync and does something once, at the wait of that name. */
const syncWith = async (world: World, at: string, happening: () => void) => {
  const { session, wire } = world.connect("bob")
  let happened = false
  world.gate = async (name) => {
    if (name !== at || happened) return
    happened = true
    happening()
  }
  const cursor = world.context.cursors.seal("bob", { epoch: "epoch-1", position: 0 })
  receive(session, Buffer.from(JSON.stringify({ id: "s", type: "sync", payload: { cursor } })), false)
  await settle()
  world.gate = async () => {}
  world.repair()
  await settle()
  return { wire, happened, seqs: wire.frames.flatMap((frame) => frame.seq ?? []) }
}

const prepared = (): World => {
  const world = new World({ ringBytes: 0 })
  world.found(A, "ann", "bob")
  for (let i = 0; i < 3; i++) world.say(A)
  return world
}

describe.each(waits)("while a sync waits for %s", (at) => {
  it("messages are handed over once each and in order", async () => {
    const world = prepared()
    const { happened, seqs } = await syncWith(world, at, () => {
      world.say(A)
      world.say(A)
    })
    world.say(A)
    await settle()
    expect(happened).toBe(true)
    expect(seqs).toEqual([1, 2, 3, 4, 5])
  })

  it("messages whose announcements are lost are handed over too", async () => {
    const world = prepared()
    const { seqs, wire } = await syncWith(world, at, () => {
      world.announces = () => false
      world.say(A)
      world.say(A)
      world.announces = () => true
    })
    world.say(A)
    await settle()
    expect(seqs).toEqual([1, 2, 3, 4, 5])
    expect(wire.frames.at(-1)!.seq).toBe(6)
  })

  it("a removal is the last frame, whatever follows it", async () => {
    const world = prepared()
    const { seqs, wire } = await syncWith(world, at, () => {
      world.remove(A, "bob")
      world.say(A)
    })
    world.say(A)
    await settle()
    expect(seqs).toEqual([1, 2, 3, 4])
    expect(wire.story().filter((one) => one === "inbox.removed")).toHaveLength(1)
  })

  it("who is removed and added again gets the new stay from its beginning", async () => {
    const world = prepared()
    const { seqs, wire } = await syncWith(world, at, () => {
      world.remove(A, "bob")
      world.say(A)
      world.add(A, "bob")
      world.say(A)
    })
    world.say(A)
    await settle()
    expect(seqs.filter((seq) => seq > 4)).toEqual([6, 7])
    expect(seqs).not.toContain(5)
    expect(wire.frames.at(-1)!.seq).toBe(8)
  })

  it("being added to another conversation brings it from the own member.added on", async () => {
    const world = prepared()
    const other = cnv(2)
    world.found(other, "ann")
    const { wire } = await syncWith(world, at, () => world.add(other, "bob"))
    world.say(other)
    await settle()
    const story = wire.frames
      .filter((frame) => frame.conversation_id === other)
      .map((frame) => frame.seq ?? frame.type)
    expect(story).toEqual(["inbox.added", "sync.gap", 1, 2])
  })
})

it("more than a window of events between the membership row and the turn do not hide a removal", async () => {
  const world = prepared()
  const { seqs, wire } = await syncWith(world, "of", () => {
    queueMicrotask(() => {
      world.remove(A, "bob")
      for (let i = 0; i < 300; i++) world.say(A)
    })
  })
  expect(seqs).toEqual([1, 2, 3, 4])
  expect(wire.story().slice(-2)).toEqual(["inbox.removed", "ack"])
})

it("what the client claims to know does not let it see past a removal", async () => {
  const world = prepared()
  const { session, wire } = world.connect("bob")
  let happened = false
  world.gate = async (name) => {
    if (name !== "subscribe" || happened) return
    happened = true
    world.remove(A, "bob")
    world.say(A)
    world.say(A)
  }
  const cursor = world.context.cursors.seal("bob", { epoch: "epoch-1", position: 0 })
  const payload = { cursor, known: { [A]: 5 } }
  receive(session, Buffer.from(JSON.stringify({ id: "s", type: "sync", payload })), false)
  await settle()
  expect(wire.frames.flatMap((frame) => frame.seq ?? [])).toEqual([])
})

it("a live frame of a conversation whose turn has not come is not sent before its turn", async () => {
  const world = prepared()
  const newer = cnv(2)
  world.found(newer, "ann", "bob")
  world.say(newer)
  const { session, wire } = world.connect("bob")
  let during: ReadonlyArray<string> = []
  let first = true
  world.gate = async (name) => {
    if (name !== "conversationFor" || !first) return
    first = false
    world.say(A)
    await settle()
    during = wire.story(1)
  }
  receive(session, Buffer.from(JSON.stringify({ id: "s", type: "sync", payload: {} })), false)
  await settle()
  await settle()
  expect(during).toEqual([])
  const ofA = wire.frames.filter((frame) => frame.conversation_id === A).flatMap((frame) => frame.seq ?? [])
  expect(ofA).toEqual([0, 1, 2, 3, 4])
})
