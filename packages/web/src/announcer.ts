/** Reads new messages of others to those who listen to the page instead of looking at it. */
import type { Change, Parley } from "/client/connect.ts"
import { element } from "./element.ts"
import { textOf, titleOf } from "./titles.ts"

/** Call it with every change. Only what arrives while live is told, not what a reconnection brings. */
export const announcer = (parley: Parley): ((change: Change, openId: string | undefined) => void) => {
  const region = document.querySelector("#announcer")
  const told = new Map<string, string>()
  return (change, openId) => {
    if (change._tag !== "Conversation") return
    const last = parley.lastMessage(change.id)
    const conversation = parley.conversation(change.id)
    if (last === undefined || conversation === undefined || told.get(change.id) === last.key) return
    const before = told.get(change.id)
    told.set(change.id, last.key)
    if (before === undefined || parley.status.phase !== "live" || last.senderId === parley.userId) return
    const place =
      change.id === openId || conversation.kind === "direct"
        ? ""
        : ` in ${titleOf(conversation, parley.userId)}`
    region?.replaceChildren(element("p", {}, `${last.senderId}${place}: ${textOf(last)}`))
  }
}
