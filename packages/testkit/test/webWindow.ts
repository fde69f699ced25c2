/**
 * A person at a window of the web page, in a real browser.
 *
 * Always true: each window is a browser context of its own, and whatever its page logs as an error is kept in `errors`.
 */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core"
import { judgePage } from "./judgedPage.ts"

export const chromiumPath = "/usr/bin/chromium"

export const chromiumIsThere = (): boolean => existsSync(chromiumPath)

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  })

export interface Window {
  readonly page: Page
  /** Exceptions, broken content policy, failed loads and traffic that is not as documented; not the attempts to reach a dead server. */
  readonly errors: Array<string>
}

export interface Person {
  readonly userId: string
  readonly name?: string
}

/** Signs in and waits until the page is connected. */
export const signIn = async (
  browser: Browser,
  url: string,
  person: Person,
  options: BrowserContextOptions = {},
): Promise<Window> => {
  const context = await browser.newContext({ viewport: { width: 1_180, height: 780 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const errors: Array<string> = []
  page.on("pageerror", (error) => errors.push(error.message))
  page.on("dialog", (dialog) => {
    errors.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("console", (message) => {
    if (message.type() === "error" && !/ERR_CONNECTION|WebSocket connection/.test(message.text()))
      errors.push(message.text())
  })
  judgePage(page, url, errors)
  await page.goto(url)
  await page.getByLabel("User id").fill(person.userId)
  await page.getByLabel("Name", { exact: true }).fill(person.name ?? "")
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("button", { name: "New conversation" }).first().waitFor()
  return { page, errors }
}

export const startDirect = async (page: Page, userId: string): Promise<void> => {
  await page.getByRole("button", { name: "New conversation" }).first().click()
  await page.getByRole("dialog").getByLabel("User id").fill(userId)
  await page.getByRole("button", { name: "Start", exact: true }).click()
  await page.getByRole("heading", { name: userId }).waitFor()
}

export const createGroup = async (
  page: Page,
  name: string,
  memberIds: ReadonlyArray<string>,
): Promise<void> => {
  await page.getByRole("button", { name: "New conversation" }).first().click()
  await page.getByRole("button", { name: "Group", exact: true }).click()
  await page.getByLabel("Group name").fill(name)
  await page.getByRole("textbox", { name: "Members" }).fill(memberIds.join(" "))
  await page.getByRole("button", { name: "Create group" }).click()
  await page.getByRole("heading", { name }).waitFor()
}

/** By the title in the list. */
export const open = (page: Page, title: string): Promise<void> =>
  page.getByRole("navigation").getByRole("link").filter({ hasText: title }).first().click()

export const write = async (page: Page, text: string): Promise<void> => {
  const area = page.getByRole("textbox", { name: "Message" })
  await area.fill(text)
  await area.press("Enter")
}

/**
 * Presses a key, and says how often the other page tells of it. To be polled: what says that somebody types is dropped by a busy server,
 * and for some seconds after he has written.
 */
export const typesOnce = async (typist: Page, watcher: Page, told: string): Promise<number> => {
  await typist.getByRole("textbox", { name: "Message" }).press("a")
  return watcher.getByText(told).count()
}

/** Sends without a page, one after another. */
export const say = async (
  url: string,
  userId: string,
  conversationId: string,
  texts: ReadonlyArray<string>,
): Promise<void> => {
  const post = async (path: string, body: unknown, token = ""): Promise<unknown> => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` }
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  const { access_token } = (await post("/v1/dev/login", { user_id: userId })) as { access_token: string }
  for (const [n, text] of texts.entries())
    await post(
      "/v1/messages",
      { conversation_id: conversationId, client_msg_id: `seed-${n}`, text },
      access_token,
    )
}

/** The texts of the open conversation in the order of the page; those not yet sent in brackets. */
export const said = (page: Page): Promise<ReadonlyArray<string>> =>
  page.evaluate<ReadonlyArray<string>>(`[...document.querySelectorAll(".message")].map((message) => {
    const text = [...message.querySelector(".text").childNodes].filter((node) => node.className !== "meta").map((node) => node.textContent).join("")
    return message.classList.contains("sent") || !message.classList.contains("own") ? text : "[" + text + "]"
  })`)

/** Kept for people to look at; `artifacts/` is not part of the repository. */
export const screenshot = async (page: Page, name: string): Promise<void> => {
  const path = fileURLToPath(new URL(`../../../artifacts/${name}.png`, import.meta.url))
  await page.screenshot({ path })
}
