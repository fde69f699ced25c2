/** Which connections end when a device comes back, or one too many comes, at another gateway. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { Session } from "../../src/stream/Session.ts"
import { World } from "./World.ts"

const arrivalOf = ({ device, ids, user }: Session) => ({ user, device, session: ids.session })
const elsewhere = (session: string, device = "phone", user = "ann") => ({ user, device, session })

describe("an arrival at another gateway", () => {
  it("ends the device's connection that arrived before it, and nobody else's", () => {
    const world = new World()
    const all = [world.connect("ann"), world.connect("ann", "tablet"), world.connect("bob")]
    for (const { session } of all) world.users.arrived(arrivalOf(session))
    world.users.arrived(elsewhere("ses_elsewhere"))
    expect(all.map(({ wire }) => wire.closed)).toEqual([4511, undefined, undefined])
  })

  it("leaves alone a connection that has not been heard of yet: that one is the newer", () => {
    const world = new World()
    const { session, wire } = world.connect("ann")
    world.users.arrived(elsewhere("ses_elsewhere"))
    world.users.arrived(arrivalOf(session))
    expect(wire.closed).toBeUndefined()
  })

  it("of several at the same moment one stays, whatever the order is", () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const worlds = [new World(), new World()] as const
      worlds[1].connect("somebody-else")
      const both = worlds.map((world) => world.connect("ann"))
      for (const at of order) for (const world of worlds) world.users.arrived(arrivalOf(both[at]!.session))
      expect(order.map((at) => both[at]!.wire.closed)).toEqual([4511, undefined])
    }
  })
})

describe("one connection too many", () => {
  const announced = async (devices: number): Promise<number | undefined> => {
    const world = new World({ limits: { connections_per_user: 3 } })
    world.devicesElsewhere = Array.from({ length: devices }, (_, n) => `device-${n}`)
    const { session, wire } = world.connect("ann")
    await Effect.runPromise(world.users.announce(session))
    return wire.closed
  }

  it("is closed 4504, wherever the others are", async () => {
    expect(await announced(2)).toBeUndefined()
    expect(await announced(3)).toBe(4504)
  })
})
