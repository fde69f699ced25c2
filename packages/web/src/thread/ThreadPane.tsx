/** A thread beside its conversation: the message that began it, the answers, and the place to write one. */
import type { Conversation } from "@parley/client/wire"
import { useEffect, useRef, useState } from "react"
import { go } from "../chat/useAddress.ts"
import { type About, Composer } from "../conversation/Composer.tsx"
import { whyReadOnly } from "../conversation/ReadOnly.tsx"
import { texts } from "../language/language.ts"
import { titleOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { IconButton } from "../parts/IconButton.tsx"
import type { MessageActions } from "../timeline/MessageActions.ts"
import { Row } from "../timeline/Row.tsx"
import { messageIn } from "../timeline/messageContext.ts"
import { timelineRows } from "../timeline/timelineRows.ts"
import { useThread } from "./useThread.ts"
import { useMessageMenu } from "../timeline/useMessageMenu.tsx"

interface Props {
  readonly conversation: Conversation
  readonly rootId: string
  readonly version: number
  /** Those of the conversation; a thread has no threads. */
  readonly actions: Omit<MessageActions, "thread">
  readonly failed: (error: unknown) => void
}

export const ThreadPane = ({ actions: given, conversation, failed, rootId, version }: Props) => {
  const { id } = conversation
  const { parley } = useSigned()
  const thread = useThread(id, rootId, version)
  const [about, setAbout] = useState<About>()
  const scroller = useRef<HTMLDivElement>(null)
  const { root } = thread
  const last = thread.replies.at(-1)?.key
  useEffect(() => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
  }, [last])
  const { react, remove } = given
  const actions: MessageActions = {
    react,
    remove,
    reply: (message) => setAbout({ kind: "reply", message }),
    edit: (message) => setAbout({ kind: "edit", message }),
  }
  const [menu, openMenu] = useMessageMenu(conversation, actions)
  const shown = root === undefined ? thread.replies : [root, ...thread.replies]
  const rows = timelineRows(shown, parley.userId, parley.now)
  const jump = (messageId: string): void =>
    scroller.current
      ?.querySelector(`[data-id="${CSS.escape(messageId)}"]`)
      ?.scrollIntoView({ block: "center" })
  return (
    <aside className="thread" aria-label={texts.thread}>
      <header className="head">
        <div className="head-text">
          <h1 className="head-title">{texts.thread}</h1>
          <p className="head-subtitle" dir="auto">
            {titleOf(conversation, parley)}
          </p>
        </div>
        <IconButton icon="close" label={texts.closeThread} onClick={() => go(id)} />
      </header>
      <div ref={scroller} className="timeline" tabIndex={0} role="region" aria-label={texts.threadMessages}>
        <ol className="rows" aria-label={texts.messages}>
          {rows.map((row) => (
            <li key={row.key} data-id={row._tag === "Message" ? row.message.messageId : undefined}>
              <Row
                row={row}
                conversation={conversation}
                actions={actions}
                jump={jump}
                find={(messageId) => messageIn(shown, messageId)}
                openMenu={openMenu}
              />
              {row._tag === "Message" && row.message === root && thread.replies.length > 0 ? (
                <p className="thread-count">{texts.replies(thread.replies.length)}</p>
              ) : null}
            </li>
          ))}
        </ol>
        {thread.loading ? <span className="spinner" role="status" aria-label={texts.loadingNewer} /> : null}
        {thread.failed ? (
          <button type="button" className="button quiet" onClick={thread.retry}>
            {texts.olderFailed}
          </button>
        ) : null}
        {thread.replies.length === 0 && !thread.loading && !thread.failed ? (
          <p className="thread-empty">{texts.noReplies}</p>
        ) : null}
      </div>
      {whyReadOnly(parley, conversation) === undefined ? (
        <Composer
          conversationId={id}
          threadRoot={rootId}
          label={texts.writeInThread}
          about={about}
          turnTo={setAbout}
          sent={() => {}}
          failed={failed}
        />
      ) : null}
      {menu}
    </aside>
  )
}
