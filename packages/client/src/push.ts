/**
 * Web Push for this installation: asking the person, subscribing, and telling the server where its pushes go.
 *
 * Always true: one installation is one device for pushes, however many windows it has; a subscription made for another server's
 * key is replaced. Not for: showing what arrives (`pushWorker.ts`).
 */
import type { Parley } from "./connect.ts"

/** `denied`: only the browser's settings help. `unavailable`: this browser, or this server, has no Web Push. */
export type PushState = "on" | "off" | "denied" | "unavailable"

type Registration = Pick<ServiceWorkerRegistration, "pushManager">

/** What is so now, without asking anybody. */
export const pushState = async (registration: Registration | undefined): Promise<PushState> => {
  if (typeof Notification === "undefined" || registration?.pushManager === undefined) return "unavailable"
  if (Notification.permission === "denied") return "denied"
  const subscription = await registration.pushManager.getSubscription()
  return subscription !== null && Notification.permission === "granted" ? "on" : "off"
}

/**
 * Call it when the person has clicked something: browsers ask for the permission only then. Also at each start while it is `on`,
 * since browsers change subscriptions. Throws `ParleyError`, and what `subscribe` throws when the push service is away.
 */
export const enablePush = async (parley: Parley, registration: Registration): Promise<PushState> => {
  const device = parley.pushDevice
  if (device === undefined || (await pushState(registration)) === "unavailable") return "unavailable"
  const { vapid_public_key: key } = await parley.api.pushConfig()
  if (key === undefined) return "unavailable"
  const permission = await Notification.requestPermission()
  if (permission !== "granted") return permission === "denied" ? "denied" : "off"
  const subscription = await subscribe(registration, bytesOf(key))
  const push = { provider: "webpush", subscription: subscription.toJSON() }
  await parley.api.registerDevice(device, "web", push)
  return "on"
}

/** The device stays, and gets no pushes any more. Throws `ParleyError`. */
export const disablePush = async (parley: Parley, registration: Registration): Promise<void> => {
  if (parley.pushDevice !== undefined) await parley.api.registerDevice(parley.pushDevice, "web")
  await (await registration.pushManager.getSubscription())?.unsubscribe()
}

const subscribe = async (
  { pushManager }: Registration,
  applicationServerKey: Uint8Array<ArrayBuffer>,
): Promise<PushSubscription> => {
  const before = await pushManager.getSubscription()
  const key = before?.options.applicationServerKey ?? undefined
  if (before !== null && (key === undefined || !same(new Uint8Array(key), applicationServerKey)))
    await before.unsubscribe()
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
}

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0))
