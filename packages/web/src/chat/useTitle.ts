/** The window's title tells how much is unread, conversations that are muted aside. */
import { useEffect } from "react"
import { useParley } from "../live/ParleyContext.ts"

export const useTitle = (): void => {
  const parley = useParley()
  const unread = parley.conversations.reduce(
    (sum, { id }) => sum + (parley.preferences.isMuted(id) ? 0 : parley.unread(id)),
    0,
  )
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Parley` : "Parley"
    return () => {
      document.title = "Parley"
    }
  }, [unread])
}
