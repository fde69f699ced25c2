/**
 * The page's service worker, and what it says to the page.
 *
 * Always true: it is registered only when somebody turns notifications on; until then nothing of the page runs in the background.
 */

const workerPath = "/serviceWorker.js"

/** `undefined`: this browser has none, or this address is not secure. */
export const registered = async (): Promise<ServiceWorkerRegistration | undefined> =>
  "serviceWorker" in navigator ? navigator.serviceWorker.getRegistration() : undefined

/** Registered now, if it was not. */
export const register = async (): Promise<ServiceWorkerRegistration> => {
  await navigator.serviceWorker.register(trusted())
  return navigator.serviceWorker.ready
}

/** Whether this browser can be told anything while no window is open. */
export const canNotify = (): boolean => "serviceWorker" in navigator && "PushManager" in window

/** Calls back with the conversation that a press on a notification leads to. Answers with what ends that. */
export const onNotificationPressed = (open: (conversationId: string) => void): (() => void) => {
  if (!("serviceWorker" in navigator)) return () => {}
  const heard = ({ data }: MessageEvent): void => {
    const { open: id } = (data ?? {}) as { readonly open?: unknown }
    if (typeof id === "string" && /^cnv_\w+$/.test(id)) open(id)
  }
  navigator.serviceWorker.addEventListener("message", heard)
  return () => navigator.serviceWorker.removeEventListener("message", heard)
}

interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ) => { readonly createScriptURL: (url: string) => string }
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined

/** The content policy lets no script be named but by this, and this names one. */
const trusted = (): string => {
  const { trustedTypes } = window as unknown as { readonly trustedTypes?: TrustedTypes }
  if (trustedTypes === undefined) return workerPath
  policy ??= trustedTypes.createPolicy("parley", { createScriptURL: () => workerPath })
  return policy.createScriptURL(workerPath)
}
