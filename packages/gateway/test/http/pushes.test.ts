import { Device, Devices, PushConfig } from "@parley/domain/wire/users"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp()
  ann = await Person.signIn(app, "ann")
  bob = await Person.signIn(app, "bob")
})
afterAll(() => app.close())

const keys = {
  p256dh: "BIPUL12DLfytvTajnryr2PRdAgXS3HGKiLqndGcJGabyhHheJYlNGCeXl1dn18gSJ1WAkAPIxr4gK0_dQds4yiI",
  auth: "8eDyX_uCN0XRhSbY5hs7Hg",
}
const fcm = (token: string) => ({ platform: "android", push: { provider: "fcm", token } })
const webpush = (endpoint: string, more: object = {}) => ({
  platform: "web",
  push: { provider: "webpush", subscription: { endpoint, keys, ...more } },
})
/** Of each device, whether it gets pushes. */
const reached = async (person: Person): Promise<Record<string, boolean>> =>
  Object.fromEntries(
    read(Devices, await person.get("/v1/devices")).items.map(({ device_id, push }) => [
      device_id,
      push !== undefined,
    ]),
  )

describe("what a browser needs to subscribe", () => {
  it("is the server's public key", async () => {
    expect(read(PushConfig, await ann.get("/v1/push/config"))).toEqual({ vapid_public_key: "a public key" })
  })
})

describe("a token or subscription", () => {
  it("that somebody else registers reaches the earlier person no more", async () => {
    await ann.put("/v1/devices/shared", fcm("a-phone-that-changes-hands"))
    await ann.put("/v1/devices/own", fcm("a-phone-of-her-own"))
    await bob.put("/v1/devices/his", fcm("a-phone-that-changes-hands"))
    expect(await reached(ann)).toEqual({ own: true, shared: false })
    expect(await reached(bob)).toEqual({ his: true })
    await ann.put("/v1/devices/shared", fcm("a-phone-that-changes-hands"))
    expect([await reached(ann), await reached(bob)]).toEqual([{ own: true, shared: true }, { his: false }])
  })

  it("is one, whatever a browser adds to it; another device of one's own takes it over", async () => {
    const [cid, endpoint] = [await Person.signIn(app, "cid"), "https://push.example/send/shared"]
    await cid.put("/v1/devices/tab-1", webpush(endpoint, { expirationTime: null }))
    await cid.put("/v1/devices/tab-2", webpush(endpoint))
    expect(await reached(cid)).toEqual({ "tab-1": false, "tab-2": true })
  })

  it("is left to whoever registered another in its place meanwhile", async () => {
    const dora = await Person.signIn(app, "dora")
    await dora.put("/v1/devices/phone", fcm("an-old-token"))
    await dora.put("/v1/devices/phone", fcm("a-new-token"))
    await bob.put("/v1/devices/second", fcm("an-old-token"))
    expect(await reached(dora)).toEqual({ phone: true })
  })

  it("that many register at once is one device's in the end", async () => {
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => Person.signIn(app, `raced-${n}`)))
    await Promise.all(people.map((person) => person.put("/v1/devices/phone", fcm("a-raced-token"))))
    const holders = await Promise.all(people.map(reached))
    expect(holders.filter(({ phone }) => phone === true)).toHaveLength(1)
  })
})

describe("a subscription", () => {
  it.each([
    "http://127.0.0.1:8080/push/1",
    "https://127.0.0.1/push/1",
    "https://10.1.2.3/push/1",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/push/1",
    "https://[::ffff:10.0.0.1]/push/1",
    "https://2130706433/push/1",
    "https://localhost/push/1",
    "https://intranet/push/1",
    "https://user:secret@push.example/1",
  ])("that leads into the server's own network is refused: %s", async (endpoint) => {
    const refused = await ann.put("/v1/devices/odd", webpush(endpoint))
    expectProblem(refused, "bad_request")
    expect(refused.text).not.toContain("secret")
  })

  it("on this machine is taken by a server that is configured for one, by http too", async () => {
    const local = await startApp({ env: { PARLEY_WEBPUSH_PRIVATE_ENDPOINTS: "true" } })
    try {
      const eve = await Person.signIn(local, "eve")
      const put = await eve.put("/v1/devices/tab", webpush("http://127.0.0.1:8080/push/1"))
      expect(read(Device, put)).toMatchObject({ push: { provider: "webpush" } })
      expectProblem(await eve.put("/v1/devices/tab", webpush("http://10.1.2.3/push/1")), "bad_request")
    } finally {
      await local.close()
    }
  })

  it.each([
    ["a key of another length", { p256dh: keys.p256dh.slice(0, 80), auth: keys.auth }],
    ["a secret of another length", { p256dh: keys.p256dh, auth: "c2hvcnQ" }],
    ["no secret", { p256dh: keys.p256dh }],
  ])("with %s is refused", async (_, odd) => {
    expectProblem(
      await ann.put("/v1/devices/odd", webpush("https://push.example/1", { keys: odd })),
      "bad_request",
    )
  })
})
