import { describe, expect, it } from "vitest"
import { FakeWorld } from "./FakeWorld.ts"
import { person, read } from "./person.ts"

describe("what a client reads", () => {
  it("is what was said, in order and once, across a broken connection", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    world.server.say(room, "bob", "one")
    const ada = await person(world, "ada")
    expect(ada.status.phase).toBe("live")
    world.server.say(room, "bob", "two")
    world.cut()
    expect(ada.status.phase).toBe("offline")
    world.server.say(room, "bob", "three")
    world.server.say(room, "bob", "four")
    await world.pass(60_000)
    expect(ada.status.phase).toBe("live")
    world.server.say(room, "bob", "five")
    expect(read(ada, room)).toEqual(["one", "two", "three", "four", "five"])
  })

  it("holds a frame once however often it comes", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    const ada = await person(world, "ada")
    const frame = world.server.say(room, "bob", "once")
    world.inject(frame)
    world.inject(frame)
    expect(read(ada, room)).toEqual(["once"])
  })

  it("never shows a message above missing ones: it dials again and reads what was left out", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    const ada = await person(world, "ada")
    world.server.silent = true
    world.server.say(room, "bob", "left out")
    world.server.silent = false
    world.server.say(room, "bob", "after it")
    expect(read(ada, room)).toEqual([])
    expect(ada.status.phase).toBe("offline")
    await world.pass(60_000)
    expect(read(ada, room)).toEqual(["left out", "after it"])
  })

  it("begins after a gap that the server announced, and history fills it to the first message", async () => {
    const world = new FakeWorld()
    const room = world.server.room("group", ["ada", "bob"], "Many")
    const all = Array.from({ length: 130 }, (_, n) => `m${n}`)
    for (const text of all) world.server.say(room, "bob", text)
    const ada = await person(world, "ada")
    expect(read(ada, room)).toEqual(all.slice(-20))
    while (ada.hasOlder(room)) await ada.loadOlder(room)
    expect(read(ada, room)).toEqual(all)
  })

  it("forgets what a gap covers, and keeps what follows", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    const ada = await person(world, "ada")
    world.server.say(room, "bob", "old")
    world.cut()
    const missed = Array.from({ length: 250 }, (_, n) => `m${n}`)
    for (const text of missed) world.server.say(room, "bob", text)
    await world.pass(60_000)
    expect(read(ada, room)).toEqual(missed.slice(-200))
    await ada.loadOlder(room)
    await ada.loadOlder(room)
    expect(read(ada, room)).toEqual(["old", ...missed])
  })

  it("starts over when the server's log is another one, and sends again what that one may lack", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    const ada = await person(world, "ada")
    ada.send(room, "kept")
    world.server.refuseSync = { code: "gone", status: 410, detail: "Another log.", retryable: false }
    world.cut()
    world.server.rooms.get(room)!.events.length = 1
    await world.pass(60_000)
    expect(ada.status.phase).toBe("live")
    expect(read(ada, room)).toEqual(["kept"])
    expect(world.server.received).toEqual(["kept", "kept"])
  })
})

describe("conversations", () => {
  it("stand in the order of their latest message, one's own unsent ones included", async () => {
    const world = new FakeWorld()
    const first = world.server.room("direct", ["ada", "bob"])
    const second = world.server.room("direct", ["ada", "cyd"])
    const ada = await person(world, "ada")
    world.server.say(second, "cyd", "later")
    expect(ada.conversations.map((one) => one.id)).toEqual([second, first])
    world.cut()
    ada.send(first, "now")
    expect(ada.conversations.map((one) => one.id)).toEqual([first, second])
  })

  it("come and go with the person's membership", async () => {
    const world = new FakeWorld()
    const ada = await person(world, "ada")
    const room = world.server.room("group", ["ada", "bob"], "New")
    expect(ada.conversations.map((one) => one.name)).toEqual(["New"])
    world.inject({ type: "inbox.removed", conversation_id: room, payload: {} })
    expect(ada.conversations).toEqual([])
  })

  it("started by the person are there at once, and take frames from their first on", async () => {
    const world = new FakeWorld()
    const ada = await person(world, "ada")
    const bob = await person(world, "bob")
    const { id } = await ada.startDirect("bob")
    ada.send(id, "hello")
    expect(read(ada, id)).toEqual(["hello"])
    expect(read(bob, id)).toEqual(["hello"])
  })
})
