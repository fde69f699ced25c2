/** The second line of a conversation in the list: who types, else what is begun and not sent, else what was said last. */
import { useTyping } from "@parley/client/react"
import type { Conversation } from "@parley/client/wire"
import { draftOf } from "../conversation/useDraft.ts"
import { texts } from "../language/language.ts"
import { previewOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"

/** A line shows no more. */
const longestChars = 200

export const Preview = ({ conversation }: { readonly conversation: Conversation }) => {
  const { parley } = useSigned()
  const { userIds } = useTyping(conversation.id)
  const typing = userIds.find((one) => !parley.preferences.isBlocked(one))
  const draft = draftOf(parley.userId, conversation.id)
  if (typing !== undefined)
    return (
      <span className="conversation-preview typing" dir="auto">
        {conversation.kind === "direct" ? texts.typingHere : texts.typing(parley.people.nameOf(typing))}
      </span>
    )
  if (draft !== "")
    return (
      <span className="conversation-preview" dir="auto">
        <span className="draft">{texts.draft}</span> {draft.slice(0, longestChars)}
      </span>
    )
  return (
    <span className="conversation-preview" dir="auto">
      {previewOf(parley, conversation).slice(0, longestChars)}
    </span>
  )
}
