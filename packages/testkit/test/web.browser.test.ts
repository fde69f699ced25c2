/** The page at `/`, in Chromium, against a started server that gets killed. */
import { expect, it } from "vitest"
import { fastWriters, inBrowser, patience } from "./inBrowser.ts"
import { createGroup, open, said, screenshot, startDirect, write } from "./webWindow.ts"

inBrowser("the page", { env: fastWriters }, (stage) => {
  it("lets two people chat, and a killed server loses and doubles nothing of it", async () => {
    const ada = await stage.signIn({ userId: "ada", name: "Ada Lovelace" })
    const bob = await stage.signIn({ userId: "bob" })
    await startDirect(ada.page, "bob")
    await write(ada.page, "Hello Bob")
    await open(bob.page, "ada")
    await expect.poll(() => said(bob.page), patience).toEqual(["Hello Bob"])
    await write(bob.page, "Hello Ada")
    await expect.poll(() => said(ada.page), patience).toEqual(["Hello Bob", "Hello Ada"])

    // Nobody knows whether these arrive: the server dies while they are on their way.
    for (const n of [1, 2, 3]) await write(ada.page, `on its way ${n}`)
    await stage.parley.kill9()
    await expect
      .poll(() => ada.page.getByRole("status").getByText("Reconnecting").isVisible(), patience)
      .toBe(true)
    await screenshot(ada.page, "web-reconnecting")
    for (const n of [1, 2]) await write(ada.page, `while it is down ${n}`)
    await write(bob.page, "I write too")
    await expect
      .poll(async () => (await said(ada.page)).slice(-2), patience)
      .toEqual(["[while it is down 1]", "[while it is down 2]"])
    await stage.parley.restart()

    const bySender = (texts: ReadonlyArray<string>) => [...texts].sort()
    const all = [
      "Hello Bob",
      "Hello Ada",
      "on its way 1",
      "on its way 2",
      "on its way 3",
      "while it is down 1",
      "while it is down 2",
      "I write too",
    ]
    await expect.poll(async () => bySender(await said(ada.page)), patience).toEqual(bySender(all))
    await expect.poll(async () => bySender(await said(bob.page)), patience).toEqual(bySender(all))
    const order = await said(ada.page)
    expect(order.filter((text) => text !== "I write too")).toEqual(all.slice(0, -1))
    await expect.poll(() => said(bob.page), patience).toEqual(order)

    await Promise.all([ada.page.reload(), bob.page.reload()])
    await expect.poll(() => said(ada.page), patience).toEqual(order)
    await expect.poll(() => said(bob.page), patience).toEqual(order)
    expect([...ada.errors, ...bob.errors]).toEqual([])
  })

  it("sends what was written while the server was down, though the window was closed meanwhile", async () => {
    const person = { userId: "ada.closes" }
    const ada = await stage.signIn(person)
    await startDirect(ada.page, "bob")
    await write(ada.page, "before")
    await expect.poll(() => said(ada.page), patience).toEqual(["before"])
    const address = ada.page.url()
    await stage.parley.kill9()
    await write(ada.page, "written into the void")
    await expect.poll(() => said(ada.page), patience).toEqual(["before", "[written into the void]"])
    const context = ada.page.context()
    await ada.page.close()
    await stage.parley.restart()
    const again = await context.newPage()
    await again.goto(address)
    await again.getByRole("button", { name: "Sign in" }).click()
    await expect.poll(() => said(again), patience).toEqual(["before", "written into the void"])
  })

  it("shows hostile names and messages as text and runs nothing of them", async () => {
    const hostile = `<img src=x onerror="alert('ran')"><script>alert("ran")</script>`
    const eve = await stage.signIn({ userId: "eve", name: hostile })
    const ada = await stage.signIn({ userId: "ada" })
    await createGroup(eve.page, hostile, ["ada"])
    const messages = [
      hostile,
      'javascript:alert(1) https://example.org/"onmouseover="alert(1)',
      "<svg onload=alert(1)>",
      "\u202Egnp.exe",
    ]
    for (const text of messages) await write(eve.page, text)
    await open(ada.page, hostile)
    await expect.poll(() => said(ada.page), patience).toEqual(messages)
    for (const { errors, page } of [eve, ada]) {
      expect(await page.locator("img, .message script, .message svg:not(.icon)").count()).toBe(0)
      expect(await page.locator(".message a").count()).toBe(1)
      expect(await page.locator(".message a").getAttribute("href")).toBe("https://example.org/")
      expect(errors).toEqual([])
    }
    await screenshot(ada.page, "web-hostile")
  })

  it("fits a phone: list, conversation, and back", async () => {
    const phone = {
      viewport: { width: 390, height: 780 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    }
    const ada = await stage.signIn({ userId: "ada.phone" }, phone)
    await createGroup(ada.page, "Weekend in the mountains", ["bob", "cyd"])
    for (const text of ["Who brings the stove?", "مرحبا! سأحضر الموقد معي", "a".repeat(300)])
      await write(ada.page, text)
    await expect.poll(async () => (await said(ada.page)).length, patience).toBe(3)
    expect(await ada.page.evaluate<number>("document.documentElement.scrollWidth")).toBe(390)
    expect(await ada.page.evaluate<number>("document.querySelector('.timeline').scrollWidth")).toBe(390)
    await screenshot(ada.page, "web-phone")
    await ada.page.getByRole("button", { name: "Back to the list" }).click()
    await ada.page.getByRole("link", { name: /Weekend in the mountains/ }).waitFor()
    await screenshot(ada.page, "web-phone-list")
  })

  it("is two devices in two windows of one person, and both show what either writes", async () => {
    const first = await stage.signIn({ userId: "ada.twice" })
    const second = await first.page.context().newPage()
    await startDirect(first.page, "bob")
    await second.goto(`${stage.parley.url}/${new URL(first.page.url()).hash}`)
    await second.getByRole("button", { name: "Sign in" }).click()
    await write(first.page, "from the first")
    await expect.poll(() => said(second), patience).toEqual(["from the first"])
    await write(second, "from the second")
    await expect.poll(() => said(first.page), patience).toEqual(["from the first", "from the second"])
    expect(first.errors).toEqual([])
  })
})
