import { describe, expect, it } from "vitest"
import { connect } from "../src/connect.ts"
import { afterClose, backOff } from "../src/reconnect.ts"
import { FakeWorld } from "./FakeWorld.ts"
import { person } from "./person.ts"

describe("a connection", () => {
  it("offers the protocol and the stream token, and nothing in the address", async () => {
    const world = new FakeWorld()
    await person(world, "ada")
    expect(world.dialled).toEqual([["parley.v1", "bearer.stream-ada"]])
  })

  it("that breaks is made again after a wait that grows, with full jitter", async () => {
    const world = new FakeWorld()
    const ada = await person(world, "ada")
    world.httpAnswer = "unreachable"
    world.cut()
    const waits = []
    for (let attempt = 0; attempt < 4; attempt++) {
      waits.push((ada.status.retryAt ?? 0) - world.now)
      await world.pass(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([200, 400, 800, 1_600])
    world.httpAnswer = undefined
    await world.pass(60_000)
    expect(ada.status.phase).toBe("live")
    expect([backOff(99, 0), backOff(99, 0.999), backOff(0, 0.5, 2_000)]).toEqual([0, 29_970, 2_200])
  })

  it("is made again at once when the person or the network is back", async () => {
    const world = new FakeWorld()
    const ada = await person(world, "ada")
    world.cut()
    ada.wake()
    await world.settled()
    expect(ada.status.phase).toBe("live")
    expect(world.dialled).toHaveLength(2)
    await world.pass(60_000)
    expect(world.dialled).toHaveLength(2)
  })

  it("comes back when a draining server said", async () => {
    const world = new FakeWorld()
    const ada = await person(world, "ada")
    world.inject({ type: "draining", payload: { reconnect_after_ms: 3_000 } })
    await world.pass(1_000)
    world.cut(1012)
    expect((ada.status.retryAt ?? 0) - world.now).toBe(2_000)
    await world.pass(2_000)
    expect(ada.status.phase).toBe("live")
  })

  it("leaves a draining server that does not hang up", async () => {
    const world = new FakeWorld()
    const ada = await person(world, "ada")
    world.inject({ type: "draining", payload: { reconnect_after_ms: 3_000 } })
    await world.pass(3_000)
    expect(world.dialled).toHaveLength(2)
    expect(ada.status.phase).toBe("live")
  })

  it.each([1002, 1007, 1009, 4500, 4501, 4503, 4504, 4506, 4511, 4513])(
    "is not made again after %i",
    async (code) => {
      const world = new FakeWorld()
      const ada = await person(world, "ada")
      world.cut(code)
      expect(ada.status.ended?.code).toBe(`closed_${code}`)
      expect(world.waits).toEqual([])
    },
  )

  it.each([1000, 1001, 1006, 1011, 1012, 4001, 4002, 4003, 4008, 4009, 4013])(
    "is made again after %i",
    (code) => {
      expect(afterClose(code)).toMatchObject({ _tag: "Reconnect", atLeastMs: code === 4013 ? 5_000 : 0 })
    },
  )

  it("asks for a new access token once when one is refused, and ends when that is refused too", async () => {
    const world = new FakeWorld()
    world.httpAnswer = { status: 401, body: undefined, retryAfter: null }
    const refused: Array<string | undefined> = []
    const parley = connect({
      url: "http://parley.test",
      token: async (old) => {
        refused.push(old)
        return `token-${refused.length}`
      },
      userId: "ada",
      deviceId: "d",
      platform: world.platformOf("ada"),
    })
    await world.settled()
    expect(refused).toEqual([undefined, "token-1"])
    expect(parley.status.ended?.status).toBe(401)
    world.httpAnswer = undefined
    parley.wake()
    await world.settled()
    expect(parley.status.phase).toBe("live")
  })

  it("waits as long as a server without room asks", async () => {
    const world = new FakeWorld()
    world.httpAnswer = { status: 503, body: undefined, retryAfter: "5" }
    const ada = await person(world, "ada")
    expect((ada.status.retryAt ?? 0) - world.now).toBe(5_200)
  })

  it("is given up when the network is said to be gone and nothing comes any more, and kept when that is not so", async () => {
    const world = new FakeWorld()
    const ada = await person(world, "ada")
    world.network(false)
    await world.pass(2_000)
    expect(ada.status.phase).toBe("live")
    world.deaf = true
    world.network(false)
    await world.pass(1_500)
    expect(ada.status.phase).toBe("offline")
  })

  it("on which a question stays without an answer is given up", async () => {
    const world = new FakeWorld()
    const room = world.server.room("direct", ["ada", "bob"])
    const ada = await person(world, "ada")
    world.server.silent = true
    ada.send(room, "anybody?")
    await world.pass(40_000)
    expect(ada.status.phase).toBe("offline")
    world.server.silent = false
    await world.pass(60_000)
    expect(ada.status.phase).toBe("live")
  })
})
