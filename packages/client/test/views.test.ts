import { describe, expect, it } from "vitest"
import type { Change } from "../src/Options.ts"
import { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

const setUp = async () => {
  const world = new FakeWorld()
  const room = world.server.room("direct", ["ada", "bob"])
  const other = world.server.room("group", ["ada", "bob", "cat"], "Others")
  const ada = await person(world, "ada")
  return { world, room, other, ada }
}

describe("what a screen reads", () => {
  it("is the same object until something in it changes, and lines that did not change stay", async () => {
    const { ada, other, room, world } = await setUp()
    const list = ada.views.conversations()
    const view = ada.views.conversation(room)
    expect([ada.views.conversations() === list, ada.views.conversation(room) === view]).toEqual([true, true])
    world.server.say(room, "bob", "news")
    const after = ada.views.conversations()
    expect(after).not.toBe(list)
    const lineOf = (lines: typeof list, id: string) => lines.find((line) => line.id === id)
    expect(lineOf(after, other)).toBe(lineOf(list, other))
    expect(lineOf(after, room)).toMatchObject({ unread: 1, lastMessage: { text: "news" } })
    expect(ada.views.conversation(room)).not.toBe(view)
    expect(ada.views.conversation(other)).toBe(ada.views.conversation(other))
  })

  it("is told of at once, then once a frame of the screen however much comes, and never late", async () => {
    const { ada, room, world } = await setUp()
    let told = 0
    ada.views.subscribe(() => told++)
    for (let n = 0; n < 100; n++) world.server.say(room, "bob", `m${n}`)
    expect(told).toBe(1)
    expect(ada.views.conversation(room).unread).toBe(100)
    await world.pass(16)
    expect(told).toBe(2)
    await world.pass(16)
    expect(told).toBe(2)
  })

  it("is left alone when nobody listens", async () => {
    const { ada, room, world } = await setUp()
    const end = ada.views.subscribe(() => {})
    end()
    world.server.say(room, "bob", "quiet")
    expect(world.waits.filter((ms) => ms <= 16)).toEqual([])
    expect(ada.views.conversation(room).entries.at(-1)).toMatchObject({ text: "quiet" })
  })
})

describe("a change", () => {
  it("tells the keys of exactly the entries that came, changed or went", async () => {
    const { ada, room, world } = await setUp()
    world.server.say(room, "bob", "first", "k-1")
    world.server.say(room, "bob", "second", "k-2")
    const heard: Array<Change> = []
    ada.subscribe((change) => heard.push(change))
    const keys = (): ReadonlyArray<string> => {
      const told = heard.flatMap((one) => (one._tag === "Conversation" && one.id === room ? one.keys : []))
      heard.length = 0
      return [...new Set(told)]
    }
    const [, first, second] = ada.entries(room)
    const { message_id } = world.server.messages(room, "ada")[0]!
    await ada.react(room, message_id, "👍")
    expect(keys()).toEqual([first?.key])
    const sent = ada.send(room, "mine")
    await world.settled()
    expect(keys()).toEqual([sent])
    ada.markRead(room)
    await world.settled()
    expect(keys()).toEqual([])
    world.server.append(room, "message.deleted", {
      message_id: world.server.messages(room, "ada")[1]!.message_id,
      actor_id: "bob",
    })
    expect(keys()).toEqual([second?.key])
  })
})
