/** The reactions to a message, each a switch for one's own. */
import type { Message } from "@parley/client/Entry"
import type { Conversation } from "@parley/client/wire"
import { texts } from "../language/language.ts"

interface Props {
  readonly message: Message
  readonly conversation: Conversation
  readonly react: (message: Message, emoji: string) => void
}

export const Reactions = ({ conversation: { archived, can_send }, message, react }: Props) =>
  message.reactions.length === 0 ? null : (
    <div className="reactions" role="group" aria-label={texts.reactions}>
      {message.reactions.map(({ count, emoji, mine }) => (
        <button
          key={emoji}
          type="button"
          className="reaction"
          aria-pressed={mine}
          aria-label={texts.reactionCount(emoji, count)}
          disabled={archived || (can_send === false && !mine)}
          onClick={() => react(message, emoji)}
        >
          <span className="reaction-emoji">{emoji}</span>
          <span>{count}</span>
        </button>
      ))}
    </div>
  )
