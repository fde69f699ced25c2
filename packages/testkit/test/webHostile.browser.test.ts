/** Two hundred strings made to run, in every place of the page that shows what somebody wrote. */
import { expect, it } from "vitest"
import { fastWriters, inBrowser, patience } from "./inBrowser.ts"
import { hostileStrings } from "./hostileStrings.ts"
import { createGroup, said, say } from "./webWindow.ts"

/** So many strings in one message. */
const together = 5

inBrowser("the page", { env: fastWriters }, (stage) => {
  it("runs nothing of 200 hostile strings in a name, a title, a message, an answer and a link", async () => {
    expect(new Set(hostileStrings).size).toBe(200)
    const name = hostileStrings.join("").slice(0, 100)
    const eve = await stage.signIn({ userId: "eve", name })
    const ada = await stage.signIn({ userId: "ada", name: "Ada" })
    await createGroup(eve.page, hostileStrings[2]!, ["ada"])
    const id = new URL(eve.page.url()).hash.slice(1)
    const lines = Array.from({ length: hostileStrings.length / together }, (_, n) =>
      hostileStrings.slice(n * together, (n + 1) * together).join("\n"),
    )
    await say(stage.parley.url, "eve", id, lines)
    await ada.page.getByRole("navigation").getByRole("link").first().click()
    const seen = new Set<string>()
    await ada.page.getByRole("button", { name: "To the latest message" }).click()
    await ada.page.mouse.move(700, 400)
    await expect
      .poll(async () => {
        for (const text of await said(ada.page)) seen.add(text)
        await ada.page.mouse.wheel(0, -700)
        return lines.filter((one) => !seen.has(one)).length
      }, patience)
      .toBe(0)

    const title = (text: string): Promise<Response> => rename(stage.parley.url, id, text)
    for (const text of hostileStrings.slice(0, 25)) expect((await title(text)).status).toBe(200)
    await ada.page.getByRole("heading", { level: 1, name: hostileStrings[24]! }).waitFor()
    await ada.page.getByRole("button", { name: "Details" }).click()
    await ada.page.getByRole("dialog").getByText("2 members").waitFor()
    for (const { errors, page } of [eve, ada]) {
      const made =
        "img, iframe, object, form form, math, video, link[href^=javascript], .message script, .message style"
      expect(await page.locator(made).count()).toBe(0)
      const addresses = await page
        .locator("a")
        .evaluateAll((links) => links.map((link) => link.getAttribute("href")))
      expect(
        addresses.filter((one) => one !== null && !/^(?:#cnv_|https:\/\/example\.org\/)/.test(one)),
      ).toEqual([])
      expect(errors).toEqual([])
    }
  })
})

const rename = async (url: string, id: string, name: string): Promise<Response> => {
  const headers = { "content-type": "application/json" }
  const body = JSON.stringify({ user_id: "eve" })
  const login = await fetch(`${url}/v1/dev/login`, { method: "POST", headers, body })
  const { access_token } = (await login.json()) as { access_token: string }
  return fetch(`${url}/v1/groups/${id}`, {
    method: "PATCH",
    headers: { ...headers, authorization: `Bearer ${access_token}` },
    body: JSON.stringify({ name }),
  })
}
