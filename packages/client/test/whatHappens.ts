/**
 * What people, the network and the server can do to a client, as commands of the model-based test.
 *
 * Always true: each may be run in any state of the world, and none of them looks at what the client shows but `lateMarker`, which
 * first brings the world to rest.
 */
import * as fc from "fast-check"
import { expect } from "vitest"
import type { KeyValues } from "../src/KeyValues.ts"
import type { Parley } from "../src/connect.ts"
import type { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

export interface Real {
  readonly world: FakeWorld
  readonly room: string
  readonly storage: KeyValues
  /** Another one after a reload. */
  ada: Parley
  /** What ada's `send` answered with, in order. */
  readonly written: Array<string>
  /** Whom ada's page watches now. */
  readonly watching: Map<string, () => void>
}

type Act = (real: Real) => void | Promise<void>

export const command = (name: string, act: Act): fc.AsyncCommand<object, Real> => ({
  check: () => true,
  run: async (_, real) => {
    await act(real)
    await real.world.settled()
  },
  toString: () => name,
})

/** One of the messages of the log, the newest first. */
const pick = ({ room, world }: Real, n: number): string =>
  world.server.messages(room, "ada").at(-1 - n)?.message_id ?? "msg_none"

const byBob = (type: string, n: number, more: object): Act => {
  return (real) => {
    const session = { user: "bob", deliver: () => {}, synced: false }
    const payload = { message_id: pick(real, n), ...more }
    real.world.server.frame(session, { id: "b", type, conversation_id: real.room, payload })
  }
}

const byAda = (act: (real: Real, id: string) => Promise<void>, n: number): Act => {
  return (real) => void act(real, pick(real, n)).catch(() => {})
}

const emoji = fc.constantFrom("👍", "🎉")
const which = fc.oneof(fc.nat(6), fc.nat(40))
export const acts: ReadonlyArray<fc.Arbitrary<fc.AsyncCommand<object, Real>>> = [
  fc
    .nat(99)
    .map((n) => command(`bob says ${n}`, ({ room, world }) => void world.server.say(room, "bob", `b${n}`))),
  which.map((n) =>
    command(
      `bob answers in the thread of ${n}`,
      (real) =>
        void real.world.server.say(real.room, "bob", "in a thread", undefined, {
          thread_root_id: pick(real, n),
        }),
    ),
  ),
  which.map((n) => command(`bob edits ${n}`, byBob("message.edit", n, { text: `edited ${n}` }))),
  which.map((n) => command(`bob deletes ${n}`, byBob("message.delete", n, {}))),
  fc
    .tuple(which, emoji)
    .map(([n, e]) => command(`bob: ${e} to ${n}`, byBob("reaction.add", n, { emoji: e }))),
  fc
    .tuple(which, emoji)
    .map(([n, e]) => command(`bob: no ${e} to ${n}`, byBob("reaction.remove", n, { emoji: e }))),
  fc.constant(
    command("very much is said", ({ room, world }) => {
      for (let n = 0; n < 210; n++) world.server.say(room, "bob", `much ${n}`)
    }),
  ),
  fc
    .constantFrom("event.hidden", "event.of.the.future")
    .map((type) => command(type, ({ room, world }) => void world.server.append(room, type, {}))),
  fc
    .nat(99)
    .map((n) =>
      command(`ada says ${n}`, ({ ada, room, written }) => void written.push(ada.send(room, `a${n}`))),
    ),
  which.map((n) =>
    command(
      `ada edits ${n}`,
      byAda(({ ada, room }, id) => ada.edit(room, id, "by ada"), n),
    ),
  ),
  which.map((n) =>
    command(
      `ada deletes ${n}`,
      byAda(({ ada, room }, id) => ada.delete(room, id), n),
    ),
  ),
  fc.tuple(which, emoji).map(([n, e]) =>
    command(
      `ada: ${e} to ${n}`,
      byAda(({ ada, room }, id) => ada.react(room, id, e), n),
    ),
  ),
  fc.tuple(which, emoji).map(([n, e]) =>
    command(
      `ada: no ${e} to ${n}`,
      byAda(({ ada, room }, id) => ada.unreact(room, id, e), n),
    ),
  ),
  fc.constant(command("ada reads", ({ ada, room }) => ada.markRead(room))),
  fc.constant(command("ada scrolls up", ({ ada, room }) => void ada.loadOlder(room).catch(() => {}))),
  fc
    .constantFrom(1006, 1012, 4001, 4003, 4008, 4013)
    .map((code) => command(`the line breaks: ${code}`, ({ world }) => world.cut(code))),
  fc.boolean().map((on) => command(on ? "ada looks" : "ada looks away", ({ world }) => world.foreground(on))),
  fc.constant(
    command("ada's page is reloaded", async (real) => {
      real.ada.close()
      real.watching.clear()
      real.ada = await person(real.world, "ada", real.storage)
    }),
  ),
  fc.constantFrom(300, 1_000, 60_000).map((ms) => command(`${ms} ms`, ({ world }) => world.pass(ms))),
  fc.boolean().map((on) =>
    command(on ? "the server loses frames" : "it does not", ({ world }) => {
      world.server.silent = on
    }),
  ),
  fc.boolean().map((on) =>
    command(on ? "the line is deaf" : "it is not", ({ world }) => {
      world.deaf = on
    }),
  ),
  fc.boolean().map((hold) =>
    command(hold ? "history is slow" : "history comes", async ({ world }) => {
      if (hold) world.holdHistory = true
      else await world.releaseHistory()
    }),
  ),
  fc.nat(9).map((n) =>
    command(`frame ${n} comes again`, ({ room, world }) => {
      const event = world.server.rooms.get(room)?.events.at(-1 - n)
      const synced = [...world.server.sessions].some((one) => one.user === "ada" && one.synced)
      if (event !== undefined && synced && !world.server.silent) world.inject(event)
    }),
  ),
]

const people = fc.constantFrom("bob", "cat", "dan")
/** Who types, who is there. */
export const passing: ReadonlyArray<fc.Arbitrary<fc.AsyncCommand<object, Real>>> = [
  fc.constantFrom("start", "stop").map((state) =>
    command(`bob types: ${state}`, ({ room, world }) => {
      const session = { user: "bob", deliver: () => {}, synced: false }
      world.server.frame(session, { id: "b", type: "typing", conversation_id: room, payload: { state } })
    }),
  ),
  fc.constant(command("ada types", ({ ada, room }) => ada.typed(room))),
  fc
    .tuple(people, fc.constantFrom("online", "away", "offline"))
    .map(([user, status]) =>
      command(`${user} is ${status}`, ({ world }) => world.server.presence.set(user, { status })),
    ),
  people.map((user) =>
    command(`ada watches ${user}, or no more`, ({ ada, watching }) => {
      const end = watching.get(user)
      if (end === undefined) watching.set(user, ada.watchPresence([user]))
      else end()
      if (end !== undefined) watching.delete(user)
    }),
  ),
]

/** Nothing is lost or held back any more, and the client is on a fresh line. */
const calm = async ({ world }: Real): Promise<void> => {
  world.server.silent = false
  world.deaf = false
  await world.releaseHistory()
  world.cut()
  for (let n = 0; n < 4; n++) await world.pass(60_000)
}

const others = fc.array(fc.constantFrom("bob", "thread", "ada elsewhere", "bob deletes it"), { maxLength: 4 })
const say = ({ room, world }: Real, what: string): void => {
  if (what === "ada elsewhere") world.server.say(room, "ada", "from my phone")
  else if (what === "thread") {
    const root = world.server.messages(room, "ada")[0]?.message_id
    world.server.say(room, "bob", "in a thread", undefined, { thread_root_id: root })
  } else {
    const said = world.server.say(room, "bob", "news")
    const { message_id } = said.payload as { message_id: string }
    if (what === "bob deletes it")
      world.server.append(room, "message.deleted", { message_id, actor_id: "bob" })
  }
}

/** The server counted before what came meanwhile, and its marker comes after it, perhaps twice. */
export const lateMarker = fc
  .tuple(others, others, fc.boolean(), fc.nat(12))
  .map(([before, after, twice, read]) =>
    command(`${before}, a marker that comes after ${after}${twice ? ", twice" : ""}`, async (real) => {
      await calm(real)
      const { ada, room, world } = real
      for (const what of before) say(real, what)
      // The other device reads some of it: what is unread is then counted from somewhere inside.
      const head = world.server.marker(room, "ada").last_seq
      const readSeq = Math.max(world.server.marker(room, "ada").read_seq, head - 30 - read)
      world.server.rooms.get(room)!.read.set("ada", readSeq)
      const marker = world.server.marker(room, "ada")
      for (const what of after) say(real, what)
      for (let n = 0; n < (twice ? 2 : 1); n++)
        world.inject({ type: "inbox.updated", conversation_id: room, payload: marker })
      const { read_seq, unread } = world.server.marker(room, "ada")
      expect([ada.readSeq(room), ada.unread(room)]).toEqual([read_seq, unread])
      say(real, "bob")
      expect(ada.unread(room)).toBe(world.server.marker(room, "ada").unread)
    }),
  )

/** A page of history, and what happened between its making and its coming. */
export const latePage = fc.tuple(fc.integer({ min: 15, max: 30 }), fc.boolean()).map(([n, gap]) =>
  command(`a page comes late, after ${gap ? "a gap" : `an edit of ${n}`}`, async (real) => {
    const { ada, room, world } = real
    world.holdHistory = true
    void ada.loadOlder(room).catch(() => {})
    await world.settled()
    if (gap) {
      world.cut()
      for (let m = 0; m < 210; m++) world.server.say(room, "bob", `gap ${m}`)
      await world.pass(60_000)
    } else await byBob("message.edit", n, { text: `late ${n}` })(real)
    await world.releaseHistory()
  }),
)
