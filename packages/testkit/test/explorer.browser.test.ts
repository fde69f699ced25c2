/** The page at `/docs`, in Chromium, against a started server. */
import type { Browser, Page } from "playwright-core"
import { expect, it } from "vitest"
import { inBrowser } from "./inBrowser.ts"
import { screenshot } from "./webWindow.ts"

inBrowser("the explorer", {}, (stage) => {
  /** A window at this place of the explorer, and what went wrong in it or was asked for elsewhere. */
  const visit = async (place: string, options: Parameters<Browser["newContext"]>[0] = {}) => {
    const context = await stage.browser.newContext({ viewport: { width: 1_280, height: 860 }, ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    const faults: Array<string> = []
    page.on("pageerror", (error) => faults.push(error.message))
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text())
    })
    page.on("request", (request) => {
      const url = request.url()
      if (!url.startsWith(stage.parley.url) && !url.startsWith("data:")) faults.push(`asks elsewhere: ${url}`)
    })
    await page.goto(`${stage.parley.url}/docs${place}`)
    await page.locator(".view").waitFor({ state: "attached" })
    return { page, faults }
  }

  const overflow = (page: Page): Promise<number> =>
    page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth")

  it("lists every route and frame of the documents, and finds them by words", async () => {
    const { faults, page } = await visit("")
    const { paths } = (await (await fetch(`${stage.parley.url}/openapi.json`)).json()) as { paths: object }
    const operations = Object.values(paths).flatMap((methods) => Object.keys(methods as object))
    expect(await page.locator('nav a[href^="#/routes/"]').count()).toBe(operations.length)
    await page.getByLabel("Search").fill("Reaction take")
    const found = page.locator('nav a[href^="#/frames/"]:visible')
    await expect.poll(() => found.allTextContents()).toEqual(["↑reaction.remove"])
    await found.first().click()
    await page.getByRole("heading", { name: "Take a reaction back" }).waitFor()
    expect(await page.locator("pre").first().textContent()).toContain('"type": "reaction.remove"')
    expect(faults).toEqual([])
  })

  it("signs in at one click on a development server, and sends a request", async () => {
    const { faults, page } = await visit(`#/routes/${encodeURIComponent("POST /v1/groups")}`)
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.getByText("Asking as ann.").waitFor()
    await page.getByRole("button", { name: "Send POST" }).click()
    await page.locator(".answer .status", { hasText: "201" }).waitFor()
    expect(await page.getByLabel("Body", { exact: true }).last().textContent()).toContain('"name": "Lunch"')
    await screenshot(page, "explorer-try")
    await page.goto(`${stage.parley.url}/docs#/routes/${encodeURIComponent("GET /v1/conversations/{id}")}`)
    await page.getByRole("button", { name: "Send GET" }).click()
    await page.locator(".answer .status", { hasText: "404" }).waitFor()
    // That the browser says of a refused request is no fault of the page.
    expect(faults.filter((fault) => !fault.includes("404"))).toEqual([])
  })

  it("leads from a refusal to the page of its code and back to the routes that answer it", async () => {
    const { faults, page } = await visit("#/")
    await page.getByRole("link", { name: "idempotency_mismatch" }).click()
    await page.getByRole("heading", { name: "idempotency_mismatch" }).waitFor()
    await page.getByRole("link", { name: "POST /v1/messages" }).click()
    await page.getByRole("heading", { name: "Send a message without a socket" }).waitFor()
    expect(faults).toEqual([])
  })

  it.each(["light", "dark"] as const)("fits a phone, list and page in turn (%s)", async (colorScheme) => {
    const { faults, page } = await visit("", { viewport: { width: 390, height: 844 }, colorScheme })
    expect(await overflow(page)).toBe(0)
    await page.getByRole("link", { name: "/conversations/{id}/messages", exact: false }).first().click()
    await page.getByRole("heading", { level: 1 }).waitFor()
    expect(await page.getByRole("navigation").isVisible()).toBe(false)
    expect(await overflow(page)).toBe(0)
    await screenshot(page, `explorer-phone-${colorScheme}`)
    await page.getByRole("link", { name: "All routes and frames" }).click()
    await page.getByLabel("Search").waitFor()
    expect(faults).toEqual([])
  })
})
