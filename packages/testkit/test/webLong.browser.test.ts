/** A conversation of 100,000 messages on the page at `/`. */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Page } from "playwright-core"
import { afterAll, expect, it } from "vitest"
import { inBrowser } from "./inBrowser.ts"
import { said, write } from "./webWindow.ts"

const patience = { timeout: 60_000 }
const count = 100_000
const program = fileURLToPath(new URL("writeLongConversation.ts", import.meta.url))

/** The numbers of the messages that are on the page. */
const numbers = async (page: Page): Promise<ReadonlyArray<number>> =>
  (await said(page)).map((text) => Number(text.replace("message ", "")))

const isUnbroken = (all: ReadonlyArray<number>): boolean =>
  all.every((one, index) => index === 0 || one === all[index - 1]! + 1)

const dataDir = mkdtempSync(join(tmpdir(), "parley-long-"))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const written = async () => {
  await promisify(execFile)(process.execPath, [program, dataDir, String(count), "ada", "bob"])
  return { dataDir }
}

inBrowser("a conversation of 100,000 messages", written, (stage) => {
  it("opens at the first unread message, leads to the end and to the beginning, and scrolls, a few rows at a time", async () => {
    const { errors, page } = await stage.signIn({ userId: "ada" })
    // Both names are asked for once, and nobody has given one.
    const faults = () => errors.filter((one) => !one.includes("404"))
    await page.getByRole("navigation").getByRole("link").first().click(patience)
    await expect.poll(async () => (await numbers(page))[0], patience).toBe(1)
    await page.getByText("New messages").waitFor()

    await page.getByRole("button", { name: "To the latest message" }).click()
    await expect.poll(async () => (await numbers(page)).at(-1), patience).toBe(count)
    await page.mouse.move(700, 400)
    let oldest = count
    for (let turn = 0; turn < 6; turn++) {
      const top = (await numbers(page))[0]!
      await page.mouse.wheel(0, -4_000)
      await expect.poll(async () => (await numbers(page))[0]! < top, patience).toBe(true)
      const shown = await numbers(page)
      expect(isUnbroken(shown)).toBe(true)
      expect(shown.length).toBeLessThan(60)
      oldest = Math.min(oldest, shown[0]!)
    }
    expect(oldest).toBeLessThan(count - 200)

    await page.getByRole("button", { name: "To the first message" }).click()
    await expect.poll(async () => (await numbers(page))[0], patience).toBe(1)
    await page.mouse.move(700, 400)
    for (let turn = 0; turn < 4; turn++) {
      const bottom = (await numbers(page)).at(-1)!
      await page.mouse.wheel(0, 4_000)
      await expect.poll(async () => (await numbers(page)).at(-1)! > bottom, patience).toBe(true)
      expect(isUnbroken(await numbers(page))).toBe(true)
    }
    expect((await numbers(page)).at(-1)).toBeGreaterThan(150)

    // Who writes wants to see it, wherever he was reading.
    await write(page, "message 100001")
    await expect.poll(async () => (await numbers(page)).at(-1), patience).toBe(count + 1)
    expect(isUnbroken(await numbers(page))).toBe(true)
    expect(faults()).toEqual([])
  })
})
