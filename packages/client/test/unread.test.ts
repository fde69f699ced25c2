import { expect, it } from "vitest"
import { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

const setUp = async (said: number) => {
  const world = new FakeWorld()
  const room = world.server.room("group", ["ada", "bob"], "Many")
  const messages = Array.from({ length: said }, (_, n) => world.server.say(room, "bob", `m${n}`))
  const ada = await person(world, "ada")
  const remove = (n: number): void => {
    const { message_id } = messages[n]!.payload as { message_id: string }
    world.server.append(room, "message.deleted", { message_id, actor_id: "bob" })
  }
  return { ada, remove, room, world }
}

it("what is unread is right within seconds after messages were deleted that are not held", async () => {
  const { ada, remove, room, world } = await setUp(60)
  expect(ada.unread(room)).toBe(60)
  remove(3)
  remove(4)
  remove(59)
  await world.pass(3_000)
  expect([ada.unread(room), world.server.marker(room, "ada").unread]).toEqual([57, 57])
})

it("what is unread is right within seconds after a return to more messages than are replayed", async () => {
  const { ada, room, world } = await setUp(60)
  world.cut()
  for (let n = 0; n < 250; n++) world.server.say(room, "bob", `missed ${n}`)
  await world.pass(60_000)
  await world.pass(3_000)
  expect(ada.unread(room)).toBe(310)
})

it("a message in a conversation of which nothing was known yet counts within seconds", async () => {
  const { ada, world } = await setUp(1)
  const other = world.server.room("group", ["ada", "bob"], "Old")
  world.inject({ type: "inbox.removed", conversation_id: other, payload: {} })
  world.inject({ type: "inbox.added", conversation_id: other, payload: world.server.describe(other) })
  world.server.say(other, "bob", "hello again")
  expect(ada.unread(other)).toBe(0)
  await world.pass(3_000)
  expect(ada.unread(other)).toBe(1)
})

it("the inbox is not asked for what can be counted", async () => {
  const { ada, remove, room, world } = await setUp(60)
  ada.markRead(room)
  await world.settled()
  world.server.say(room, "bob", "held")
  remove(3)
  remove(59)
  expect([world.waits.filter((ms) => ms < 3_000 && ms !== 700), ada.unread(room)]).toEqual([[], 1])
})
