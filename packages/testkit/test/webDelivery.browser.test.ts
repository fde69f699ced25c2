/** From 'committed' to 'the person knows': two people at their windows, and a third whose windows are closed. */
import { afterAll, expect, it } from "vitest"
import { FakeWebPush } from "../src/push/FakeWebPush.ts"
import { RawUser } from "../src/raw/RawClient.ts"
import { inBrowser } from "./inBrowser.ts"
import { turnOnPushes } from "./pushedBrowser.ts"
import { createGroup, open, said, startDirect, typesOnce, write } from "./webWindow.ts"

/** Presence and typing are given up while the machine has no time, until some seconds after. */
const patience = { timeout: 60_000 }

let service: FakeWebPush
afterAll(() => service?.close())

const pushing = async () => {
  service = await FakeWebPush.start()
  return { env: { PARLEY_WEBPUSH_PRIVATE_ENDPOINTS: "true" } }
}

inBrowser("the page", pushing, (stage) => {
  it("tells who is there of presence, typing and ticks, and who is away by one push with the badge, gone once read elsewhere", async () => {
    // Cleo turned notifications on in two browsers, and closed both.
    const cleo = await RawUser.login(stage.parley.url, "cleo")
    await RawUser.login(stage.parley.url, "ben")
    const { body: config } = await cleo.get("/v1/push/config")
    const browserOfCleo = async (name: string) => {
      const { page } = await stage.signIn({ userId: "cleo" })
      const subscription = service.subscribe(config.vapid_public_key, name)
      const pushed = await turnOnPushes(page, subscription)
      await page.close()
      return { ...pushed, context: page.context() }
    }
    const [laptop, phone] = [await browserOfCleo("laptop"), await browserOfCleo("phone")]

    const anna = await stage.signIn({ userId: "anna", name: "Anna" })
    await startDirect(anna.page, "ben")
    const ticks = (name: string) => anna.page.getByRole("img", { name, exact: true }).count()
    await write(anna.page, "Are you there?")
    await expect.poll(() => ticks("Sent"), patience).toBe(1)
    expect(await ticks("online")).toBe(0)
    const ben = await stage.signIn({ userId: "ben", name: "Ben" })
    await expect.poll(() => ticks("online"), patience).toBeGreaterThan(0)
    await expect.poll(() => ticks("Delivered"), patience).toBe(1)
    await open(ben.page, "Anna")
    await expect.poll(() => ticks("Read"), patience).toBe(1)
    await expect.poll(() => typesOnce(ben.page, anna.page, "Ben is typing"), patience).toBeGreaterThan(0)

    await createGroup(anna.page, "Trip", ["ben", "cleo"])
    await open(ben.page, "Trip")
    await ben.page.getByRole("heading", { name: "Trip" }).waitFor()
    // Within the seconds in which a burst becomes one push.
    const annas = (async () => {
      await write(anna.page, "Who brings the stove?")
      await write(anna.page, "I bring the tent")
    })()
    await Promise.all([annas, write(ben.page, "I bring the map")])
    for (const { page } of [anna, ben])
      await expect.poll(async () => (await said(page)).length, patience).toBe(3)
    const of = (name: string, kind: string) =>
      service.pushed.filter(({ subscription, payload }) => subscription === name && payload["kind"] === kind)
    await expect
      .poll(() => ["laptop", "phone"].map((one) => of(one, "message").length), patience)
      .toEqual([1, 1])
    const [push] = of("phone", "message")
    expect(push?.payload).toMatchObject({ body: "3 new messages in Trip", badge: 3, count: "3" })
    for (const [one, name] of [
      [laptop, "laptop"],
      [phone, "phone"],
    ] as const) {
      await one.deliver(of(name, "message")[0]!)
      expect(await one.shown()).toEqual(["Trip: 3 new messages in Trip"])
    }

    // A press leads the window that is open; where none is, one is opened at the conversation.
    const window = await phone.context.newPage()
    await window.goto(stage.parley.url)
    await window.getByRole("button", { name: "Sign in" }).click()
    await window.getByRole("button", { name: "New conversation" }).first().waitFor()
    expect(await phone.press()).toEqual(["focus"])
    await window.getByRole("heading", { name: "Trip" }).waitFor()
    await expect.poll(async () => (await said(window)).length, patience).toBe(3)
    expect(await phone.shown()).toEqual([])

    // Read on the phone: the laptop's goes by itself.
    await expect.poll(() => of("laptop", "clear").length, patience).toBe(1)
    const [clear] = of("laptop", "clear")
    expect(clear?.payload).toMatchObject({ badge: 0, tag: push?.payload["tag"] })
    expect(clear?.payload).not.toHaveProperty("body")
    await laptop.deliver(clear!)
    expect(await laptop.shown()).toEqual([])
    await laptop.deliver(of("laptop", "message")[0]!)
    expect(await laptop.shown()).toHaveLength(1)
    expect(await laptop.press()).toEqual([`open /#${String(push?.payload["conversation_id"])}`])

    await open(anna.page, "Ben")
    await expect.poll(() => ticks("online"), patience).toBeGreaterThan(0)
    await ben.page.context().close()
    await expect.poll(() => ticks("online"), patience).toBe(0)
    expect([...anna.errors, ...ben.errors, ...service.faults]).toEqual([])
  })
})
