/**
 * Simulation: a few people, their devices coming and going, reading slowly and saying how far they have read, while messages are
 * sent, edited and deleted, members come and go,
 * announcements get lost, and every wait inside the server ends in an order that the seed decides.
 */
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { seeded } from "./random.ts"
import { TestClient } from "./TestClient.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { World } from "./World.ts"

const SEEDS = Number(process.env["PARLEY_TEST_SEEDS"] ?? 40)
const FIRST = Number(process.env["PARLEY_TEST_SEED"] ?? 1)
const STEPS = 250
const people = ["ann", "bob", "cid"]

const simulate = async (seed: number): Promise<TestClient["problems"]> => {
  const random = seeded(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const pick = <A>(of: ReadonlyArray<A>): A => of[below(of.length)]!
  const world = new World({ ringBytes: pick([0, 4_000, 1_000_000]) })
  const waiting: Array<() => void> = []
  const loss = pick([0, 0.1, 0.5])
  world.announces = () => random() >= loss
  world.gate = () => new Promise((resolve) => waiting.push(resolve))
  const goOn = async (): Promise<void> => {
    const [next] = waiting.splice(below(waiting.length), 1)
    next?.()
    await settle()
  }
  const conversations = Array.from({ length: 1 + below(4) }, (_, i) => cnv(i + 1))
  for (const id of conversations) {
    const members = ["ann", ...people.slice(1).filter(() => random() < 0.6)]
    if (random() < 0.5) world.found(id, ...members)
    else world.foundFromJoin(id, ...members)
  }
  const clients = people.flatMap((user) =>
    ["phone", "web", "tablet"].map((device) => new TestClient(world, user, device)),
  )
  /** Something happens to one of the last messages. */
  const change = (id: string): void => {
    const stream = world.streams.get(id)!
    const deleted = new Set(
      stream.flatMap(({ event }) => (event._tag === "MessageDeleted" ? [event.message_seq] : [])),
    )
    const messages = stream.flatMap(({ event }, seq) =>
      event._tag === "MessageSent" && !deleted.has(seq) ? [seq] : [],
    )
    const seq = pick(messages.slice(-8))
    if (seq !== undefined)
      pick([() => world.edit(id, seq), () => world.delete(id, seq), () => world.react(id, seq)])()
  }
  for (let step = 0; step < STEPS; step++) {
    const id = pick(conversations)
    const client = pick(clients)
    const chance = random()
    if (chance < 0.3) await goOn()
    else if (chance < 0.48) world.say(id, pick([...world.members(id)]) ?? "ann")
    else if (chance < 0.54) change(id)
    else if (chance < 0.6)
      client.receipt(pick(["read", "delivered"]), id, below(world.streams.get(id)!.length + 2))
    else if (chance < 0.62) Effect.runFork(world.gathered.flushAll)
    else if (chance < 0.7) {
      const user = pick(["bob", "cid"])
      if (world.members(id).has(user)) world.remove(id, user)
      else world.add(id, user)
    } else if (chance < 0.78) {
      if (client.online) client.disconnect()
      else client.connect()
    } else if (chance < 0.84 && client.wire !== undefined) {
      client.wire.stalled = !client.wire.stalled
      if (!client.wire.stalled) client.wire.drain()
    } else if (chance < 0.9) world.tick(5_000)
    else if (chance < 0.96) world.repair()
    else world.cursors()
    for (const one of clients) one.read()
    await settle()
  }
  // Quiet: everybody reads, nothing is lost any more.
  world.announces = () => true
  for (const client of clients) {
    if (!client.online) client.connect()
    client.wire!.stalled = false
    client.wire!.drain()
  }
  for (let round = 0; round < 4; round++) {
    Effect.runFork(world.gathered.flushAll)
    world.repair()
    world.tick()
    do await goOn()
    while (waiting.length > 0)
    world.cursors()
    await settle()
  }
  for (const client of clients) {
    client.verify()
    client.disconnect()
  }
  return clients.flatMap((client) => client.problems)
}

it.each(Array.from({ length: SEEDS }, (_, i) => FIRST + i))(
  "every device holds what the log says, whatever is lost, slow or interrupted (seed %i)",
  async (seed) => {
    expect(await simulate(seed)).toEqual([])
  },
)
