/** Slow consumers and heartbeats (protocol, section 4), on a clock of the test. */
import { describe, expect, it } from "vitest"
import { Flow } from "../../src/stream/Flow.ts"
import { Heartbeat } from "../../src/stream/Heartbeat.ts"
import { receive } from "../../src/stream/receive.ts"
import type { Session } from "../../src/stream/Session.ts"
import { Wheel } from "../../src/stream/Wheel.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { World } from "./World.ts"

const MIB = 1_048_576

describe("flow", () => {
  const flowing = (total: number): Flow => {
    const flow = new Flow()
    flow.total = total
    return flow
  }

  it("stops over 1 MiB, resumes when drained, without closing", () => {
    const flow = flowing(2 * MIB)
    expect(flow.judge(MIB, 0)).toBe("keep")
    expect(flow.judge(MIB + 1, 1_000)).toBe("stop")
    expect(flow.judge(70_000, 20_000)).toBe("keep")
    expect(flow.judge(60_000, 29_000)).toBe("resume")
    expect(flow.stopped).toBe(false)
  })

  it("closes 30 s after it stopped, when still over", () => {
    const flow = flowing(2 * MIB)
    expect(flow.judge(MIB + 1, 1_000)).toBe("stop")
    expect(flow.judge(MIB, 29_999)).toBe("keep")
    expect(flow.judge(MIB, 30_000)).toBe("keep")
    expect(flow.judge(MIB, 31_000)).toBe("close")
  })

  it("stops when a byte has waited for 15 s, and closes a reader that stalls with little waiting", () => {
    const flow = flowing(500)
    expect(flow.judge(500, 1_000)).toBe("keep")
    expect(flow.judge(500, 15_999)).toBe("keep")
    expect(flow.judge(500, 16_000)).toBe("stop")
    expect(flow.judge(500, 45_999)).toBe("keep")
    expect(flow.judge(500, 46_000)).toBe("close")
  })

  it("keeps a reader that is always behind but always moving", () => {
    const flow = flowing(1_000)
    for (let second = 1; second < 100; second++) {
      flow.total += 1_000
      expect(flow.judge(1_500, second * 1_000)).toBe("keep")
    }
  })
})

describe("heartbeat", () => {
  it("pings every 25 s while pongs come", () => {
    const heartbeat = new Heartbeat(1_000)
    expect(heartbeat.beat(100_000, 0)).toBe("ping")
    heartbeat.pong()
    expect(heartbeat.due).toBe(110_000)
    expect(heartbeat.beat(110_000, 0)).toBe("wait")
    expect(heartbeat.due).toBe(125_000)
    expect(heartbeat.beat(125_000, 0)).toBe("ping")
  })

  it("gives up a peer without a pong within 10 s", () => {
    const heartbeat = new Heartbeat(1_000)
    heartbeat.beat(100_000, 0)
    expect(heartbeat.beat(110_000, 0)).toBe("timeout")
  })

  it("leaves a peer for whom frames wait to the judge of slow readers, and asks again once they are drained", () => {
    const heartbeat = new Heartbeat(1_000)
    heartbeat.beat(100_000, 0)
    expect(heartbeat.beat(110_000, 500)).toBe("ping")
    expect(heartbeat.beat(120_000, 0)).toBe("ping")
    expect(heartbeat.beat(130_000, 0)).toBe("timeout")
  })
})

it("the wheel calls whom it is time for, within a second, and forgets the closed", () => {
  const wheel = new Wheel(0)
  const calls: Array<number> = []
  const entry = {
    closed: false,
    due: 2_500,
    beat(now: number) {
      calls.push(now)
      this.due = now + 40_000
    },
  }
  wheel.add(entry)
  for (let now = 1_000; now <= 100_000; now += 1_000) wheel.tick(now)
  expect(calls).toEqual([3_000, 43_000, 83_000])
  entry.closed = true
  for (let now = 101_000; now <= 200_000; now += 1_000) wheel.tick(now)
  expect(calls).toHaveLength(3)
})

describe("a connection", () => {
  const online = async (world: World) => {
    world.found(cnv(1), "ann", "bob")
    const { session, wire, hello } = world.connect("bob")
    receive(
      session,
      Buffer.from(JSON.stringify({ id: "s", type: "sync", payload: { cursor: hello } })),
      false,
    )
    await settle()
    return { session, wire }
  }

  it("that stalls gets no live frames, and is caught up from the log when it reads again", async () => {
    const world = new World({ ringBytes: 0 })
    const { session, wire } = await online(world)
    wire.stalled = true
    world.say(cnv(1))
    await settle()
    for (let i = 0; i < 16; i++) world.tick()
    expect(session.outbox.flow.stopped).toBe(true)
    expect(wire.paused).toBe(true)
    for (let i = 0; i < 5; i++) world.say(cnv(1))
    await settle()
    expect(wire.story().at(-1)).toBe("message.new 1")
    wire.stalled = false
    wire.drain()
    world.tick()
    await settle()
    world.say(cnv(1))
    await settle()
    expect(wire.frames.flatMap((frame) => frame.seq ?? [])).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(wire.paused).toBe(false)
  })

  it("that never reads is closed 4008, not 4009", async () => {
    const world = new World()
    const { session, wire } = await online(world)
    wire.stalled = true
    world.say(cnv(1))
    await settle()
    for (let i = 0; i < 60; i++) {
      world.tick()
      if (!session.closed && session.due <= world.now) session.beat(world.now)
    }
    expect(wire.closed).toBe(4008)
  })

  it("closes 4009 without a pong, and 4003 when the access behind it expires", async () => {
    const world = new World()
    const { session, wire } = await online(world)
    world.now = session.due
    session.beat(world.now)
    expect(wire.pings).toBe(1)
    world.now = session.due
    session.beat(world.now)
    expect(wire.closed).toBe(4009)
    const other = world.connect("bob", "web")
    world.now += 3_600_000
    expect(other.session.due).toBeLessThanOrEqual(world.now)
    other.session.beat(world.now)
    expect(other.wire.closed).toBe(4003)
  })

  it("whose access expires in the middle of a sync gets nothing more of it; the next one goes on where it was", async () => {
    const world = new World({ ringBytes: 0 })
    const [early, late] = [cnv(1), cnv(2)]
    for (const one of [early, late]) world.found(one, "ann", "bob")
    const { context } = world
    const cursor = context.cursors.seal("bob", { epoch: context.epoch, position: world.position })
    for (const one of [early, early, late]) world.say(one)
    const sync = async (session: Session, known: Record<string, number>): Promise<void> => {
      const payload = { cursor, known }
      receive(session, Buffer.from(JSON.stringify({ id: "s", type: "sync", payload })), false)
      await settle()
    }
    let go = (): void => undefined
    const held = new Promise<void>((resolve) => (go = resolve))
    let replays = 0
    world.gate = async (at) => {
      if (at === "present" && ++replays === 2) await held
    }
    const first = world.connect("bob")
    await sync(first.session, { [early]: 0, [late]: 0 })
    expect(first.wire.story(1)).toEqual(["message.new 1"])
    world.now = first.session.due + 3_600_000
    first.session.beat(world.now)
    go()
    await settle()
    expect([first.wire.closed, first.wire.story(1)]).toEqual([4003, ["message.new 1"]])

    const next = world.connect("bob")
    await sync(next.session, { [early]: 0, [late]: 1 })
    world.say(late)
    await settle()
    expect(next.wire.frames.slice(1).map(({ conversation_id, seq }) => [conversation_id, seq])).toEqual([
      [early, 1],
      [early, 2],
      [undefined, undefined],
      [late, 2],
    ])
    expect(first.wire.story(1)).toEqual(["message.new 1"])
  })

  it("of the same device replaces the older one; the 21st of a user is accepted and closed", async () => {
    const world = new World()
    const first = world.connect("bob", "phone")
    world.connect("bob", "phone")
    expect(first.wire.closed).toBe(4511)
    const others = Array.from({ length: 20 }, (_, i) => world.connect("bob", `device-${i}`))
    await settle()
    expect(others.map(({ wire }) => wire.closed)).toEqual([...Array<undefined>(19).fill(undefined), 4504])
    expect(others.at(-1)!.wire.story()).toEqual(["hello"])
  })
})
