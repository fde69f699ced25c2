/** What a connection goes without when it reads slowly or the server is under pressure, and when its client asks too much. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { droppable } from "../../src/limits/shedOrder.ts"
import { receiptReadFrame } from "../../src/stream/receipts/noteFrames.ts"
import { receive } from "../../src/stream/receive.ts"
import { textFrame } from "../../src/stream/textFrame.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { online, syncFrom } from "./online.ts"
import { World } from "./World.ts"

const A = cnv(1)
const founded = (limits = {}): World => {
  const world = new World({ limits })
  world.found(A, "ann", "bob")
  return world
}
const read = async (world: World, user: string, seq: number): Promise<void> => {
  world.gathered.accept({ user, conversation: A, kind: "read", device: "phone", seq })
  Effect.runFork(world.gathered.flushAll)
  await settle()
}
const note = textFrame(
  receiptReadFrame(0, { conversation: A, user: "bob", upToSeq: 1, lastRead: `msg_${"0".repeat(26)}` }),
)

describe("a frame that may be dropped", () => {
  it("goes out while there is room, is dropped and counted over 256 KiB, and goes out again afterwards", async () => {
    const world = founded()
    const { session, wire } = await online(world, "ann")
    const { drops } = world.context.counters
    wire.stalled = true
    for (let i = 0; i < 400; i++) world.say(A)
    await settle()
    expect(session.outbox.waiting()).toBeLessThan(262_144)
    expect(session.offer("typing", note)).toBe(true)
    for (let i = 0; i < 600; i++) world.say(A)
    await settle()
    expect(session.outbox.waiting()).toBeGreaterThan(262_144)
    expect(droppable.map((what) => session.offer(what, note))).toEqual([false, false, false])
    expect([drops.of("typing", "slow"), drops.of("presence", "slow"), drops.of("typing", "shed")]).toEqual([
      1, 1, 0,
    ])
    // Events go on: what is dropped is only what may be.
    expect(wire.story().filter((one) => one.startsWith("message.new"))).toHaveLength(1_000)
    wire.stalled = false
    wire.drain()
    world.tick()
    expect(session.offer("typing", note)).toBe(true)
  })

  it("is shed with its class alone, and counted as shed", async () => {
    const world = founded()
    const { session } = await online(world, "ann")
    world.shed.add("typing")
    expect(session.offer("typing", note)).toBe(false)
    expect(session.offer("presence", note)).toBe(true)
    const { drops } = world.context.counters
    expect([drops.of("typing", "shed"), drops.of("presence", "shed")]).toEqual([1, 0])
  })
})

it("receipts that were shed are told once the pressure is over, and messages came all the while", async () => {
  const world = founded()
  const ann = await online(world, "ann")
  const before = ann.wire.frames.length
  world.shed.add("typing").add("presence").add("receipts")
  world.say(A, "ann")
  await settle()
  await read(world, "bob", 1)
  for (let i = 0; i < 3; i++) world.tick()
  await settle()
  expect(ann.wire.story(before)).toEqual(["message.new 1"])
  world.shed.clear()
  world.tick()
  await settle()
  expect(ann.wire.story(before)).toEqual(["message.new 1", "receipt.read"])
})

it("syncs that wait for slow readers keep nobody else from syncing", async () => {
  const world = founded()
  // More than may be at work at a time, none of whom reads.
  const slow = await Promise.all(["one", "two", "three"].map((device) => online(world, "ann", device)))
  for (const { wire } of slow) wire.stalled = true
  for (let i = 0; i < 1_000; i++) world.say(A)
  await settle()
  const stories = await Promise.all(slow.map(({ give }) => give({ id: "again", type: "sync", payload: {} })))
  expect(stories.flat()).not.toContain("ack")
  const wire = await syncFrom(world, "bob", {})
  expect(wire.story().at(-1)).toBe("ack")
  for (const one of slow) {
    one.wire.stalled = false
    one.wire.drain()
  }
  world.tick()
  await settle()
  await settle()
  for (const one of slow) expect(one.wire.frames.at(-1)).toMatchObject({ type: "ack", reply_to: "again" })
  expect(world.context.syncs.inside).toBe(0)
})

describe("a client that asks too much", () => {
  it("is refused over the frames of its connection, told when to go on, and other connections are not", async () => {
    const world = founded({ frames_per_second: 2, frames_burst: 3 })
    const [one, other] = [await online(world, "bob"), await online(world, "bob", "web")]
    const ask = { id: "u", type: "nonsense", payload: {} }
    // Its sync was the first.
    expect([...(await one.give(ask)), ...(await one.give(ask)), ...(await one.give(ask))]).toEqual([
      "error bad_request",
      "error bad_request",
      "error rate_limited",
    ])
    expect(one.wire.frames.at(-1)).toMatchObject({ reply_to: "u", payload: { retry_after_ms: 500 } })
    expect(await other.give(ask)).toEqual(["error bad_request"])
    world.now += 500
    expect(await one.give(ask)).toEqual(["error bad_request"])
    expect(world.context.counters.framesOverRate).toBe(1)
  })

  it("and goes on regardless is closed 4013: at the 501st refusal within 10 s, whichever budget refused", async () => {
    const world = founded({ frames_per_second: 1, frames_burst: 1 })
    const { session, wire } = await online(world, "bob")
    const typing = Buffer.from(
      JSON.stringify({ id: "t", type: "typing", conversation_id: A, payload: { state: "start" } }),
    )
    const nonsense = Buffer.from(JSON.stringify({ id: "u", type: "nonsense", payload: {} }))
    for (let i = 0; i < 500; i++) receive(session, i % 2 === 0 ? typing : nonsense, false)
    expect(wire.closed).toBeUndefined()
    receive(session, nonsense, false)
    expect(wire.closed).toBe(4013)
  })

  it("but slowly is never closed for it", async () => {
    const world = founded({ frames_per_second: 1, frames_burst: 1 })
    const { session, wire } = await online(world, "bob")
    const nonsense = Buffer.from(JSON.stringify({ id: "u", type: "nonsense", payload: {} }))
    for (let i = 0; i < 2_000; i++) {
      world.now += 25
      receive(session, nonsense, false)
    }
    expect(wire.closed).toBeUndefined()
  })
})
