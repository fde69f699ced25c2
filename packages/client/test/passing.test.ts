import { describe, expect, it } from "vitest"
import type { Change } from "../src/Options.ts"
import { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

const setUp = async () => {
  const world = new FakeWorld()
  const room = world.server.room("direct", ["ada", "bob"])
  const ada = await person(world, "ada")
  const bob = await person(world, "bob")
  return { world, room, ada, bob }
}

const typingSent = (world: FakeWorld): ReadonlyArray<string> =>
  world.sent.flatMap((text) => {
    const { payload, type } = JSON.parse(text) as { type: string; payload: { state: string } }
    return type === "typing" ? [payload.state] : []
  })

describe("typing", () => {
  it("is told once in three seconds however many keys are pressed, and its end after five without a key", async () => {
    const { ada, bob, room, world } = await setUp()
    for (let key = 0; key < 40; key++) {
      ada.typed(room)
      await world.pass(100)
    }
    expect(typingSent(world)).toEqual(["start", "start"])
    expect(bob.typingIn(room)).toEqual(["ada"])
    await world.pass(5_000)
    expect(typingSent(world)).toEqual(["start", "start", "stop"])
    expect(bob.typingIn(room)).toEqual([])
  })

  it("of somebody else ends by itself when nothing more is heard", async () => {
    const { bob, room, world } = await setUp()
    world.server.tell(room, () => true, "typing", { user_id: "cat", state: "start", expires_in_ms: 6_000 })
    await world.pass(5_999)
    expect(bob.typingIn(room)).toEqual(["cat"])
    await world.pass(1)
    expect(bob.typingIn(room)).toEqual([])
  })

  it("ends with the message, for the writer and for the reader, without another word", async () => {
    const { ada, bob, room, world } = await setUp()
    ada.typed(room)
    ada.send(room, "done")
    await world.settled()
    expect([typingSent(world), bob.typingIn(room)]).toEqual([["start"], []])
    await world.pass(60_000)
    expect(typingSent(world)).toEqual(["start"])
  })

  it("is not told without a connection, and nobody types on a line that broke", async () => {
    const { ada, bob, room, world } = await setUp()
    ada.typed(room)
    world.cut()
    bob.typed(room)
    expect([bob.typingIn(room), typingSent(world)]).toEqual([[], ["start"]])
    await world.pass(60_000)
    expect([bob.typingIn(room), typingSent(world)]).toEqual([[], ["start"]])
  })
})

const watched = (world: FakeWorld): ReadonlyArray<string> =>
  [...world.server.sessions].flatMap((one) => world.server.presence.watchedBy(one))

describe("presence", () => {
  it("is watched for as long as somebody here watches, and known from the answer on", async () => {
    const { ada, world } = await setUp()
    world.server.presence.set("bob", { status: "online" })
    expect(ada.presenceOf("bob")).toEqual({ status: "unknown" })
    const first = ada.watchPresence(["bob", "cat"])
    const second = ada.watchPresence(["bob"])
    await world.pass(50)
    expect([watched(world), ada.presenceOf("bob").status]).toEqual([["bob", "cat"], "online"])
    first()
    first()
    await world.pass(50)
    expect([watched(world), ada.presenceOf("bob").status]).toEqual([["bob"], "online"])
    world.server.presence.set("bob", { status: "offline", last_seen: "2026-11-24T09:00:00.000Z" })
    expect(ada.presenceOf("bob")).toEqual({
      status: "offline",
      lastSeen: Date.parse("2026-11-24T09:00:00.000Z"),
    })
    second()
    await world.pass(50)
    expect([watched(world), ada.presenceOf("bob").status]).toEqual([[], "unknown"])
  })

  it("is unknown while there is no connection, and watched again on the next", async () => {
    const { ada, world } = await setUp()
    world.server.presence.set("bob", { status: "online" })
    ada.watchPresence(["bob"])
    await world.pass(50)
    world.httpAnswer = "unreachable"
    world.cut()
    expect(ada.presenceOf("bob").status).toBe("unknown")
    world.httpAnswer = undefined
    await world.pass(60_000)
    expect([watched(world), ada.presenceOf("bob").status]).toEqual([["bob"], "online"])
  })

  it("tells the server whether somebody looks: when it changes, and on each new connection", async () => {
    const { world } = await setUp()
    world.foreground(false)
    world.foreground(false)
    world.cut()
    await world.pass(60_000)
    world.foreground(true)
    expect(world.server.presence.pings).toEqual([
      "online",
      "online",
      "away",
      "away",
      "away",
      "away",
      "online",
      "online",
    ])
  })

  it("tells exactly whose changed", async () => {
    const { ada, world } = await setUp()
    const heard: Array<Change> = []
    ada.watchPresence(["bob", "cat"])
    await world.pass(50)
    ada.subscribe((change) => heard.push(change))
    world.server.presence.set("cat", { status: "away" })
    world.server.presence.set("cat", { status: "away" })
    expect(heard).toEqual([{ _tag: "Presence", userIds: ["cat"] }])
  })
})
