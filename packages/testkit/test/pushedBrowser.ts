/**
 * A browser whose person turned notifications on, and what its service worker shows while no window is open.
 *
 * Always true: switch, registration and worker are the product's own. Two things are not the browser's, since headless Chromium has
 * no way to its vendor's push service, and no screen on which a person could press: the subscription is made with the test's push
 * service, whose pushes DevTools hands to the worker; and the windows that the worker wants opened or focused after a press are
 * told by `press`, as Chromium lets a worker do so only when a person pressed.
 */
import type { Page } from "playwright-core"
import type { Pushed, Subscription } from "../src/push/FakeWebPush.ts"

export interface PushedBrowser {
  /** As the vendor's push service would; resolves once the worker has done with it. */
  readonly deliver: (pushed: Pushed) => Promise<void>
  /** Title and text of each notification there is. */
  readonly shown: () => Promise<ReadonlyArray<string>>
  /** Presses the only notification; what the worker asked of its windows. */
  readonly press: () => Promise<ReadonlyArray<string>>
}

const subscribeWith = (subscription: Subscription): string => `(() => {
  let made = null
  PushManager.prototype.getSubscription = async () => made
  PushManager.prototype.subscribe = async ({ applicationServerKey: key }) =>
    (made = { options: { applicationServerKey: key.buffer }, toJSON: () => (${JSON.stringify(subscription)}) })
})()`

/** `handled(n)`: once the worker has done with n events. */
const countHandled = `(() => {
  const { waitUntil } = ExtendableEvent.prototype
  const waiting = new Set()
  let count = 0
  const done = () => { count++; for (const look of waiting) look() }
  ExtendableEvent.prototype.waitUntil = function (work) { waitUntil.call(this, work); work.then(done, done) }
  globalThis.handled = (n) => new Promise((resolve) => {
    const look = () => { if (count >= n) resolve() }
    waiting.add(look)
    look()
  })
})()`

/** Not to be asked while a push is being handled: Chromium then forgets what is just being shown. */
const shown = `registration.getNotifications().then((all) => all.map(({ title, body }) => title + ": " + body))`

const press = `(async () => {
  const asked = []
  WindowClient.prototype.focus = async function () { asked.push("focus"); return this }
  clients.openWindow = async (url) => { asked.push("open " + url); return null }
  const [notification] = await registration.getNotifications()
  const event = new NotificationEvent("notificationclick", { notification })
  const works = []
  Object.defineProperty(event, "waitUntil", { value: (work) => works.push(work) })
  dispatchEvent(event)
  await Promise.all(works)
  return asked
})()`

/** Turns the switch on in the page's settings. The page can be closed afterwards. */
export const turnOnPushes = async (page: Page, subscription: Subscription): Promise<PushedBrowser> => {
  const context = page.context()
  await context.grantPermissions(["notifications"])
  const tools = await context.newCDPSession(await context.newPage())
  let registrationId: string | undefined
  tools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    registrationId = registrations.at(-1)?.registrationId ?? registrationId
  })
  await tools.send("ServiceWorker.enable")
  await page.evaluate(subscribeWith(subscription))
  const started = context.waitForEvent("serviceworker")
  await page.getByRole("button", { name: "Settings" }).click()
  const one = page.getByRole("switch", { name: "Notifications while no window is open" })
  await one.click()
  await one.and(page.getByRole("switch", { checked: true })).waitFor()
  await page.keyboard.press("Escape")
  const worker = await started
  const { origin } = new URL(worker.url())
  await worker.evaluate(countHandled)
  let delivered = 0
  return {
    deliver: async ({ text }) => {
      if (registrationId === undefined) throw new Error("DevTools knows of no service worker")
      await tools.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: text })
      await worker.evaluate(`handled(${++delivered})`)
    },
    shown: () => worker.evaluate<ReadonlyArray<string>>(shown),
    press: () => worker.evaluate<ReadonlyArray<string>>(press),
  }
}
