/** A dot at somebody's picture: he is there, or has just gone out of sight. Nothing for who is not, or does not say. */
import { usePresence } from "@parley/client/react"
import { texts } from "../language/language.ts"

export const PresenceDot = ({ userId }: { readonly userId: string }) => {
  const { status } = usePresence(userId)
  if (status !== "online" && status !== "away") return null
  return <span className={`presence ${status}`} role="img" aria-label={texts[status]} title={texts[status]} />
}
