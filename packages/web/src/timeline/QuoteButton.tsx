/** The message that is answered, above the answer; a press leads to it. */
import type { Quote } from "./messageContext.ts"

interface Props {
  readonly quote: Quote
  readonly jump: (messageId: string) => void
}

export const QuoteButton = ({ jump, quote: { id, sender, text } }: Props) => (
  <button type="button" className="quote" dir="auto" onClick={() => jump(id)}>
    <strong>{sender}</strong>
    <span>{text.slice(0, 200)}</span>
  </button>
)
