/** Below the name of a conversation: who types, else who is there or when he was, else what kind of conversation it is. */
import { usePresence, useTyping } from "@parley/client/react"
import type { Conversation } from "@parley/client/wire"
import { texts } from "../language/language.ts"
import { lastSeenText, partnerOf, subtitleOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"

export const Subtitle = ({ conversation }: { readonly conversation: Conversation }) => {
  const { parley } = useSigned()
  const { userIds } = useTyping(conversation.id)
  const typing = userIds.filter((one) => !parley.preferences.isBlocked(one))
  const partner = partnerOf(conversation, parley.userId)
  const still = subtitleOf(conversation, parley.preferences.isMuted(conversation.id))
  return (
    <div className="head-subtitle" aria-live="polite">
      {typing.length > 0 ? (
        <p className="typing" dir="auto">
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typing.length === 1 ? texts.typing(parley.people.nameOf(typing[0] ?? "")) : texts.severalTyping}
        </p>
      ) : partner === undefined ? (
        <p dir="auto">{still}</p>
      ) : (
        <PartnerLine userId={partner} otherwise={still} />
      )}
    </div>
  )
}

const PartnerLine = ({ otherwise, userId }: { readonly userId: string; readonly otherwise: string }) => {
  const { parley } = useSigned()
  const { lastSeen, status } = usePresence(userId)
  if (status === "online") return <p className="here">{texts.online}</p>
  if (status === "away") return <p>{texts.away}</p>
  return <p dir="auto">{lastSeen === undefined ? otherwise : lastSeenText(lastSeen, parley.now)}</p>
}
