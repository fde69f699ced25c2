/** Reads new messages of others to those who listen to the page instead of looking at it. Only what arrives while live is told. */
import type { Change } from "@parley/client/Options"
import { useEffect, useRef, useState } from "react"
import { texts } from "../language/language.ts"
import { textOf, titleOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"

export const Announcer = ({ openId }: { readonly openId: string | undefined }) => {
  const { parley } = useSigned()
  const [line, setLine] = useState("")
  const told = useRef(new Map<string, string>())
  useEffect(() => {
    const heard = (change: Change): void => {
      if (change._tag !== "Conversation") return
      const last = parley.lastMessage(change.id)
      const conversation = parley.conversation(change.id)
      const before = told.current.get(change.id)
      if (last === undefined || conversation === undefined || before === last.key) return
      told.current.set(change.id, last.key)
      if (parley.preferences.isMuted(change.id) || parley.preferences.isBlocked(last.senderId)) return
      if (before === undefined || parley.status.phase !== "live" || last.senderId === parley.userId) return
      const here = change.id === openId || conversation.kind === "direct"
      const place = here ? "" : texts.newMessageIn(titleOf(conversation, parley))
      setLine(`${parley.people.nameOf(last.senderId)}${place}: ${textOf(last)}`)
    }
    return parley.subscribe(heard)
  }, [openId, parley])
  return (
    <div className="unseen" role="log" aria-live="polite" aria-label={texts.newMessages}>
      <p>{line}</p>
    </div>
  )
}
