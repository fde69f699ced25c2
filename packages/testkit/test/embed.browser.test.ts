/** The five minutes of docs/embed.md, from the package as it is published to two people in Chromium. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import react from "@vitejs/plugin-react"
import type { Browser, Page } from "playwright-core"
import { type PreviewServer, build, preview } from "vite"
import { afterAll, beforeAll, expect, it } from "vitest"
import { freePort } from "@parley/runtime/freePort"
import { type RunningParley, startParley } from "../src/startParley.ts"
import { codeOf, installPublished, typesOf } from "./embeddedApp.ts"
import { launch } from "./webWindow.ts"

const directory = mkdtempSync(join(tmpdir(), "parley-embed-"))
const app = join(directory, "app")
let parley: RunningParley
let browser: Browser
let site: PreviewServer
let origin: string

beforeAll(async () => {
  const port = await freePort()
  origin = `http://localhost:${port}`
  parley = await startParley({ env: { PARLEY_ALLOWED_ORIGINS: origin } })
  installPublished(directory)
  const code = codeOf("docs/embed.md", "tsx").replace("http://127.0.0.1:8080", parley.url)
  writeFileSync(join(app, "src/main.tsx"), code)
  writeFileSync(
    join(app, "index.html"),
    `<div id="root"></div><script type="module" src="/src/main.tsx"></script>`,
  )
  const shared = { root: app, configFile: false, logLevel: "error" } as const
  await build({ ...shared, plugins: [react()] })
  site = await preview({ ...shared, preview: { port, strictPort: true, host: "localhost" } })
  browser = await launch()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await site?.close()
  await parley?.stop()
  rmSync(directory, { recursive: true, force: true })
})

const errors: Array<string> = []
const open = async (me: string, partner: string): Promise<Page> => {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(30_000)
  page.on("pageerror", (error) => errors.push(error.message))
  await page.goto(`${origin}/?me=${me}&with=${partner}`)
  await page.getByRole("status").getByText("live").waitFor()
  return page
}

const say = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel("Message").fill(text)
  await page.getByRole("button", { name: "Send" }).click()
}

it("two people in an app made by docs/embed.md write to each other, see who types and what was read; what is written offline survives a reload", async () => {
  const ada = await open("ada", "bob")
  const bob = await open("bob", "ada")
  await ada.getByLabel("Message").pressSequentially("Hel")
  await bob.getByText("ada is typing").waitFor()
  await say(ada, "Hello, Bob!")
  await bob.getByText("Hello, Bob!").waitFor()
  await ada.getByText("✓✓").waitFor()
  await parley.kill9()
  await ada.getByRole("status").getByText("offline").waitFor()
  await say(ada, "Are you there?")
  await ada.getByText("Are you there? pending").waitFor()
  await ada.reload()
  await parley.restart()
  await bob.getByText("Are you there?").waitFor()
  await ada.getByText("✓✓").nth(1).waitFor()
  expect([
    await bob.getByText("Are you there?").count(),
    await ada.getByText("Are you there?").count(),
  ]).toEqual([1, 1])
  expect(errors).toEqual([])
})

it("the published package type-checks in a strict app, and neither its code nor its types know of Effect", () => {
  expect(typesOf(app, "src/main.tsx")).toBe("")
  const dist = join(app, "node_modules/@parley/client/dist")
  // Not in the lines of a comment.
  const importing = /^(?! *\*).*(?:\bfrom |\bimport\(|^import )"([^."][^"]*)"/gm
  const imports = readdirSync(dist).flatMap((name) =>
    [...readFileSync(join(dist, name), "utf8").matchAll(importing)].map((match) => match[1]),
  )
  expect([...new Set(imports)]).toEqual(["react"])
})
