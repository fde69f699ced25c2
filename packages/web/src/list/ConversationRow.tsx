/** A line of the list: who, what was said last and when, what has become of it, how much is unread. */
import type { Parley } from "@parley/client/connect"
import type { Conversation } from "@parley/client/wire"
import { texts } from "../language/language.ts"
import { shortMoment } from "../language/times.ts"
import { colourIdOf, partnerOf, titleOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { Icon } from "../parts/Icon.tsx"
import { PresenceDot } from "../parts/PresenceDot.tsx"
import { Preview } from "./Preview.tsx"

interface Props {
  readonly conversation: Conversation
  readonly open: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

const tickIcons = {
  pending: "clock",
  failed: "failed",
  sent: "check",
  delivered: "checks",
  read: "checks",
} as const

export const ConversationRow = ({ conversation, now, open }: Props) => {
  const { parley } = useSigned()
  const { id } = conversation
  const title = titleOf(conversation, parley)
  const partner = partnerOf(conversation, parley.userId)
  const unread = open && !document.hidden ? 0 : parley.unread(id)
  const muted = parley.preferences.isMuted(id)
  const state = stateOfLast(parley, id)
  const at = parley.lastMessage(id)?.at ?? Date.parse(conversation.created_at)
  return (
    <li>
      <a href={`#${id}`} className="conversation-link" aria-current={open ? "true" : undefined}>
        <Avatar id={colourIdOf(conversation, parley.userId)} title={title}>
          {partner === undefined ? null : <PresenceDot userId={partner} />}
        </Avatar>
        <span className="conversation-title" dir="auto">
          {title}
        </span>
        <span className={`conversation-when ${state ?? ""}`}>
          {muted ? <Icon name="muted" /> : null}
          {state === undefined ? null : <Icon name={tickIcons[state]} />}
          {shortMoment(at, now)}
        </span>
        <Preview conversation={conversation} />
        {unread === 0 ? null : (
          <span className={`badge${muted ? " quiet" : ""}`} role="img" aria-label={texts.unreadCount(unread)}>
            {unread > 99 ? "99+" : unread}
          </span>
        )}
      </a>
    </li>
  )
}

/** What has become of the last message, when it is one's own. */
const stateOfLast = (parley: Parley, id: string): keyof typeof tickIcons | undefined => {
  const last = parley.lastMessage(id)
  if (last?.senderId !== parley.userId || last.deleted) return undefined
  return last.state === "sent" && last.seq !== undefined ? parley.tick(id, last.seq) : last.state
}
