/**
 * Somebody is removed while his devices sync, page, read and send receipts, at whatever point inside the server the seed chooses;
 * announcements may be lost.
 */
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { receive } from "../../src/stream/receive.ts"
import { syncPage } from "../../src/stream/syncPages.ts"
import { cnv } from "./TestLog.ts"
import { type Received, settle, type TestWire } from "./TestWire.ts"
import { cursorNow, online } from "./online.ts"
import { seeded } from "./random.ts"
import { World } from "./World.ts"

const TRIES = 1_000
const A = cnv(1)

interface Asked {
  readonly frames: () => ReadonlyArray<Received>
  /** The first frame that it brought about. */
  readonly from: number
}

const ofA = (frames: ReadonlyArray<Received>) => frames.filter((frame) => frame.conversation_id === A)

const raced = async (seed: number): Promise<ReadonlyArray<string>> => {
  const random = seeded(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const world = new World({ ringBytes: [0, 2_000, 1_000_000][below(3)]! })
  if (random() < 0.5) world.found(A, "ann", "bob")
  else world.foundFromJoin(A, "ann", "bob")
  world.found(cnv(2), "ann", "bob")
  for (let i = below(40); i >= 0; i--) world.say(A)
  const cursor = cursorNow(world, "bob")
  for (let i = [0, 5, 300][below(3)]!; i > 0; i--) world.say(A)
  world.announces = () => random() < 0.7
  const live = random() < 0.5 ? await online(world, "bob", "live") : undefined
  const waiting: Array<() => void> = []
  world.gate = () => new Promise((resolve) => waiting.push(resolve))
  let devices = 0
  const ask = (): Asked => {
    const known = random() < 0.5 ? { known: { [A]: below(world.streams.get(A)!.length + 3) } } : {}
    const from = [undefined, cursor][below(2)]
    const way = below(3)
    if (way === 0) {
      let frames: ReadonlyArray<Received> = []
      Effect.runFork(
        Effect.map(syncPage(world.context, "bob", from), (page) => {
          if (page._tag === "Page") frames = page.frames.map((text) => JSON.parse(text) as Received)
        }),
      )
      return { frames: () => frames, from: 0 }
    }
    const connection = way === 1 && live !== undefined ? live : world.connect("bob", `device-${++devices}`)
    const { session, wire }: { session: typeof connection.session; wire: TestWire } = connection
    const asked = { frames: () => wire.frames, from: wire.frames.length }
    const give = (frame: object): void => receive(session, Buffer.from(JSON.stringify(frame)), false)
    const upTo = { conversation_id: A, payload: { up_to_seq: below(400) } }
    if (way === 1) give({ id: "r", type: random() < 0.5 ? "receipt.read" : "receipt.delivered", ...upTo })
    else
      give({ id: "s", type: "sync", payload: { ...(from === undefined ? {} : { cursor: from }), ...known } })
    return asked
  }
  const goOn = async (): Promise<void> => {
    waiting.splice(below(waiting.length), 1)[0]?.()
    await settle()
  }
  const before = [ask(), ask()]
  for (let i = below(25); i > 0; i--) await goOn()
  if (random() < 0.3) Effect.runFork(world.gathered.flushAll)
  const removal = world.streams.get(A)!.length
  world.remove(A, "bob")
  const commandsBefore = world.receipts.commands.length
  for (let i = [0, 3, 300][below(3)]!; i > 0; i--) world.say(A)
  const after = [ask(), ask()]
  for (let rounds = 0; rounds < 400 && waiting.length > 0; rounds++) await goOn()
  world.gate = async () => {}
  for (const resolve of waiting.splice(0)) resolve()
  world.announces = () => true
  world.repair()
  await settle()
  await Effect.runPromise(world.gathered.flushAll)
  await settle()
  const faults: Array<string> = []
  for (const { frames } of [
    ...before,
    ...after,
    ...(live === undefined ? [] : [{ frames: () => live.wire.frames }]),
  ])
    for (const { seq, type } of ofA(frames()))
      if (seq !== undefined && seq > removal)
        faults.push(`seed ${seed}: ${type} ${seq} after the removal ${removal}`)
  for (const { frames, from } of after) {
    for (const { payload, type } of ofA(frames().slice(from)))
      if (
        type === "ack" ||
        type === "inbox.added" ||
        type === "inbox.updated" ||
        (type === "error" && payload["code"] !== "not_found")
      )
        faults.push(`seed ${seed}: ${type} to a request made after the removal`)
  }
  const late = world.receipts.commands.slice(commandsBefore).filter(({ moves }) => A in moves.read)
  // One that was on its way when the removal came is stored; it shows nobody anything.
  if (late.length > 1) faults.push(`seed ${seed}: ${late.length} receipts stored after the removal`)
  return faults
}

it(`of ${TRIES} raced tries none brings a frame after the removal, and none made after it brings anything`, async () => {
  const faults: Array<string> = []
  for (let seed = 1; seed <= TRIES; seed++) faults.push(...(await raced(seed)))
  expect(faults).toEqual([])
})
