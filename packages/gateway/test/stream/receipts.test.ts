/** Receipts: accepted at once, stored together, told to those whom they concern. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { MOST_PER_USER } from "../../src/stream/receipts/PendingCursors.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { online } from "./online.ts"
import { World, type WorldOptions } from "./World.ts"

const [A, B] = [cnv(1), cnv(2)]

const receipt = (kind: "read" | "delivered", up_to_seq: number, conversation_id = A) => ({
  id: "r",
  type: `receipt.${kind}`,
  conversation_id,
  payload: { up_to_seq },
})

/** 0 created, 1 said by ann, 2 by cid, 3 by ann, 4 by bob. */
const prepared = (options: WorldOptions = {}): World => {
  const world = new World(options)
  world.found(A, "ann", "bob", "cid")
  for (const user of ["ann", "cid", "ann", "bob"]) world.say(A, user)
  return world
}

/** What the timer does once a second. */
const flush = async (world: World): Promise<void> => {
  Effect.runFork(world.gathered.flushAll)
  await settle()
}

const since = (wire: { frames: ReadonlyArray<{ type: string; payload: object }> }, from: number) =>
  wire.frames.slice(from).map(({ payload, type }) => ({ type, ...payload }))

describe("a receipt", () => {
  it("is acknowledged with nothing in it, before it is stored, also before any sync", async () => {
    const world = prepared()
    const { give, wire } = await online(world, "bob")
    expect(await give(receipt("read", 3))).toEqual(["ack"])
    expect(wire.frames.at(-1)).toMatchObject({ reply_to: "r", conversation_id: A, payload: {} })
    expect(world.receipts.commands).toEqual([])
    const { session, wire: other } = world.connect("cid")
    const { receive } = await import("../../src/stream/receive.ts")
    receive(session, Buffer.from(JSON.stringify(receipt("read", 3))), false)
    await settle()
    expect(other.story().at(-1)).toBe("ack")
  })

  it("goes with all others of the user's as one command a second, each cursor at its furthest", async () => {
    const world = prepared()
    world.found(B, "ann", "bob")
    const [phone, web] = [await online(world, "bob"), await online(world, "bob", "web")]
    await phone.give(receipt("delivered", 1))
    await phone.give(receipt("delivered", 4))
    await phone.give(receipt("delivered", 2))
    await web.give(receipt("delivered", 3))
    await web.give(receipt("read", 2))
    await phone.give(receipt("read", 0, B))
    await flush(world)
    await flush(world)
    expect(world.receipts.commands).toEqual([
      {
        user: "bob",
        moves: {
          read: { [A]: 2, [B]: 0 },
          delivered: [
            { device_id: "phone", cursors: { [A]: 4 } },
            { device_id: "web", cursors: { [A]: 3 } },
          ],
        },
      },
    ])
  })

  it("is clamped to the head as it was when it came", async () => {
    const world = prepared()
    const { give } = await online(world, "bob")
    await give(receipt("read", 1_000_000))
    world.say(A)
    await flush(world)
    expect(world.receipts.commands[0]!.moves.read).toEqual({ [A]: 4 })
  })

  it("of an ex-member, a stranger, or nowhere is not_found, whatever was announced", async () => {
    const world = prepared()
    const { give } = await online(world, "bob")
    world.announces = () => false
    world.remove(A, "bob")
    expect(await give(receipt("read", 3))).toEqual(["member.removed 5", "inbox.removed", "error not_found"])
    expect(await give(receipt("read", 3))).toEqual(["error not_found"])
    expect(await give(receipt("delivered", 3, B))).toEqual(["error not_found"])
    expect(await (await online(world, "eve")).give(receipt("read", 3))).toEqual(["error not_found"])
    await flush(world)
    expect(world.receipts.commands).toEqual([])
  })

  it("accepted before a removal and stored after it is left out", async () => {
    const world = prepared()
    const { give } = await online(world, "bob")
    expect(await give(receipt("read", 3))).toEqual(["ack"])
    world.remove(A, "bob")
    await flush(world)
    expect(world.receipts.commands).toEqual([])
  })

  it("that could not be stored is stored with what came meanwhile", async () => {
    const world = prepared()
    const { give } = await online(world, "bob")
    await give(receipt("read", 2))
    await give(receipt("delivered", 4))
    world.failing = true
    await flush(world)
    world.failing = false
    await give(receipt("read", 3))
    await flush(world)
    expect(world.receipts.commands.map((one) => one.moves)).toEqual([
      { read: { [A]: 3 }, delivered: [{ device_id: "phone", cursors: { [A]: 4 } }] },
    ])
    expect(world.gathered.waiting()).toBe(0)
  })

  it("that was interrupted where it was to be stored ends no timer: it is stored at the next round", async () => {
    const world = prepared()
    const { give } = await online(world, "bob")
    await give(receipt("read", 2))
    world.failing = "interrupted"
    const round = Effect.runPromiseExit(world.gathered.flushAll)
    expect((await round)._tag).toBe("Success")
    world.failing = false
    await flush(world)
    expect(world.receipts.commands).toHaveLength(1)
  })

  it("outlives its connection", async () => {
    const world = prepared()
    const { give, session } = await online(world, "bob")
    await give(receipt("read", 2))
    session.gone("closed")
    await flush(world)
    expect(world.receipts.commands).toHaveLength(1)
  })

  it("beyond what may wait is unavailable, and what waits may still move", async () => {
    const world = prepared()
    for (let i = 0; i < MOST_PER_USER; i++)
      world.gathered.accept({ user: "bob", conversation: cnv(100 + i), kind: "read", device: "", seq: 1 })
    const { give } = await online(world, "bob")
    expect(await give(receipt("read", 3))).toEqual(["error unavailable"])
    expect(
      world.gathered.accept({ user: "bob", conversation: cnv(100), kind: "read", device: "", seq: 2 }),
    ).toBe(true)
  })
})

describe("once it is stored", () => {
  it("what was read is told to the senders of what it newly covers, to the reader's other connections, and his marker to all of his", async () => {
    const world = prepared()
    const ann = await online(world, "ann")
    const cid = await online(world, "cid")
    const [phone, web] = [await online(world, "bob"), await online(world, "bob", "web")]
    await phone.give(receipt("read", 1))
    await flush(world)
    const before = [ann, cid, phone, web].map(({ wire }) => wire.frames.length)
    await phone.give(receipt("read", 3))
    await flush(world)
    const lastRead = world.streams.get(A)![3]!.event as { message_id: string }
    const read = { type: "receipt.read", user_id: "bob", last_read: lastRead.message_id, up_to_seq: 3 }
    const marker = { type: "inbox.updated", last_seq: 4, read_seq: 3, unread: 0 }
    expect(since(ann.wire, before[0]!)).toEqual([read])
    expect(since(cid.wire, before[1]!)).toEqual([read])
    expect(since(phone.wire, before[2]!)).toEqual([{ type: "ack" }, marker])
    expect(since(web.wire, before[3]!)).toEqual([marker, read])
    // Only cid's message is not covered again.
    const again = cid.wire.frames.length
    world.say(A, "ann")
    await phone.give(receipt("read", 5))
    await flush(world)
    expect(cid.wire.story(again)).toEqual(["message.new 5"])
  })

  it("what was delivered is told to each sender with his own last message", async () => {
    const world = prepared()
    const [ann, cid, bob] = [
      await online(world, "ann"),
      await online(world, "cid"),
      await online(world, "bob"),
    ]
    const before = [ann.wire.frames.length, cid.wire.frames.length]
    await bob.give(receipt("delivered", 4))
    await flush(world)
    const idAt = (seq: number) => (world.streams.get(A)![seq]!.event as { message_id: string }).message_id
    const delivery = { type: "receipt.delivery", recipient_id: "bob", device_id: "phone", up_to_seq: 4 }
    expect(since(ann.wire, before[0]!)).toEqual([{ ...delivery, message_id: idAt(3) }])
    expect(since(cid.wire, before[1]!)).toEqual([{ ...delivery, message_id: idAt(2) }])
    expect(bob.wire.story().at(-1)).toBe("ack")
  })

  it("a lower or equal one has no effect", async () => {
    const world = prepared()
    const [ann, bob] = [await online(world, "ann"), await online(world, "bob")]
    await bob.give(receipt("read", 3))
    await flush(world)
    const before = [ann.wire.frames.length, bob.wire.frames.length]
    await bob.give(receipt("read", 3))
    await bob.give(receipt("read", 1))
    await flush(world)
    expect(ann.wire.story(before[0])).toEqual([])
    expect(bob.wire.story(before[1])).toEqual(["ack", "ack"])
  })

  it("the reading of who hides it is told to his own connections alone", async () => {
    const world = prepared()
    world.receipts.hidden.add("bob")
    const [ann, phone, web] = [
      await online(world, "ann"),
      await online(world, "bob"),
      await online(world, "bob", "web"),
    ]
    const before = ann.wire.frames.length
    await phone.give(receipt("read", 3))
    await flush(world)
    expect(ann.wire.story(before)).toEqual([])
    expect(web.wire.story().slice(-2)).toEqual(["inbox.updated", "receipt.read"])
  })

  it("above receipts_members nobody is told but the reader of his marker, and delivered is not stored", async () => {
    const world = prepared({ limits: { receipts_members: 2 } })
    const [ann, phone, web] = [
      await online(world, "ann"),
      await online(world, "bob"),
      await online(world, "bob", "web"),
    ]
    const before = ann.wire.frames.length
    expect(await phone.give(receipt("delivered", 3))).toEqual(["ack"])
    expect(await phone.give(receipt("read", 3))).toEqual(["ack"])
    await flush(world)
    expect(world.receipts.commands.map((one) => one.moves)).toEqual([{ read: { [A]: 3 }, delivered: [] }])
    expect(ann.wire.story(before)).toEqual([])
    expect(web.wire.story().at(-1)).toBe("inbox.updated")
  })

  it("a sender who has left is told nothing", async () => {
    const world = prepared()
    const [ann, bob] = [await online(world, "ann"), await online(world, "bob")]
    world.remove(A, "ann")
    await settle()
    const before = ann.wire.frames.length
    await bob.give(receipt("read", 4))
    await flush(world)
    expect(ann.wire.story(before)).toEqual([])
  })

  it("a joining hides from the senders before it that he has read", async () => {
    const world = prepared()
    world.add(A, "dan")
    world.say(A, "cid")
    const [ann, cid, dan] = [
      await online(world, "ann"),
      await online(world, "cid"),
      await online(world, "dan"),
    ]
    const before = [ann.wire.frames.length, cid.wire.frames.length]
    await dan.give(receipt("read", 6))
    await flush(world)
    expect([ann.wire.story(before[0]), cid.wire.story(before[1])]).toEqual([[], ["receipt.read"]])
  })

  it("by HTTP it is stored when it is answered, and told like any other", async () => {
    const world = prepared()
    const [ann, bob] = [await online(world, "ann"), await online(world, "bob")]
    const before = [ann.wire.frames.length, bob.wire.frames.length]
    const origin = { actor: "bob", correlation: "req_1" }
    const move = (user: string) =>
      Effect.runPromise(
        world.gathered.move(
          { ...origin, actor: user },
          { conversation: A, readUpTo: 99, delivered: { device: "tv", upTo: 2 } },
        ),
      )
    expect([await move("bob"), await move("eve")]).toEqual([true, false])
    expect(world.receipts.commands).toEqual([
      { user: "bob", moves: { read: { [A]: 4 }, delivered: [{ device_id: "tv", cursors: { [A]: 2 } }] } },
    ])
    await settle()
    expect(ann.wire.story(before[0])).toEqual(["receipt.read", "receipt.delivery"])
    expect(bob.wire.story(before[1])).toEqual(["inbox.updated", "receipt.read"])
  })
})
