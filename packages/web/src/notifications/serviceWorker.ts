/**
 * What runs while no window is open: it shows what a push tells, takes away what was read elsewhere, and leads to the conversation.
 *
 * Always true: a press leads to a window that is open, if one is. Served under one name for ever, as browsers know it by that.
 */
import { showPush } from "@parley/client/pushWorker"

/** The part of a worker's world that is used here; the page's own types are another world. */
interface WorkerScope {
  readonly registration: ServiceWorkerRegistration
  readonly clients: {
    readonly matchAll: (options: object) => Promise<ReadonlyArray<OpenWindow>>
    readonly openWindow: (url: string) => Promise<unknown>
    readonly claim: () => Promise<void>
  }
  readonly skipWaiting: () => Promise<void>
  readonly addEventListener: (type: string, heard: (event: WorkerEvent) => void) => void
}

interface OpenWindow {
  readonly focus: () => Promise<unknown>
  readonly postMessage: (message: unknown) => void
}

interface WorkerEvent {
  readonly waitUntil: (work: Promise<unknown>) => void
  readonly data?: { readonly text: () => string } | null
  readonly notification?: Notification
}

const worker = globalThis as unknown as WorkerScope
const words = navigator.language.startsWith("de")
  ? { title: "Parley", body: "Es gibt etwas Neues." }
  : { title: "Parley", body: "There is something new." }

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()))
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()))

worker.addEventListener("push", (event) =>
  event.waitUntil(showPush(worker.registration, event.data?.text(), { ...words, icon: "/icon.svg" })),
)

worker.addEventListener("notificationclick", (event) => {
  const { conversationId } = (event.notification?.data ?? {}) as { readonly conversationId?: string }
  event.notification?.close()
  const lead = async (): Promise<void> => {
    const [window] = await worker.clients.matchAll({ type: "window", includeUncontrolled: true })
    if (window === undefined) {
      await worker.clients.openWindow(conversationId === undefined ? "/" : `/#${conversationId}`)
      return
    }
    await window.focus()
    window.postMessage({ open: conversationId })
  }
  event.waitUntil(lead())
})
