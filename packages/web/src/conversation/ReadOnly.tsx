/** What stands in the place to write for who cannot write: why, and what he can do about it. */
import type { Parley } from "@parley/client/connect"
import type { Conversation } from "@parley/client/wire"
import { texts } from "../language/language.ts"
import { partnerOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"

interface Props {
  readonly conversation: Conversation
  readonly reason: string
  readonly failed: (error: unknown) => void
}

export const ReadOnly = ({ conversation, failed, reason }: Props) => {
  const { parley } = useSigned()
  const partner = partnerOf(conversation, parley.userId)
  const mine = partner !== undefined && parley.preferences.isBlocked(partner)
  return (
    <div className="read-only" role="status">
      <p>{reason}</p>
      {mine ? (
        <button
          type="button"
          className="button quiet"
          onClick={() => parley.preferences.setBlocked(partner, false).catch(failed)}
        >
          {texts.unblock}
        </button>
      ) : null}
    </div>
  )
}

/** `undefined`: the person can write here. */
export const whyReadOnly = (parley: Parley, conversation: Conversation): string | undefined => {
  if (conversation.archived) return texts.readOnlyArchived
  const partner = partnerOf(conversation, parley.userId)
  if (partner !== undefined && parley.preferences.isBlocked(partner))
    return texts.readOnlyBlocked(parley.people.nameOf(partner))
  if (conversation.can_send !== false) return undefined
  return conversation.kind === "direct" ? texts.readOnlyDirect : texts.readOnlyReader
}
