/** Which connections a revoked device loses, whenever the gateway hears of it. */
import { describe, expect, it } from "vitest"
import { World } from "./World.ts"

const at = (position: number, device = "phone", user = "ann") => ({ user, device, position })

describe("a revocation", () => {
  it("closes the device's connection that was opened before it, and nobody else's", () => {
    const world = new World()
    const [phone, tablet] = [world.connect("ann", "phone", 4), world.connect("ann", "tablet", 4)]
    const other = world.connect("bob", "phone", 4)
    world.users.revoked(at(5))
    expect([phone, tablet, other].map(({ wire }) => wire.closed)).toEqual([4503, undefined, undefined])
    expect([...world.users.sessions()]).toEqual([tablet.session, other.session])
  })

  it("heard of late or again leaves a connection alone that was admitted after it", () => {
    const world = new World()
    world.users.revoked(at(5))
    const back = world.connect("ann", "phone", 6)
    world.users.revoked(at(5))
    world.users.revoked(at(3))
    expect(back.wire.closed).toBeUndefined()
    world.users.revoked(at(7))
    expect(back.wire.closed).toBe(4503)
  })

  it("heard of between admission and connection closes it when it is there", () => {
    const world = new World()
    world.users.revoked(at(5))
    world.users.revoked(at(3))
    const late = world.connect("ann", "phone", 4)
    expect(late.wire.closed).toBe(4503)
    expect([...world.users.sessions()]).toEqual([])
  })

  it("is remembered while a thousand others are heard of", () => {
    const world = new World()
    world.users.revoked(at(5))
    for (let n = 0; n < 1_000; n++) world.users.revoked(at(6, `d${n}`, "bob"))
    expect(world.connect("ann", "phone", 4).wire.closed).toBe(4503)
  })
})
