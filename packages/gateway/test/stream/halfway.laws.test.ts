/**
 * The law of a connection's order: whatever fails while a sync is at work, and whenever it is asked for again, what a connection is sent
 * of one conversation goes on where it was, one `seq` after another; and in the end everything has come.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { TestClient } from "./TestClient.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { World } from "./World.ts"

const conversations = [cnv(1), cnv(2), cnv(3)]
const conversation = fc.constantFrom(...conversations)
/** Of the waits that there are. */
const which = fc.nat(20)

/** `move`: he is removed, or added again. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("goOn" as const),
      which,
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("fail" as const), which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("say" as const), conversation }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("move" as const), conversation }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("again" as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("cut" as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("repair" as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("forget" as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("lose" as const), announcements: fc.boolean() }) },
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

interface Play {
  readonly steps: ReadonlyArray<Step>
  readonly ringBytes: number
  /** Whether syncs name what is held. */
  readonly names: boolean
}

const play = async ({ names, ringBytes, steps }: Play): Promise<ReadonlyArray<string>> => {
  const world = new World({ ringBytes })
  for (const id of conversations) world.found(id, "ann", "bob")
  const client = new TestClient(world, "bob", "phone", names)
  client.connect()
  await settle()
  client.read()
  const waiting: Array<() => void> = []
  let failing = false
  world.gate = () => new Promise((resolve) => waiting.push(resolve))
  world.fails = () => failing
  /** One of the waits inside the server ends. What fails once the sync is answered is tried again by the server, and is not of this law. */
  const goOn = async (place: number, fails = false): Promise<void> => {
    failing = fails && !client.synced
    waiting.splice(place % Math.max(1, waiting.length), 1)[0]?.()
    await settle()
    failing = false
  }
  const comeBack = (): void => {
    if (!client.online) client.connect()
    else if (client.refused) client.sync()
  }
  client.disconnect()
  for (const one of steps) {
    if (one.does === "goOn") for (let time = 0; time < one.times; time++) await goOn(one.which)
    else if (one.does === "fail") await goOn(one.which, true)
    else if (one.does === "say") world.say(one.conversation)
    else if (one.does === "move") {
      if (world.members(one.conversation).has("bob")) world.remove(one.conversation, "bob")
      else world.add(one.conversation, "bob")
    } else if (one.does === "again") comeBack()
    else if (one.does === "cut") client.disconnect()
    else if (one.does === "repair") world.repair()
    // Hubs that nobody uses are gone, and made anew when they are asked for.
    else if (one.does === "forget") for (let sweep = 0; sweep < 40; sweep++) world.context.hubs.sweep()
    else world.announces = () => one.announcements
    await settle()
    client.read()
  }
  world.announces = () => true
  while (!client.synced || waiting.length > 0) {
    comeBack()
    await goOn(0)
    client.read()
  }
  for (let round = 0; round < 3; round++) {
    world.repair()
    do await goOn(0)
    while (waiting.length > 0)
    // Reminds hubs that could not read what they had missed.
    world.cursors()
    await settle()
  }
  client.verify()
  client.disconnect()
  return client.problems
}

describe("what a connection is sent of one conversation", () => {
  it("rises by one from what its device holds, whatever fails half-way, and in the end is all there is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          steps: fc.array(step, { minLength: 10, maxLength: 80, size: "max" }),
          ringBytes: fc.constantFrom(0, 4_000, 1_000_000),
          names: fc.boolean(),
        }),
        async (one) => {
          expect(await play(one)).toEqual([])
        },
      ),
      { numRuns: 150, seed: 20_261_201 },
    )
  })
})
