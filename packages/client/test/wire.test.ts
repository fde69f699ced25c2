/** The client's own picture of the wire against the server's: declared apart, so that no Effect is in the client's types. */
import type { Conversation, InboxItem, Message } from "@parley/domain/wire/conversation"
import { readClientFrame } from "@parley/domain/wire/readClientFrame"
import { expect, it } from "vitest"
import type * as wire from "../src/wire.ts"
import { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

/** Compiles as long as everything that the server's schemas allow is what the client expects. */
export const readable = {
  conversation: (conversation: Conversation): wire.Conversation => conversation,
  inboxItem: (item: InboxItem): wire.InboxItem => item,
  message: (message: Message): wire.WireMessage => message,
}

it("every frame that the client sends is one that the server's schemas accept", async () => {
  const world = new FakeWorld()
  const room = world.server.room("direct", ["ada", "bob"])
  const ada = await person(world, "ada")
  ada.send(room, "hello")
  world.cut()
  ada.send(room, "again")
  await world.pass(60_000)
  const read = world.sent.map((text) => readClientFrame(JSON.parse(text))._tag)
  expect(read).toEqual(["Sync", "Send", "Sync", "Send"])
})
