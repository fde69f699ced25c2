/** What a sync asks of the models and of the log, counted: a reconnect storm is as many syncs as there are people. */
import { describe, expect, it } from "vitest"
import { cnv } from "./TestLog.ts"
import { cursorNow, online, syncFrom } from "./online.ts"
import { World } from "./World.ts"

const ofModels = ["of", "moved", "markers", "view", "covered", "conversationFor"]
const ofLog = ["head", "forward", "backward", "present", "fromJoin"]

/** A world whose conversations somebody else is connected to, and what is asked from now on. */
const busy = async (count: number) => {
  const world = new World()
  world.headsAtOnce = true
  const conversations = Array.from({ length: count }, (_, n) => cnv(n + 1))
  for (const id of conversations) {
    world.found(id, "ann", "bob")
    world.say(id, "ann")
  }
  await online(world, "ann")
  const from = {
    cursor: cursorNow(world, "bob"),
    known: Object.fromEntries(conversations.map((id) => [id, 1])),
  }
  const asked: Array<string> = []
  world.gate = async (at) => void asked.push(at)
  const asks = (of: ReadonlyArray<string>) => asked.filter((at) => of.includes(at))
  return { world, conversations, from, asks }
}

describe.each([1, 60])("a sync of %d conversations that others are connected to", (count) => {
  it("asks the models twice and the log not at all when nothing is new", async () => {
    const { asks, from, world } = await busy(count)
    const wire = await syncFrom(world, "bob", from)
    expect(wire.story(1)).toEqual(["ack"])
    expect([asks(ofModels), asks(ofLog)]).toEqual([["of", "moved"], []])
  })

  it("asks no more when every conversation has something new", async () => {
    const { asks, conversations, from, world } = await busy(count)
    for (const id of conversations) world.say(id, "ann")
    const wire = await syncFrom(world, "bob", from)
    expect(wire.story(1)).toEqual([...conversations.map(() => "message.new 2"), "ack"])
    expect([asks(ofModels), asks(ofLog)]).toEqual([["of", "moved"], []])
  })

  it("asks no more when every conversation goes on while the models are asked", async () => {
    const { asks, conversations, from, world } = await busy(count)
    const asking = world.gate
    world.gate = async (at) => {
      if (at === "of") for (const id of conversations) world.say(id, "ann")
      await asking(at)
    }
    const wire = await syncFrom(world, "bob", from)
    expect(wire.story(1)).toEqual([...conversations.map(() => "message.new 2"), "ack"])
    expect([asks(ofModels), asks(ofLog)]).toEqual([["of", "moved"], []])
  })
})
