/** A replay shows the present (protocol, section 4, "Resume"). */
import { describe, expect, it } from "vitest"
import { cnv } from "./TestLog.ts"
import { settle, type TestWire } from "./TestWire.ts"
import { cursorNow, online, syncFrom } from "./online.ts"
import { World } from "./World.ts"

const A = cnv(1)

const payloads = (wire: TestWire): ReadonlyMap<number, Readonly<Record<string, unknown>>> =>
  new Map(wire.frames.flatMap(({ payload, seq }) => (seq === undefined ? [] : [[seq, payload]])))

/** What a replay from the creation on shows of 1 and 2 (said), 3 (edits 1), 4 (edits 1 again), 5 (edits 2), 6 (deletes 2). */
const replayed = async (ringBytes: number, attached: boolean) => {
  const world = new World({ ringBytes })
  world.found(A, "ann", "bob")
  const cursor = cursorNow(world, "bob")
  if (attached) await online(world, "ann")
  world.say(A)
  world.say(A)
  world.edit(A, 1)
  world.edit(A, 1)
  world.edit(A, 2)
  world.delete(A, 2)
  await settle()
  return payloads(await syncFrom(world, "bob", { cursor, known: { [A]: 0 } }))
}

describe.each([
  ["the log", 0, false],
  ["the ring", 1_048_576, true],
  ["ring and log", 1_500, true],
] as const)("replayed from %s", (_, ringBytes, attached) => {
  it("an edited message carries its present text, and so does every edit", async () => {
    const shown = await replayed(ringBytes, attached)
    expect([1, 3, 4].map((seq) => shown.get(seq)!["text"])).toEqual([`${A} 4`, `${A} 4`, `${A} 4`])
  })

  it("a deleted message says so and has no body, nor have its edits", async () => {
    const shown = await replayed(ringBytes, attached)
    expect(shown.get(2)).toMatchObject({ deleted: true, sender_id: "ann", ordinal: 2 })
    expect(shown.get(2)).not.toHaveProperty("text")
    expect(shown.get(5)).not.toHaveProperty("text")
    expect(shown.get(6)).toMatchObject({ actor_id: "ann" })
  })
})

it("who joins and is attached late sees the present of what was said since", async () => {
  const world = new World({ ringBytes: 0 })
  world.found(A, "ann")
  const bob = await online(world, "bob")
  let once = true
  world.gate = async (at) => {
    if (at !== "conversationFor" || !once) return
    once = false
  }
  world.announces = () => false
  world.add(A, "bob")
  world.say(A)
  world.delete(A, 2)
  world.announces = () => true
  world.repair()
  await settle()
  expect(payloads(bob.wire).get(2)).toMatchObject({ deleted: true })
})

it("what is said, edited and deleted live is told as it happens", async () => {
  const world = new World()
  world.found(A, "ann", "bob")
  const bob = await online(world, "bob")
  world.say(A)
  world.edit(A, 1)
  world.delete(A, 1)
  await settle()
  expect([1, 2].map((seq) => payloads(bob.wire).get(seq)!["text"])).toEqual([`${A} 1`, `${A} 2`])
  expect(bob.wire.story().slice(-3)).toEqual(["message.new 1", "message.edited 2", "message.deleted 3"])
})
