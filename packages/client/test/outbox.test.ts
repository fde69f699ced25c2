import { describe, expect, it } from "vitest"
import { FakeWorld } from "./FakeWorld.ts"
import { keyValues, person, read } from "./person.ts"

const setUp = async () => {
  const world = new FakeWorld()
  const room = world.server.room("direct", ["ada", "bob"])
  const storage = keyValues()
  return { world, room, storage, ada: await person(world, "ada", storage) }
}

describe("what a person wrote", () => {
  it("is not sent again when the replay shows that it arrived, though the answer was lost", async () => {
    const { ada, room, world } = await setUp()
    world.server.silent = true
    ada.send(room, "did it arrive?")
    expect(read(ada, room)).toEqual(["[did it arrive?]"])
    world.cut()
    world.server.silent = false
    await world.pass(60_000)
    expect(world.server.received).toEqual(["did it arrive?"])
    expect(read(ada, room)).toEqual(["did it arrive?"])
  })

  it("is sent again when nothing shows that it arrived, and is in the log once", async () => {
    const { ada, room, world } = await setUp()
    world.server.silent = true
    ada.send(room, "did it arrive?")
    world.cut()
    for (let n = 0; n < 250; n++) world.server.say(room, "bob", `m${n}`)
    world.server.silent = false
    await world.pass(60_000)
    expect(world.server.received).toEqual(["did it arrive?", "did it arrive?"])
    expect(read(ada, room).filter((text) => text.includes("arrive"))).toEqual([])
    while (ada.hasOlder(room)) await ada.loadOlder(room)
    expect(read(ada, room).filter((text) => text.includes("arrive"))).toEqual(["did it arrive?"])
  })

  it("while offline is sent in the order of writing, with what is written meanwhile after it", async () => {
    const { ada, room, world } = await setUp()
    world.cut()
    for (const text of ["one", "two", "three"]) ada.send(room, text)
    expect(read(ada, room)).toEqual(["[one]", "[two]", "[three]"])
    await world.pass(60_000)
    ada.send(room, "four")
    expect(world.server.received).toEqual(["one", "two", "three", "four"])
    expect(read(ada, room)).toEqual(["one", "two", "three", "four"])
  })

  it("survives a reload of the page", async () => {
    const { ada, room, storage, world } = await setUp()
    world.cut()
    ada.send(room, "one")
    ada.send(room, "two")
    ada.close()
    const reloaded = await person(world, "ada", storage)
    expect(read(reloaded, room)).toEqual(["one", "two"])
    expect(world.server.received).toEqual(["one", "two"])
  })

  it("is not sent by another person at the same computer", async () => {
    const { ada, room, storage, world } = await setUp()
    world.cut()
    ada.send(room, "mine")
    ada.close()
    const bob = await person(world, "bob", storage)
    expect(read(bob, room)).toEqual([])
  })

  it("waits as long as the server asks, and nothing overtakes it", async () => {
    const { ada, room, world } = await setUp()
    world.server.refusals.push({
      code: "rate_limited",
      status: 429,
      detail: "Slow down.",
      retryable: true,
      retry_after_ms: 700,
    })
    ada.send(room, "one")
    ada.send(room, "two")
    expect(read(ada, room)).toEqual(["[one]", "[two]"])
    expect(world.waits[0]).toBe(700)
    await world.pass(700)
    expect(read(ada, room)).toEqual(["one", "two"])
  })

  it("and the server declined is shown with the reason, does not hold up the rest, and can be tried again or dropped", async () => {
    const { ada, room, world } = await setUp()
    const no = { code: "forbidden", status: 403, detail: "You cannot write here.", retryable: false }
    world.server.refusals.push(no, no)
    const first = ada.send(room, "one")
    const second = ada.send(room, "two")
    ada.send(room, "three")
    expect(read(ada, room)).toEqual(["three", "one: forbidden", "two: forbidden"])
    ada.retry(first)
    ada.discard(second)
    expect(read(ada, room)).toEqual(["three", "one"])
  })

  it("keeps its key from writing to reading, so that it can be drawn as one thing", async () => {
    const { ada, room, world } = await setUp()
    const seen = new Set<string>()
    ada.subscribe(() => {
      for (const entry of ada.entries(room)) if (entry.kind === "message") seen.add(entry.key)
    })
    const key = ada.send(room, "hello")
    world.cut()
    await world.pass(60_000)
    expect([...seen]).toEqual([key])
  })
})

it("what waits stands at the server's time, however wrong the clock here is", async () => {
  const world = new FakeWorld()
  const first = world.server.room("direct", ["ada", "bob"])
  const second = world.server.room("direct", ["ada", "cyd"])
  world.server.say(second, "cyd", "hello")
  const right = world.now
  world.server.clock = () => right
  world.now -= 9 * 3_600_000
  const ada = await person(world, "ada")
  expect(ada.now).toBe(right)
  world.cut()
  ada.send(first, "waits")
  expect(ada.lastMessage(first)?.at).toBe(right)
  expect(ada.conversations.map((one) => one.id)).toEqual([first, second])
})
