/** One open conversation: its head, its timeline and the place to write. */
import type { Message } from "@parley/client/Entry"
import { useEffect, useState } from "react"
import { go, useAddress } from "../chat/useAddress.ts"
import { ConfirmDialog } from "../dialogs/ConfirmDialog.tsx"
import { Details } from "../dialogs/Details.tsx"
import { texts } from "../language/language.ts"
import { titleOf } from "../language/titles.ts"
import { useParleyOf } from "../live/ParleyContext.ts"
import { ThreadPane } from "../thread/ThreadPane.tsx"
import { Timeline } from "../timeline/Timeline.tsx"
import type { MessageActions } from "../timeline/MessageActions.ts"
import { type About, Composer } from "./Composer.tsx"
import { Head } from "./Head.tsx"
import { ReadOnly, whyReadOnly } from "./ReadOnly.tsx"
import { useToast } from "./useToast.ts"

export const ConversationPane = ({ id }: { readonly id: string }) => {
  const { parley, version } = useParleyOf(id)
  const [about, setAbout] = useState<About>()
  const [deleting, setDeleting] = useState<Message>()
  const [details, setDetails] = useState(false)
  const [toEnd, setToEnd] = useState(0)
  const toast = useToast()
  const { threadId } = useAddress()
  useEffect(() => {
    parley.loadReceipts(id).catch(() => {
      // Ticks then show what comes in from now on.
    })
  }, [id, parley])

  const conversation = parley.conversation(id)
  if (conversation === undefined) return null
  const actions: MessageActions = {
    react: ({ messageId = "", reactions }, emoji) => {
      const mine = reactions.some((one) => one.emoji === emoji && one.mine)
      const asked = mine ? parley.unreact(id, messageId, emoji) : parley.react(id, messageId, emoji)
      asked.catch(toast.failed)
    },
    reply: (message) => setAbout({ kind: "reply", message }),
    edit: (message) => setAbout({ kind: "edit", message }),
    remove: setDeleting,
    thread: (message) => go(id, message.threadRoot ?? message.messageId),
  }
  const readOnly = whyReadOnly(parley, conversation)
  return (
    <div className={threadId === undefined ? "without-thread" : "with-thread"}>
      <div className="pane">
        <Head conversation={conversation} openDetails={() => setDetails(true)} />
        <Timeline conversation={conversation} version={version} actions={actions} toEnd={toEnd} />
        <p className="toast" role="alert">
          {toast.text}
        </p>
        {readOnly === undefined ? (
          <Composer
            conversationId={id}
            label={texts.writeTo(titleOf(conversation, parley))}
            about={about}
            turnTo={setAbout}
            sent={() => setToEnd((times) => times + 1)}
            failed={toast.failed}
          />
        ) : (
          <ReadOnly conversation={conversation} reason={readOnly} failed={toast.failed} />
        )}
      </div>
      {threadId === undefined ? null : (
        <ThreadPane
          key={threadId}
          conversation={conversation}
          rootId={threadId}
          version={version}
          actions={actions}
          failed={toast.failed}
        />
      )}
      {details ? <Details conversation={conversation} close={() => setDetails(false)} /> : null}
      {deleting === undefined ? null : (
        <ConfirmDialog
          question={texts.deleteQuestion}
          answer={texts.delete}
          close={() => setDeleting(undefined)}
          confirmed={() => parley.delete(id, deleting.messageId ?? "").catch(toast.failed)}
        />
      )}
    </div>
  )
}
