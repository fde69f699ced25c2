/** The small print of a message: edited or not, when, and what has become of it. */
import type { Message } from "@parley/client/Entry"
import { texts } from "../language/language.ts"
import { fullMoment, timeOfDay } from "../language/times.ts"
import { Icon, type IconName } from "../parts/Icon.tsx"
import type { Mark } from "./messageContext.ts"

const icons: Readonly<Record<Mark, IconName>> = {
  pending: "clock",
  sent: "check",
  delivered: "checks",
  read: "checks",
  failed: "failed",
}

interface Props {
  readonly message: Message
  /** Of one's own messages only. */
  readonly mark: Mark | undefined
}

export const Meta = ({ mark, message }: Props) => (
  <span className="meta">
    {message.edited ? `${texts.edited} ` : null}
    <time dir="ltr" dateTime={new Date(message.at).toISOString()} title={fullMoment(message.at)}>
      {timeOfDay(message.at)}
    </time>
    {mark === undefined ? null : (
      <span className={`mark ${mark}`} role="img" aria-label={texts[mark]} title={texts[mark]}>
        <Icon name={icons[mark]} />
      </span>
    )}
  </span>
)
