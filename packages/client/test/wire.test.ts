/** The client's own picture of the wire against the server's: declared apart, so that no Effect is in the client's types. */
import type { Conversation, InboxItem, Message } from "@parley/domain/wire/conversation"
import { readClientFrame } from "@parley/domain/wire/readClientFrame"
import { expect, expectTypeOf, it } from "vitest"
import type * as wire from "../src/wire.ts"
import { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

it("everything that the server's schemas allow is what the client expects (held by the type check)", () => {
  expectTypeOf<Conversation>().toExtend<wire.Conversation>()
  expectTypeOf<InboxItem>().toExtend<wire.InboxItem>()
  expectTypeOf<Message>().toExtend<wire.WireMessage>()
})

it("every frame that the client sends is one that the server's schemas accept", async () => {
  const world = new FakeWorld()
  const room = world.server.room("direct", ["ada", "bob"])
  const ada = await person(world, "ada")
  ada.send(room, "hello")
  world.cut()
  ada.send(room, "again")
  await world.pass(60_000)
  ada.typed(room)
  ada.watchPresence(["bob"])
  await world.pass(50)
  ada.markRead(room)
  const read = world.sent.map((text) => readClientFrame(JSON.parse(text))._tag)
  expect(read.filter((tag) => tag === "Presence")).toHaveLength(3)
  expect(read.filter((tag) => tag !== "Presence")).toEqual([
    "Sync",
    "Send",
    "Sync",
    "Send",
    "Typing",
    "Receipt",
  ])
})
