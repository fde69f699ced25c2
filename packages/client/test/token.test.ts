import { describe, expect, it } from "vitest"
import { subjectOf } from "../src/AccessToken.ts"
import { type Parley, connect } from "../src/connect.ts"
import { FakeWorld } from "./FakeWorld.ts"
import { read } from "./person.ts"

const jwt = (claims: object): string =>
  ["{}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".")

const open = async (
  world: FakeWorld,
  token: string | ((refused?: string) => Promise<string>),
  more: { readonly userId?: string } = {},
): Promise<Parley> => {
  const platform = world.platformOf("ada")
  const parley = connect({ url: "http://parley.test", token, deviceId: "d", platform, ...more })
  await world.settled()
  return parley
}

describe("an access token", () => {
  it("that ran out (4003) is replaced at once, and nothing is missed or read again", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    const refused: Array<string | undefined> = []
    const ada = await open(world, async (old) => {
      refused.push(old)
      return jwt({ sub: "ada", n: refused.length })
    })
    world.server.say(room, "bob", "before")
    await world.pass(60_000)
    world.cut(4003)
    world.server.say(room, "bob", "meanwhile")
    await world.settled()
    expect(ada.status).toEqual({ phase: "live" })
    expect(refused).toEqual([undefined, jwt({ sub: "ada", n: 1 })])
    expect(read(ada, room)).toEqual(["before", "meanwhile"])
    expect(world.server.syncs.at(-1)).toMatchObject({ known: { [room]: 1 } })
  })

  it("that runs out in the middle of a sync, wherever that is, loses no place: every message once, in order", async () => {
    // `hello`, three messages of each of two conversations, and never the ack.
    for (let frames = 1; frames <= 7; frames++) {
      const world = new FakeWorld()
      const rooms = ["Lunch", "Trip"].map((name) => world.server.room("group", ["ada", "bob"], name))
      for (const room of rooms) world.server.say(room, "bob", "1")
      const ada = await open(world, async () => jwt({ sub: "ada" }))
      await world.pass(60_000)
      world.cut()
      for (const text of ["2", "3", "4"]) for (const room of rooms) world.server.say(room, "bob", text)
      world.cutAfter = { frames, code: 4003 }
      const seen: Array<string> = []
      ada.subscribe(() => void seen.push(...rooms.map((room) => read(ada, room).join(""))))
      await world.pass(60_000)
      await world.pass(60_000)
      expect(ada.status).toEqual({ phase: "live" })
      expect(rooms.map((room) => read(ada, room))).toEqual(rooms.map(() => ["1", "2", "3", "4"]))
      expect(seen).toContain("1234")
      expect(seen.filter((text) => !"1234".startsWith(text))).toEqual([])
      expect(world.server.syncs).toHaveLength(3)
    }
  })

  it("that runs out as soon as it is used is asked for at a growing pace, not in a circle", async () => {
    const world = new FakeWorld()
    const ada = await open(world, async () => jwt({ sub: "ada" }))
    world.cut(4003)
    expect((ada.status.retryAt ?? 0) - world.now).toBeGreaterThan(0)
  })

  it("is asked for once, however many want it", async () => {
    const world = new FakeWorld()
    let asked = 0
    const ada = await open(world, async () => {
      asked++
      return jwt({ sub: "ada" })
    })
    await Promise.all([ada.loadConversations(), ada.loadConversations()])
    expect(asked).toBe(1)
  })

  it("says who one is, as a text at once and from a function as soon as it comes", async () => {
    const world = new FakeWorld()
    expect((await open(world, jwt({ sub: "ada" }))).userId).toBe("ada")
    const late = connect({
      url: "http://parley.test",
      token: async () => jwt({ sub: "ada" }),
      deviceId: "e",
      platform: world.platformOf("ada"),
    })
    expect(late.userId).toBe("")
    const room = world.server.room("direct", ["ada", "bob"])
    late.send(room, "written before that")
    await world.settled()
    expect([late.userId, read(late, room)]).toEqual(["ada", ["written before that"]])
    expect([subjectOf("opaque"), subjectOf(jwt({ sub: "zoë" }))]).toEqual([undefined, "zoë"])
  })

  it("of somebody else ends the connection, so that nobody reads under another's name", async () => {
    const world = new FakeWorld()
    const ada = await open(world, "access", { userId: "bob" })
    expect([ada.status.phase, ada.status.ended?.code]).toEqual(["offline", "forbidden"])
  })

  it("whose source never answers is waited for a minute, then asked for again", async () => {
    const world = new FakeWorld()
    let asked = 0
    const ada = await open(world, () => {
      asked++
      return asked === 1 ? new Promise<string>(() => {}) : Promise.resolve(jwt({ sub: "ada" }))
    })
    expect(ada.status.phase).toBe("connecting")
    await world.pass(60_000)
    await world.pass(60_000)
    expect([ada.status.phase, asked]).toEqual(["live", 2])
  })
})

describe("what the server limits", () => {
  it("is told with the time when it goes on: by close 4013, and of a message", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    const ada = await open(world, jwt({ sub: "ada" }))
    const limited = {
      code: "rate_limited",
      status: 429,
      detail: "Slow down.",
      retryable: true,
      retry_after_ms: 900,
    }
    world.server.refusals.push(limited)
    ada.send(room, "patience")
    expect(ada.entries(room).at(-1)).toMatchObject({
      state: "pending",
      problem: { code: "rate_limited" },
      retryAt: world.now + 900,
    })
    await world.pass(900)
    expect(ada.entries(room).at(-1)).toMatchObject({ state: "sent" })
    world.cut(4013)
    expect(ada.status.problem?.code).toBe("closed_4013")
    expect((ada.status.retryAt ?? 0) - world.now).toBeGreaterThanOrEqual(5_000)
  })
})
