/**
 * Where the focus goes when what had it is closed by `Escape` or a button: the place that it was opened from.
 *
 * Always true: a focus that is somewhere already stays there.
 */
import { useEffect, useRef } from "react"
import type { Address } from "./useAddress.ts"

export const useFocusAfterClosing = ({ conversationId, threadId }: Address): void => {
  const before = useRef({ conversationId, threadId })
  useEffect(() => {
    const was = before.current
    before.current = { conversationId, threadId }
    const closed =
      conversationId === undefined && was.conversationId !== undefined
        ? `a[href="#${was.conversationId}"]`
        : threadId === undefined && was.threadId !== undefined && was.conversationId === conversationId
          ? ".pane .composer textarea"
          : undefined
    if (closed === undefined || document.activeElement !== document.body) return
    document.querySelector<HTMLElement>(closed)?.focus()
  }, [conversationId, threadId])
}
