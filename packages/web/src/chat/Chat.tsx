/** The chat of one signed-in person: the line about the connection, the list, the open conversation. */
import { useCallback, useEffect, useState } from "react"
import { ConversationPlace } from "../conversation/ConversationPlace.tsx"
import { NewConversation } from "../dialogs/NewConversation.tsx"
import { ConversationList } from "../list/ConversationList.tsx"
import { onNotificationPressed } from "../notifications/registration.ts"
import { Settings } from "../settings/Settings.tsx"
import { Shortcuts } from "../settings/Shortcuts.tsx"
import { Announcer } from "./Announcer.tsx"
import { ConnectionBanner } from "./ConnectionBanner.tsx"
import { go, useAddress } from "./useAddress.ts"
import { useFocusAfterClosing } from "./useFocusAfterClosing.ts"
import { useSessionEvents } from "./useSessionEvents.ts"
import { useShortcuts } from "./useShortcuts.ts"
import { useTitle } from "./useTitle.ts"

type Dialog = "compose" | "settings" | "shortcuts"

export const Chat = () => {
  const address = useAddress()
  const { conversationId } = address
  const [dialog, setDialog] = useState<Dialog>()
  const close = useCallback(() => setDialog(undefined), [])
  const compose = useCallback(() => setDialog("compose"), [])
  const list = useCallback(() => setDialog("shortcuts"), [])
  useSessionEvents()
  useTitle()
  useShortcuts({ compose, list })
  useFocusAfterClosing(address)
  useEffect(() => onNotificationPressed(go), [])
  return (
    <main className={`chat${conversationId === undefined ? "" : " has-open"}`}>
      <ConnectionBanner />
      <ConversationList openId={conversationId} compose={compose} settings={() => setDialog("settings")} />
      <ConversationPlace compose={compose} />
      {dialog === "compose" ? <NewConversation close={close} /> : null}
      {dialog === "settings" ? <Settings close={close} /> : null}
      {dialog === "shortcuts" ? <Shortcuts close={close} /> : null}
      <Announcer openId={conversationId} />
    </main>
  )
}
