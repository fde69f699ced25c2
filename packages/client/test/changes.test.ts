import { describe, expect, it } from "vitest"
import { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

const setUp = async () => {
  const world = new FakeWorld()
  const room = world.server.room("direct", ["ada", "bob"])
  const { message_id: id } = world.server.say(room, "ada", "helo").payload as { message_id: string }
  const ada = await person(world, "ada")
  return { world, room, id, ada, shown: () => ada.message(room, id) }
}
const no = { code: "forbidden", status: 403, detail: "No.", retryable: false }

describe("an edit, a deletion, a reaction", () => {
  it("is shown at once, while the line is down too, and is the server's once it is back", async () => {
    const { ada, id, room, shown, world } = await setUp()
    world.cut()
    const edit = ada.edit(room, id, "hello")
    const react = ada.react(room, id, "👍")
    expect(shown()).toMatchObject({ text: "hello", edited: true, changing: true })
    expect(shown()?.reactions).toEqual([{ emoji: "👍", count: 1, mine: true }])
    expect(world.server.messages(room, "ada")[0]?.text).toBe("helo")
    await world.pass(60_000)
    await Promise.all([edit, react])
    expect(world.server.messages(room, "ada")[0]).toMatchObject({ text: "hello" })
    expect(shown()).toMatchObject({ text: "hello", edited: true })
    expect(shown()?.changing).toBeUndefined()
  })

  it("is taken back when the server refuses it, and says why", async () => {
    const { ada, id, room, shown, world } = await setUp()
    world.server.refusals.push(no)
    const before = shown()
    await expect(ada.delete(room, id)).rejects.toMatchObject({ problem: { code: "forbidden" } })
    expect(shown()).toEqual(before)
  })

  it("whose answer was lost is asked again, and stands once", async () => {
    const { ada, id, room, world } = await setUp()
    world.server.silent = true
    const react = ada.react(room, id, "🎉")
    world.cut()
    world.server.silent = false
    await world.pass(60_000)
    await react
    expect(ada.message(room, id)?.reactions).toEqual([{ emoji: "🎉", count: 1, mine: true }])
    expect(world.server.rooms.get(room)?.events.filter((one) => one.type === "reaction.added")).toHaveLength(
      1,
    )
  })
})

describe("receipts", () => {
  it("tell that messages arrived, many at once, and again after a broken line", async () => {
    const { room, world } = await setUp()
    const told = () => world.sent.filter((text) => text.includes("receipt.delivered"))
    for (const text of ["one", "two", "three"]) world.server.say(room, "bob", text)
    await world.pass(1_000)
    expect(told().map((text) => JSON.parse(text).payload)).toEqual([{ up_to_seq: 4 }])
    world.server.silent = true
    world.server.silent = false
    world.deaf = true
    world.server.say(room, "bob", "four")
    await world.pass(1_000)
    world.cut()
    world.deaf = false
    await world.pass(60_000)
    expect(
      told()
        .slice(1)
        .map((text) => JSON.parse(text).payload.up_to_seq),
    ).toEqual([5, 5])
  })

  it("clear what is unread on the person's other device, and tick the sender's messages", async () => {
    const { room, world } = await setUp()
    const bob = await person(world, "bob")
    const other = await person(world, "bob")
    const ada = await person(world, "ada")
    ada.send(room, "news")
    expect([bob.unread(room), other.unread(room), ada.tick(room, 2)]).toEqual([2, 2, "sent"])
    await world.pass(1_000)
    expect(ada.tick(room, 2)).toBe("delivered")
    bob.markRead(room)
    expect([bob.unread(room), other.unread(room), ada.tick(room, 2)]).toEqual([0, 0, "read"])
  })
})

describe("a conversation", () => {
  it("that is renamed shows the new name at once, and the old one when the server refuses", async () => {
    const { ada, world } = await setUp()
    const group = world.server.room("group", ["ada", "bob"], "Old")
    world.httpAnswer = { status: 403, body: no, retryAfter: null }
    const renamed = ada.groups.rename(group, "New")
    expect(ada.conversation(group)?.name).toBe("New")
    await expect(renamed).rejects.toMatchObject({ problem: { code: "forbidden" } })
    expect(ada.conversation(group)?.name).toBe("Old")
    world.httpAnswer = undefined
    await ada.groups.rename(group, "New")
    await ada.groups.archive(group)
    expect(ada.conversation(group)).toMatchObject({ name: "New", archived: true })
  })

  it("goes on through events that this client does not know, and counts them", async () => {
    const { ada, room, world } = await setUp()
    world.server.append(room, "poll.opened", {})
    world.server.append(room, "event.hidden", {})
    world.server.say(room, "bob", "after")
    expect(ada.lastMessage(room)?.text).toBe("after")
    expect(ada.unknownEvents).toBe(1)
    expect(ada.status.phase).toBe("live")
  })

  it("is quiet at once when it is muted, and loud again when the server refuses", async () => {
    const { ada, room, world } = await setUp()
    world.httpAnswer = { status: 403, body: no, retryAfter: null }
    const muted = ada.preferences.setMuted(room, true)
    expect(ada.preferences.isMuted(room)).toBe(true)
    await expect(muted).rejects.toMatchObject({ problem: { code: "forbidden" } })
    expect(ada.preferences.isMuted(room)).toBe(false)
  })
})
