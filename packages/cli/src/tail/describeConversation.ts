/** What happened in a conversation, in words. Who did it stands before them. */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { editPlace, sentPlace, settingPlace } from "@parley/domain/conversation/places"
import type { Sealed } from "@parley/domain/Sealed"
import { decodeContent } from "@parley/domain/wire/MessageContent"
import type { Opener } from "./Opener.ts"

/** `text`: what a person said; it follows a colon. */
export interface Happening {
  readonly who: string
  readonly what: string
  readonly text?: string
}

const listed = (people: ReadonlyArray<string>): string =>
  people.length > 5 ? `${people.slice(0, 4).join(", ")} and ${people.length - 4} more` : people.join(", ")

const idsOf = (members: ReadonlyArray<{ readonly user_id: string }>): ReadonlyArray<string> =>
  members.map((one) => one.user_id)

/** The plaintext of a body, or what stands in its place. */
const spoken = (content: string): string => {
  if (!content.startsWith("{")) return content
  const { text, ciphertext } = decodeContent(content)
  return text ?? (ciphertext === undefined ? "[no text]" : "[end-to-end encrypted]")
}

export const describeConversation = (
  event: ConversationEvent,
  conversation: string,
  { open }: Opener,
): Happening => {
  const setting = (name: string, sealed: Sealed | undefined): string =>
    sealed === undefined ? "" : ` ${name} "${open(settingPlace(conversation, name), sealed)}"`
  switch (event._tag) {
    case "ConversationCreated":
      return {
        who: event.creator,
        what:
          event.kind === "direct"
            ? `opened a direct conversation of ${listed(idsOf(event.members))}`
            : `created the group${event.name === undefined ? "" : ` "${open(settingPlace(conversation, "name"), event.name)}"`} with ${listed(idsOf(event.members))}`,
      }
    case "MessageSent": {
      const media = event.media === undefined ? "" : ` [${event.media.length} media]`
      const reply = event.reply_to_message_id === undefined ? "" : " in reply"
      return {
        who: event.sender,
        what: reply.trim(),
        text: spoken(open(sentPlace(conversation, event.client_msg_id), event.body)) + media,
      }
    }
    case "MessageEdited":
      return {
        who: event.actor,
        what: `edited #${event.message_seq}`,
        text: spoken(open(editPlace(conversation, event.message_id), event.body)),
      }
    case "MessageDeleted":
      return { who: event.actor, what: `deleted #${event.message_seq} of ${event.sender}` }
    case "ReactionAdded":
      return { who: event.actor, what: `reacted ${event.emoji} to #${event.message_seq}` }
    case "ReactionRemoved":
      return { who: event.actor, what: `took back ${event.emoji} from #${event.message_seq}` }
    case "MemberAdded":
      return { who: event.actor, what: `added ${listed(idsOf(event.members))}` }
    case "MemberRemoved":
      return {
        who: event.actor,
        what: event.user_ids.join() === event.actor ? "left" : `removed ${listed(event.user_ids)}`,
      }
    case "MemberRoleChanged":
      return { who: event.actor, what: `made ${event.user_id} ${event.role}` }
    case "ConversationUpdated":
      return {
        who: event.actor,
        what: `set it to${setting("name", event.name)}${setting("topic", event.topic)}`,
      }
    case "ConversationArchived":
      return { who: event.actor, what: "archived the conversation" }
    case "DirectRestricted":
      return { who: event.actor, what: "blocked the other" }
    case "DirectRestrictionLifted":
      return { who: event.actor, what: "no longer blocks the other" }
  }
}
