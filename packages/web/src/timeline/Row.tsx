/** One row of a timeline. */
import type { Message } from "@parley/client/Entry"
import type { Conversation } from "@parley/client/wire"
import { texts } from "../language/language.ts"
import { noticeText } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"
import type { MessageActions } from "./MessageActions.ts"
import { MessageRow } from "./MessageRow.tsx"
import type { FindShown } from "./messageContext.ts"
import type { TimelineRow } from "./timelineRows.ts"

interface Props {
  readonly row: TimelineRow
  readonly conversation: Conversation
  readonly actions: MessageActions
  readonly openMenu: (message: Message, from: HTMLElement) => void
  readonly jump: (messageId: string) => void
  readonly find: FindShown
}

export const Row = ({ row, ...rest }: Props) => {
  const { parley } = useSigned()
  switch (row._tag) {
    case "Day":
      return (
        <div className="day">
          <span>{row.name}</span>
        </div>
      )
    case "New":
      return (
        <div className="new-messages">
          <span>{texts.newMessages}</span>
        </div>
      )
    case "Notice":
      return (
        <div className="notice" dir="auto">
          <span>{noticeText(row.notice, parley, row.before)}</span>
        </div>
      )
    case "Message":
      return <MessageRow row={row} {...rest} />
  }
}
