/**
 * The keys of the page. Single letters count only where nobody is writing.
 *
 * Always true: while a dialog or a menu is open, they are its own.
 */
import { useEffect } from "react"
import { useSigned } from "../live/ParleyContext.ts"
import { go, useAddress } from "./useAddress.ts"

interface Asked {
  readonly compose: () => void
  readonly list: () => void
}

export const useShortcuts = ({ compose, list }: Asked): void => {
  const { parley } = useSigned()
  const { conversationId, threadId } = useAddress()
  useEffect(() => {
    const step = (by: number): void => {
      const ids = parley.conversations.map((one) => one.id)
      const at = ids.indexOf(conversationId ?? "")
      const next = ids[at < 0 ? 0 : at + by]
      if (next !== undefined) go(next)
    }
    const actions: Readonly<Record<string, () => void>> = {
      "?": list,
      n: compose,
      "/": () => document.querySelector<HTMLInputElement>("#search")?.focus(),
    }
    const pressed = (event: KeyboardEvent): void => {
      if (event.isComposing || event.defaultPrevented || isBusy()) return
      const act = actionOf(event)
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    const actionOf = ({ altKey, ctrlKey, key, metaKey, target }: KeyboardEvent): (() => void) | undefined => {
      if (key === "Escape") return () => go(threadId === undefined ? undefined : conversationId)
      if (altKey && key === "ArrowDown") return () => step(1)
      if (altKey && key === "ArrowUp") return () => step(-1)
      if (altKey || ctrlKey || metaKey || isField(target)) return undefined
      return actions[key]
    }
    window.addEventListener("keydown", pressed)
    return () => window.removeEventListener("keydown", pressed)
  }, [compose, conversationId, list, parley, threadId])
}

const isBusy = (): boolean => document.querySelector("dialog[open], :popover-open") !== null

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, textarea, select")
