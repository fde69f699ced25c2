/** Being added while connected: told late, told twice, told while the stay before is not over yet. */
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { online } from "./online.ts"
import { World } from "./World.ts"

const [A, B] = [cnv(1), cnv(2)]

it("a joining that the cursor covers is told late without effect, though the stay is over", async () => {
  const world = new World()
  world.found(A, "ann")
  world.add(A, "bob")
  world.remove(A, "bob")
  world.say(A)
  const bob = await online(world, "bob")
  // The projector's batch ends after the sync's head, so its place says nothing of how old the joining is.
  world.found(B, "ann")
  world.repair()
  await settle()
  expect(bob.wire.story()).toEqual(["hello", "ack"])
})

it("who is removed and added again while he reads too slowly gets the end of one stay and the beginning of the next", async () => {
  const world = new World()
  world.found(A, "ann", "bob")
  world.found(B, "ann", "bob")
  const bob = await online(world, "bob")
  bob.wire.stalled = true
  world.say(B)
  await settle()
  const before = bob.wire.frames.length
  let stopped = false
  world.gate = async (at) => {
    if (at !== "forward" || stopped) return
    stopped = true
    world.tick(16_000)
  }
  // All that arrives is the user's own news of being added.
  const arriving = [false, false, false, true]
  world.announces = () => arriving.shift() ?? true
  world.remove(A, "bob")
  world.add(A, "bob")
  await settle()
  expect([stopped, bob.session.outbox.flow.stopped]).toEqual([true, true])
  bob.wire.stalled = false
  bob.wire.drain()
  world.tick()
  await settle()
  world.say(A)
  await settle()
  const ofA = bob.wire.frames.slice(before).filter((frame) => frame.conversation_id === A)
  expect(ofA.map(({ seq, type }) => `${type} ${seq ?? ""}`.trim())).toEqual([
    "member.removed 1",
    "inbox.removed",
    "inbox.added",
    "member.added 2",
    "message.new 3",
  ])
})

it("being told twice of one joining changes nothing", async () => {
  const world = new World()
  world.found(A, "ann")
  const bob = await online(world, "bob")
  world.add(A, "bob")
  await settle()
  const before = bob.wire.frames.length
  world.repair()
  await settle()
  expect(bob.wire.story(before)).toEqual([])
})

it("notes of the new stay that came before it was attached are told when it is", async () => {
  const world = new World()
  world.found(A, "ann")
  world.say(A)
  const bob = await online(world, "bob")
  let held = true
  world.gate = async (at) => {
    if (at !== "conversationFor" || !held) return
    held = false
    world.gathered.accept({ user: "bob", conversation: A, kind: "read", device: "tv", seq: 3 })
    Effect.runFork(world.gathered.flushAll)
    await settle()
  }
  world.add(A, "bob")
  world.say(A)
  await settle()
  await settle()
  expect(bob.wire.story().slice(-2)).toEqual(["message.new 3", "inbox.updated"])
})
