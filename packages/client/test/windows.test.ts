/** Several windows of one person in one browser, which share the storage. */
import { describe, expect, it } from "vitest"
import { connect } from "../src/connect.ts"
import { FakeWorld } from "./FakeWorld.ts"
import { lateValues, read } from "./person.ts"

const setUp = () => {
  const world = new FakeWorld()
  const room = world.server.room("direct", ["ada", "bob"])
  const storage = lateValues()
  const window = (deviceId: string) =>
    connect({
      url: "http://parley.test",
      token: "access-ada",
      userId: "ada",
      deviceId,
      storage,
      platform: world.platformOf("ada", deviceId),
    })
  return { world, room, storage, window }
}

describe("two windows", () => {
  it("do not show or send what the other one waits to send", async () => {
    const { room, window, world } = setUp()
    const first = window("tab-1")
    await world.settled()
    world.deaf = true
    first.send(room, "of the first")
    await first.kept()
    const second = window("tab-2")
    await world.settled()
    expect([read(first, room), read(second, room)]).toEqual([["[of the first]"], []])
    world.deaf = false
    second.send(room, "of the second")
    await world.settled()
    expect(world.server.received).toEqual(["of the second"])
  })

  it("of which one was closed: the other one sends what that one left, once, when it is looked at", async () => {
    const { room, window, world } = setUp()
    const first = window("tab-1")
    const [second, third] = [window("tab-2"), window("tab-3")]
    await world.settled()
    world.deaf = true
    first.send(room, "one")
    first.send(room, "two")
    await first.kept()
    first.close()
    world.closeWindow("tab-1")
    world.deaf = false
    world.foreground(true)
    await world.settled()
    expect(world.server.received).toEqual(["one", "two"])
    expect([read(second, room), read(third, room)]).toEqual([
      ["one", "two"],
      ["one", "two"],
    ])
  })
})

describe("a storage that answers late", () => {
  it("keeps what was written until the page comes back, in order, before what is written then", async () => {
    const { room, storage, window, world } = setUp()
    const before = window("tab-1")
    await world.settled()
    world.cut()
    before.send(room, "one")
    before.send(room, "two")
    await before.kept()
    before.close()
    world.closeWindow("tab-1")
    storage.slow = true
    await world.pass(1_000)
    const after = window("tab-1")
    after.send(room, "three")
    await world.settled()
    expect(world.server.received).toEqual([])
    storage.release()
    await world.settled()
    expect(world.server.received).toEqual(["one", "two", "three"])
    expect(read(after, room)).toEqual(["one", "two", "three"])
  })

  it("and that fails keeps nothing, and stops nothing", async () => {
    const { room, storage, window, world } = setUp()
    storage.broken = true
    const ada = window("tab-1")
    await world.settled()
    ada.send(room, "sent all the same")
    await world.settled()
    await ada.kept()
    expect(read(ada, room)).toEqual(["sent all the same"])
  })
})
