/** Whatever people, the network and the server do: in the end the client shows what the server's history says. */
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { FakeWorld } from "./FakeWorld.ts"
import { keyValues, person } from "./person.ts"
import { type Real, acts, lateMarker, latePage, passing } from "./whatHappens.ts"

const heal = async (real: Real): Promise<void> => {
  const { ada, room, world } = real
  world.server.silent = false
  world.deaf = false
  world.cut()
  for (let n = 0; n < 8; n++) {
    await world.releaseHistory()
    await world.pass(60_000)
  }
  const { read_seq, unread } = world.server.marker(room, "ada")
  expect([ada.readSeq(room), ada.unread(room)], "counted, not held").toEqual([read_seq, unread])
  while (ada.hasOlder(room)) await ada.loadOlder(room)
}

const shownOfPassing = ({ ada, room, watching, world }: Real): void => {
  expect(ada.typingIn(room)).toEqual([])
  const [session] = [...world.server.sessions].filter((one) => one.user === "ada")
  expect(world.server.presence.watchedBy(session!)).toEqual([...watching.keys()].sort())
  for (const user of ["bob", "cat", "dan"]) {
    const expected = watching.has(user) ? world.server.presence.of(user).status : "unknown"
    expect([user, ada.presenceOf(user).status]).toEqual([user, expected])
  }
}

it("the client ends equal to the server's history: messages, reactions, threads, the marker, what is unread, who is there and who types", async () => {
  const run = async (commands: Iterable<fc.AsyncCommand<object, Real>>): Promise<void> => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    for (let n = 0; n < 30; n++) world.server.say(room, n % 3 === 0 ? "ada" : "bob", `before ${n}`)
    const storage = keyValues()
    const first = await person(world, "ada", storage)
    const real: Real = { world, room, storage, ada: first, written: [], watching: new Map() }
    await fc.asyncModelRun(() => ({ model: {}, real }), commands)
    await heal(real)
    const { ada } = real
    expect(ada.status.phase).toBe("live")
    const shown = ada.entries(room).flatMap((entry) => (entry.kind === "message" ? [entry] : []))
    const truth = world.server.messages(room, "ada")
    expect(
      shown.map((one) => [
        one.seq,
        one.text,
        one.edited,
        one.deleted,
        one.reactions,
        one.replyCount,
        one.state,
      ]),
    ).toEqual(
      truth.map((one) => {
        const edited = one.edited_at !== undefined && one.deleted !== true
        return [one.seq, one.text, edited, one.deleted === true, one.reactions, one.reply_count ?? 0, "sent"]
      }),
    )
    expect(shown.filter((one) => one.changing)).toEqual([])
    const ids = truth.flatMap((one) => one.client_msg_id ?? [])
    for (const id of real.written) expect(ids.filter((one) => one === id)).toEqual([id])
    expect(ids.filter((id) => real.written.includes(id))).toEqual(real.written)
    shownOfPassing(real)
    const { read_seq, unread } = world.server.marker(room, "ada")
    expect([ada.readSeq(room), ada.unread(room)]).toEqual([read_seq, unread])
  }
  await fc.assert(
    fc.asyncProperty(fc.commands([...acts, ...passing, latePage, lateMarker], { maxCommands: 40 }), run),
    {
      numRuns: 200,
    },
  )
})
