/** Groups whose members see only what happened since they joined (protocol, sections 6 and 7). */
import { describe, expect, it } from "vitest"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { cursorNow, online, syncFrom } from "./online.ts"
import { World } from "./World.ts"

const A = cnv(1)

/** 0 created, 1 and 2 said by ann, 3 bob joins, 4 said by ann. */
const prepared = (found: "found" | "foundFromJoin" = "foundFromJoin", ringBytes = 1_048_576): World => {
  const world = new World({ ringBytes })
  world[found](A, "ann")
  world.say(A)
  world.say(A)
  world.add(A, "bob")
  world.say(A)
  return world
}

const changeAll = (world: World): void => {
  world.edit(A, 1)
  world.react(A, 2)
  world.delete(A, 2)
  world.edit(A, 4)
}

const hidden = ["event.hidden 5", "event.hidden 6", "event.hidden 7", "message.edited 8"]
const shown = ["message.edited 5", "reaction.added 6", "message.deleted 7", "message.edited 8"]

describe("an event about a message from before his joining", () => {
  it("reaches a member live as event.hidden, with its seq and nothing else", async () => {
    const world = prepared()
    const [ann, bob] = [await online(world, "ann"), await online(world, "bob")]
    changeAll(world)
    await settle()
    expect(bob.wire.story().slice(-4)).toEqual(hidden)
    expect(ann.wire.story().slice(-4)).toEqual(shown)
    expect(bob.wire.frames.find((frame) => frame.seq === 5)!.payload).toEqual({})
  })

  it("is hidden while the announcement outruns what is known of the conversation, and costs one look", async () => {
    const world = prepared()
    const bob = await online(world, "bob")
    let looks = 0
    world.gate = async (at) => void (at === "fromJoin" && looks++)
    changeAll(world)
    await settle()
    changeAll(world)
    await settle()
    expect(bob.wire.story().slice(-8, -4)).toEqual(hidden)
    expect(looks).toBe(1)
  })

  it.each([0, 1_048_576])("is hidden in a replay (ring of %i bytes)", async (ringBytes) => {
    const world = prepared("foundFromJoin", ringBytes)
    const cursor = cursorNow(world, "bob")
    await online(world, "ann")
    changeAll(world)
    await settle()
    const wire = await syncFrom(world, "bob", { cursor, known: { [A]: 4 } })
    expect(wire.story(1)).toEqual([...hidden, "ack"])
  })

  it("is hidden from one who read too slowly and is caught up", async () => {
    const world = prepared()
    const bob = await online(world, "bob")
    bob.wire.stalled = true
    world.say(A)
    await settle()
    for (let i = 0; i < 20; i++) world.tick()
    changeAll(world)
    await settle()
    bob.wire.stalled = false
    bob.wire.drain()
    world.tick()
    await settle()
    expect(
      bob.wire
        .story()
        .slice(-4)
        .map((one) => one.split(" ")[0]),
    ).toEqual(["event.hidden", "event.hidden", "event.hidden", "message.edited"])
  })

  it("is hidden from one who has left meanwhile", async () => {
    const world = prepared()
    const cursor = cursorNow(world, "bob")
    changeAll(world)
    world.remove(A, "bob")
    const wire = await syncFrom(world, "bob", { cursor, known: { [A]: 4 } })
    expect(wire.story(1)).toEqual([...hidden, "member.removed 9", "inbox.removed", "ack"])
  })

  it("is one buffer for all from whom it is hidden, and one for all others", async () => {
    const world = prepared()
    world.add(A, "cid", "dan")
    const pushed = new Map<string, Buffer>()
    for (const user of ["ann", "bob", "cid", "dan"]) {
      const { session } = await online(world, user)
      const push = session.push.bind(session)
      session.push = (bytes) => {
        pushed.set(user, bytes)
        push(bytes)
      }
    }
    world.react(A, 4)
    await settle()
    expect(pushed.get("cid")).toBe(pushed.get("dan"))
    expect(pushed.get("ann")).toBe(pushed.get("bob"))
    expect(pushed.get("ann")).not.toBe(pushed.get("cid"))
  })
})

it("where history is for all, nothing is hidden, live and replayed", async () => {
  const world = prepared("found")
  const cursor = cursorNow(world, "bob")
  const bob = await online(world, "bob")
  changeAll(world)
  await settle()
  expect(bob.wire.story().slice(-4)).toEqual(shown)
  const wire = await syncFrom(world, "bob", { cursor, known: { [A]: 4 } }, "web")
  expect(wire.story(1)).toEqual([...shown, "ack"])
})

it("a second stay sees nothing of the first", async () => {
  const world = prepared()
  world.remove(A, "bob")
  world.add(A, "bob")
  const bob = await online(world, "bob")
  world.react(A, 4)
  world.say(A)
  world.react(A, 8)
  await settle()
  expect(bob.wire.story().slice(-3)).toEqual(["event.hidden 7", "message.new 8", "reaction.added 9"])
})
