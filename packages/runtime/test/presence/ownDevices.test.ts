/** What a gateway says of its own connections, to a Redis that only listens. */
import { expect, it } from "vitest"
import { OwnDevices } from "../../src/presence/OwnDevices.ts"
import { PresenceTable } from "../../src/presence/PresenceTable.ts"

const on = (user: string, session = "one") => ({ user, device: "phone", session })

const gateway = (answer: () => Promise<unknown>) => {
  const said: Array<string> = []
  const table = new PresenceTable(() => 0)
  const own = new OwnDevices({
    table,
    link: {
      cluster: false,
      run: (_, [key]) => {
        said.push(key!)
        return answer()
      },
    },
    keyOf: (user) => user,
    gateway: "here",
    leaseMs: 30_000,
    now: () => 0,
  })
  return { own, said, table }
}

const people = Array.from({ length: 25 }, (_, index) => `person-${index}`)

it("says everybody again in the parts of one heartbeat, each once", () => {
  const { own, said } = gateway(() => Promise.resolve(["1", "away"]))
  for (const user of people) own.connect(on(user))
  said.length = 0
  for (let part = 0; part < 10; part++) own.renew(0.1)
  expect(new Set(said)).toEqual(new Set(people))
  expect(said.length).toBeLessThanOrEqual(people.length + 10)
  said.length = 0
  own.renew(1)
  expect(new Set(said)).toEqual(new Set(people))
})

it("says nothing of who has left, and nothing at a beat", () => {
  const { own, said, table } = gateway(() => Promise.resolve(["1", "away"]))
  own.connect(on("ann"))
  own.connect(on("ben"))
  own.end(on("ann"), "closed")
  said.length = 0
  table.beat(on("ben"))
  expect(said).toEqual([])
  own.renew(1)
  expect(said).toEqual(["ben"])
})

it("gives a device up that a later connection took over elsewhere, and keeps it when nobody answers", async () => {
  let answer: () => Promise<unknown> = () => Promise.reject(new Error("away"))
  const { own, said, table } = gateway(() => answer())
  own.connect(on("ann"))
  await Promise.resolve()
  own.renew(1)
  expect([said.length, own.unheard("ann", "phone")]).toEqual([2, true])
  answer = () => Promise.resolve(null)
  own.renew(1)
  await expect.poll(() => table.devicesOf("ann")).toEqual([])
  said.length = 0
  own.renew(1)
  expect(said).toEqual([])
})

it("takes over what the device had said elsewhere, unless it has spoken since", async () => {
  const { own, table } = gateway(() => Promise.resolve(["7", "online"]))
  own.connect(on("ann"))
  own.connect(on("ben"))
  own.say(on("ben"), "away")
  await expect.poll(() => own.unheard("ben", "phone")).toBe(false)
  expect(["ann", "ben"].map((user) => table.devicesOf(user)[0]!.status)).toEqual(["online", "away"])
})
