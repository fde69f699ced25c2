/** How the page looks and sounds: axe-core judges each screen, and each is kept as a picture for people to look at. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"
import { expect, it } from "vitest"
import { inBrowser, patience } from "./inBrowser.ts"
import { createGroup, open, said, screenshot, typesOnce, write } from "./webWindow.ts"

/** Nothing moves but what moves for ever. */
const isStill =
  "document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)"

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: ReadonlyArray<{ readonly html: string }>
}

const require = createRequire(import.meta.url)
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8")

/** What axe finds on the page as it is, in a line each; everything that is not minor. */
const faultsOf = async (page: Page): Promise<ReadonlyArray<string>> => {
  // To bring it into a page takes several times as long as to run it.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe)
  const found = await page.evaluate<ReadonlyArray<Violation>>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) })))",
  )
  return found
    .filter(({ impact }) => impact !== "minor")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" · ")}`)
}

inBrowser("the page", {}, (stage) => {
  const judged = async (page: Page, name: string): Promise<void> => {
    // What fades in is judged when it is there.
    await expect.poll(() => page.evaluate<boolean>(isStill), patience).toBe(true)
    expect([name, await faultsOf(page)]).toEqual([name, []])
    await screenshot(page, `web-look-${name}`)
  }

  it.each([
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    [
      "phone",
      { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
    ],
  ] as const)("has nothing that axe-core objects to on any screen (%s)", async (look, options) => {
    const me = `ada.${look}`
    const context = await stage.browser.newContext(options)
    const visitor = await context.newPage()
    await visitor.goto(stage.parley.url)
    await visitor.getByRole("button", { name: "Sign in" }).waitFor()
    await judged(visitor, `${look}-sign-in`)
    await context.close()

    const bob = await stage.signIn({ userId: `bob.${look}`, name: "Bob Marsh" })
    const { errors, page } = await stage.signIn({ userId: me, name: "Ada Lovelace" }, options)
    await judged(page, `${look}-empty`)
    await createGroup(page, "Weekend in the mountains", [`bob.${look}`])
    for (const text of ["Who brings the stove?", "مرحبا! سأحضر الموقد معي", "See https://example.org/tent"])
      await write(page, text)
    await open(bob.page, "Weekend in the mountains")
    await write(bob.page, "I do")
    await expect.poll(async () => (await said(page)).at(-1), patience).toBe("I do")
    await expect.poll(() => typesOnce(bob.page, page, "Bob Marsh is typing"), patience).toBeGreaterThan(0)
    await judged(page, `${look}-group`)

    const message = page.locator(".message").filter({ hasText: "I do" })
    await message.hover()
    await message.getByRole("button", { name: "Message actions" }).click()
    await judged(page, `${look}-menu`)
    await page.getByRole("menuitem", { name: "Thread" }).click()
    const thread = page.getByRole("complementary", { name: "Thread" })
    await thread.getByRole("textbox", { name: "Message" }).fill("Thank you")
    await thread.getByRole("button", { name: "Send" }).click()
    await thread.getByText("Thank you").waitFor()
    await judged(page, `${look}-thread`)
    await bob.page.getByRole("button", { name: "1 reply" }).waitFor()
    await thread.getByRole("button", { name: "Close the thread" }).click()

    await page.getByRole("button", { name: "Details" }).click()
    await page.getByLabel("Role of Bob Marsh").waitFor()
    await judged(page, `${look}-details`)
    await page.keyboard.press("Escape")
    expect(await page.evaluate<string>("document.activeElement.ariaLabel")).toBe("Details")
    if (look === "phone") await page.getByRole("button", { name: "Back to the list" }).click()
    await page.getByRole("button", { name: "Settings" }).click()
    await judged(page, `${look}-settings`)
    await page.getByRole("button", { name: "Deutsch" }).click()
    await page.getByRole("heading", { name: "Einstellungen" }).waitFor()
    await judged(page, `${look}-german`)
    expect(errors).toEqual([])
  })
})
