/** What somebody has begun to write in one place, kept in this browser over a reload. `place`: a conversation's id, or a thread's. */
import { useEffect, useState } from "react"
import { forBrowser } from "../session/kept.ts"

const keyOf = (userId: string, place: string): string => `parley.draft.${userId}.${place}`

export const draftOf = (userId: string, place: string): string => forBrowser.get(keyOf(userId, place)) ?? ""

export const useDraft = (userId: string, place: string): readonly [string, (text: string) => void] => {
  const key = keyOf(userId, place)
  const [text, setText] = useState(() => draftOf(userId, place))
  useEffect(() => {
    // Told by the other windows of this browser. Whoever writes there does not write here.
    const heard = (event: StorageEvent): void => {
      if (event.key === key) setText(event.newValue ?? "")
    }
    window.addEventListener("storage", heard)
    return () => window.removeEventListener("storage", heard)
  }, [key])
  const keep = (next: string): void => {
    setText(next)
    forBrowser.set(key, next === "" ? undefined : next)
  }
  return [text, keep]
}
