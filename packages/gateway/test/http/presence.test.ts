/** Presence as people see it of each other, over sockets. Who is there has a clock of its own here; rounds are made in real time. */
import type { PresencesAck } from "@parley/domain/wire/serverFrames"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Person } from "./Person.ts"
import { type Frame, Socket } from "./Socket.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let now = Date.parse("2026-11-24T12:00:00.000Z")
const sockets: Array<Socket> = []
beforeAll(async () => {
  app = await startApp({ presenceNow: () => now })
})
afterAll(async () => {
  for (const socket of sockets) socket.close()
  await app.close()
})

let people = 0
const somebody = (): Promise<Person> => Person.signIn(app, `present-${++people}`)
const online = async (person: Person, device = "phone"): Promise<Socket> => {
  const socket = await Socket.open(person, device)
  sockets.push(socket)
  socket.say({ type: "presence.ping", payload: { status: "online" } })
  // The next answer comes after the ping was heard.
  await socket.ask({ type: "presence.unwatch", payload: { user_ids: [] } })
  return socket
}
/** The server has noticed. */
const hungUp = async ({ id }: Person): Promise<void> => {
  while ((await app.foreground(id)).length > 0) await new Promise((resolve) => setImmediate(resolve))
}
const say = (socket: Socket, status: "online" | "away"): string =>
  socket.say({ type: "presence.ping", payload: { status } })
const watch = async (socket: Socket, ...watched: ReadonlyArray<Person>) => {
  const payload = { user_ids: watched.map(({ id }) => id) }
  return ((await socket.ask({ type: "presence.watch", payload })).payload as PresencesAck).presences
}
/** The next presence of this person that comes after the frames that have. */
const next = (socket: Socket, { id }: Person, status: string): Promise<Frame> => {
  const from = socket.frames.length
  return socket.until(
    (frame) =>
      socket.frames.indexOf(frame) >= from &&
      frame.type === "presence" &&
      frame.payload["user_id"] === id &&
      frame.payload["status"] === status,
  )
}
const told = (socket: Socket, { id }: Person): ReadonlyArray<unknown> =>
  socket.frames.flatMap(({ payload, type }) =>
    type === "presence" && payload["user_id"] === id ? [payload["status"]] : [],
  )
/** Ann watches, and shares a conversation with Ben and with a sentinel, of whom she hears after whatever came before. */
const scene = async () => {
  const [ann, ben, sentinel] = [await somebody(), await somebody(), await somebody()]
  await ann.group([ben.id, sentinel.id])
  const [anns, sentinels] = [await online(ann), await online(sentinel)]
  await watch(anns, sentinel)
  let last: "online" | "away" = "online"
  /** Everything that happened before has been told. */
  const settled = async (): Promise<void> => {
    last = last === "online" ? "away" : "online"
    const heard = next(anns, sentinel, last)
    say(sentinels, last)
    await heard
  }
  return { ann, anns, ben, sentinel, settled }
}

describe("somebody who is watched", () => {
  it("is told of as he comes, looks away and goes, with when he was last there", async () => {
    const { anns, ben } = await scene()
    expect(await watch(anns, ben)).toEqual([{ user_id: ben.id, status: "offline" }])
    let heard = next(anns, ben, "online")
    const bens = await online(ben)
    await heard
    heard = next(anns, ben, "away")
    say(bens, "away")
    await heard
    heard = next(anns, ben, "online")
    say(bens, "online")
    await heard
    heard = next(anns, ben, "offline")
    const left = new Date(now).toISOString()
    bens.close()
    await hungUp(ben)
    now += 5_000
    expect((await heard).payload).toEqual({ user_id: ben.id, status: "offline", last_seen: left })
  })
  it("who connects and says nothing is away", async () => {
    const { anns, ben } = await scene()
    sockets.push(await Socket.open(ben))
    expect(await watch(anns, ben)).toEqual([{ user_id: ben.id, status: "away" }])
  })
  it("is online as long as one of his devices is", async () => {
    const { anns, ben, settled } = await scene()
    const [phone, laptop] = [await online(ben, "phone"), await online(ben, "laptop")]
    expect(await watch(anns, ben)).toEqual([{ user_id: ben.id, status: "online" }])
    say(phone, "away")
    await settled()
    expect(told(anns, ben)).toEqual([])
    const heard = next(anns, ben, "away")
    say(laptop, "away")
    await heard
  })
  it("who closes and is back within five seconds is not told of", async () => {
    const { anns, ben, settled } = await scene()
    const bens = await online(ben)
    await watch(anns, ben)
    bens.close()
    await hungUp(ben)
    now += 4_000
    await online(ben)
    now += 4_000
    await settled()
    expect(told(anns, ben)).toEqual([])
  })
  it("whose socket is cut without a close is offline after ten seconds, not after five", async () => {
    const { anns, ben, settled } = await scene()
    const bens = await online(ben)
    await watch(anns, ben)
    bens.cut()
    await hungUp(ben)
    now += 6_000
    await settled()
    expect(told(anns, ben)).toEqual([])
    const heard = next(anns, ben, "offline")
    now += 4_000
    await heard
  })
  it("is told of to every connection that watches him, and to none that does so no more", async () => {
    const { ann, anns, ben, settled } = await scene()
    const tablet = await online(ann, "tablet")
    await watch(anns, ben)
    await watch(tablet, ben)
    await anns.ask({ type: "presence.unwatch", payload: { user_ids: [ben.id] } })
    const heard = next(tablet, ben, "online")
    await online(ben)
    await heard
    await settled()
    expect(told(anns, ben)).toEqual([])
  })
  it("who does not share when he was last seen is offline without a time", async () => {
    const { anns, ben } = await scene()
    await ben.put("/v1/users/me", { share_last_seen: false })
    const bens = await online(ben)
    await watch(anns, ben)
    const heard = next(anns, ben, "offline")
    bens.close()
    await hungUp(ben)
    now += 5_000
    expect((await heard).payload).toEqual({ user_id: ben.id, status: "offline" })
    await ben.put("/v1/users/me", { share_last_seen: true })
    expect((await watch(anns, ben))[0]!.last_seen).toEqual(expect.any(String))
    await ben.put("/v1/users/me", { share_last_seen: false })
    expect(await watch(anns, ben)).toEqual([{ user_id: ben.id, status: "offline" }])
  })
})

describe("who may watch", () => {
  it("shares a conversation: a stranger is told unknown, and nothing afterwards", async () => {
    const { anns, settled } = await scene()
    const stranger = await somebody()
    expect(await watch(anns, stranger)).toEqual([{ user_id: stranger.id, status: "unknown" }])
    await online(stranger)
    await settled()
    expect(told(anns, stranger)).toEqual([])
  })
  it("is blocked by neither side", async () => {
    const { ann, anns, ben } = await scene()
    const bens = await online(ben)
    await ann.put(`/v1/users/me/blocks/${ben.id}`)
    expect(await watch(anns, ben)).toEqual([{ user_id: ben.id, status: "unknown" }])
    expect(await watch(bens, ann)).toEqual([{ user_id: ann.id, status: "unknown" }])
    await ann.delete(`/v1/users/me/blocks/${ben.id}`)
    expect(await watch(anns, ben)).toEqual([{ user_id: ben.id, status: "online" }])
  })
  it("watches himself", async () => {
    const alone = await somebody()
    const socket = await online(alone)
    expect(await watch(socket, alone)).toEqual([{ user_id: alone.id, status: "online" }])
  })
  it("after a block watches no more, from whichever side it came", async () => {
    for (const blocker of ["watcher", "watched"] as const) {
      const { ann, anns, ben, settled } = await scene()
      const bens = await online(ben)
      await watch(anns, ben)
      const ended = next(anns, ben, "unknown")
      await (blocker === "watcher"
        ? ann.put(`/v1/users/me/blocks/${ben.id}`)
        : ben.put(`/v1/users/me/blocks/${ann.id}`))
      await ended
      say(bens, "away")
      await settled()
      expect(told(anns, ben)).toEqual(["unknown"])
    }
  })
  it("after a removal watches no more those with whom no other conversation is shared", async () => {
    const [ann, ben, cleo] = [await somebody(), await somebody(), await somebody()]
    const group = await ann.group([ben.id, cleo.id])
    await ben.with(cleo.id)
    const [bens, anns] = [await online(ben), await online(ann)]
    await watch(bens, ann, cleo)
    await watch(anns, ben)
    const ended = [next(bens, ann, "unknown"), next(anns, ben, "unknown")]
    await ann.post(`/v1/groups/${group}/members`, { remove: [ben.id] })
    await Promise.all(ended)
    const heard = next(bens, cleo, "online")
    say(anns, "away")
    await online(cleo)
    await heard
    expect([told(bens, ann), told(anns, ben)]).toEqual([["unknown"], ["unknown"]])
  })
  it("watches five hundred at a time, and no more", async () => {
    const { anns } = await scene()
    const ids = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => `many-${from + index}`)
    const ask = (user_ids: ReadonlyArray<string>) =>
      anns.ask({ type: "presence.watch", payload: { user_ids } })
    // Strangers are not watched, so asking for them takes nothing away for long.
    expect((await ask(ids(0, 500))).type).toBe("ack")
    const over = await ask(ids(0, 501))
    expect([over.type, over.payload["code"]]).toEqual(["error", "bad_request"])
  })
})

describe("switched off", () => {
  it("everybody is unknown, nobody is told of, and hello does not promise it", async () => {
    const off = await startApp({ env: { PARLEY_PRESENCE: "false" } })
    const [ann, ben] = [await Person.signIn(off, "ann"), await Person.signIn(off, "ben")]
    await ann.with(ben.id)
    const [anns, bens] = [await Socket.open(ann), await Socket.open(ben)]
    expect(anns.frames[0]!.payload["capabilities"]).not.toContain("presence")
    expect(await watch(anns, ben, ann)).toEqual([
      { user_id: ben.id, status: "unknown" },
      { user_id: ann.id, status: "unknown" },
    ])
    say(bens, "online")
    anns.close()
    bens.close()
    await off.close()
  })
})
