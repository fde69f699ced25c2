/**
 * What is open, as the address says it: `#cnv_…`, or `#cnv_…/msg_…` with a thread beside it.
 *
 * Always true: a link or a reload leads back to the same place, and so does the browser's way back.
 */
import { useSyncExternalStore } from "react"

export interface Address {
  readonly conversationId: string | undefined
  /** The first message of the thread. */
  readonly threadId: string | undefined
}

const listeners = new Set<() => void>()

const told = (): void => {
  for (const listener of listeners) listener()
}
window.addEventListener("popstate", told)
window.addEventListener("hashchange", told)

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const read = (hash: string): Address => {
  const [, conversationId, threadId] = /^#(cnv_\w+)(?:\/(msg_\w+))?$/.exec(hash) ?? []
  return { conversationId, threadId }
}

export const go = (conversationId: string | undefined, threadId?: string): void => {
  const hash =
    conversationId === undefined ? "" : `#${conversationId}${threadId === undefined ? "" : `/${threadId}`}`
  if (hash === location.hash) return
  history.pushState(null, "", hash === "" ? location.pathname : hash)
  told()
}

export const useAddress = (): Address => read(useSyncExternalStore(subscribe, () => location.hash))
