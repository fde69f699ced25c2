/** The menu of a message, for whoever draws rows: how it is opened, and what is drawn while it is. */
import type { Message } from "@parley/client/Entry"
import type { Conversation } from "@parley/client/wire"
import { type ReactNode, useState } from "react"
import type { MessageActions } from "./MessageActions.ts"
import { MessageMenu } from "./MessageMenu.tsx"

interface OpenMenu {
  readonly message: Message
  /** What it stands at. */
  readonly from: HTMLElement
}

export const useMessageMenu = (
  conversation: Conversation,
  actions: MessageActions,
): readonly [menu: ReactNode, open: (message: Message, from: HTMLElement) => void] => {
  const [menu, setMenu] = useState<OpenMenu>()
  return [
    menu === undefined ? null : (
      <MessageMenu
        key={menu.message.key}
        message={menu.message}
        from={menu.from}
        conversation={conversation}
        actions={actions}
        close={() => setMenu(undefined)}
      />
    ),
    (message, from) => setMenu({ message, from }),
  ]
}
