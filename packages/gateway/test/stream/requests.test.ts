/** Edits, deletions and reactions on their way to their conversation. */
import { expect, it } from "vitest"
import { receive } from "../../src/stream/receive.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { online } from "./online.ts"
import { World } from "./World.ts"

const A = cnv(1)
const message_id = `msg_${"0".repeat(26)}`

const frames = [
  { type: "message.send", client_msg_id: "k-1", payload: { text: "hello" } },
  { type: "message.edit", payload: { message_id, text: "hello!" } },
  { type: "reaction.add", payload: { message_id, emoji: "👍" } },
  { type: "reaction.remove", payload: { message_id, emoji: "👍" } },
  { type: "message.delete", payload: { message_id } },
].map((frame, index) => ({ id: `c-${index}`, conversation_id: A, ...frame }))

const asks = ["SendMessage", "EditMessage", "AddReaction", "RemoveReaction", "DeleteMessage"]

it("reach the conversation in the order of arrival among themselves and with sends, without waiting for answers", async () => {
  const world = new World()
  world.found(A, "ann", "bob")
  const { session, wire } = await online(world, "bob")
  for (const frame of [...frames, ...frames]) receive(session, Buffer.from(JSON.stringify(frame)), false)
  expect(world.asked.map((one) => one.asks)).toEqual([...asks, ...asks])
  await settle()
  expect(
    wire.frames
      .slice(-4)
      .map(({ conversation_id, payload, reply_to }) => [reply_to, conversation_id, payload]),
  ).toEqual(["c-1", "c-2", "c-3", "c-4"].map((id) => [id, A, { seq: 9 }]))
})

it("take from the same limits as messages", async () => {
  const world = new World()
  world.found(A, "ann", "bob")
  const { give } = await online(world, "bob")
  let left = 2
  Object.assign(world.context.limiter, {
    takeMessage: () => (left-- > 0 ? { ok: true } : { ok: false, retryAfterMs: 100 }),
  })
  const told = []
  for (const frame of frames) told.push(...(await give(frame)))
  expect(told).toEqual(["ack", "ack", ...Array<string>(3).fill("error rate_limited")])
  expect(world.asked).toHaveLength(2)
})

it.each([
  ["an edit without text", { ...frames[1], payload: { message_id } }],
  ["an edit to nothing", { ...frames[1], payload: { message_id, text: "" } }],
  ["a message id that is none", { ...frames[4], payload: { message_id: "msg_1" } }],
  ["an emoji with a space", { ...frames[2], payload: { message_id, emoji: "a b" } }],
  ["a receipt up to a seq below 0", { ...frames[4], type: "receipt.read", payload: { up_to_seq: -1 } }],
])("%s is refused before anybody is asked", async (_, frame) => {
  const world = new World()
  world.found(A, "ann", "bob")
  const { give } = await online(world, "bob")
  expect(await give(frame)).toEqual(["error bad_request"])
  expect(world.asked).toEqual([])
})
