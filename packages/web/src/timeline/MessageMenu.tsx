/**
 * What can be done with a message: a palette of emojis, and actions.
 *
 * Always true: in the browser's top layer; it closes by Escape, by choosing and by a press elsewhere, and gives the focus back.
 */
import type { Message } from "@parley/client/Entry"
import type { Conversation } from "@parley/client/wire"
import { type KeyboardEvent, useLayoutEffect, useRef } from "react"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Icon, type IconName } from "../parts/Icon.tsx"
import type { MessageActions } from "./MessageActions.ts"

interface Props {
  readonly message: Message
  /** What it stands at. */
  readonly from: HTMLElement
  readonly conversation: Conversation
  readonly actions: MessageActions
  readonly close: () => void
}

const palette = ["👍", "❤️", "😂", "🎉", "😮", "😢"]

export const MessageMenu = ({ actions, close, conversation, from, message }: Props) => {
  const { parley } = useSigned()
  const menu = useRef<HTMLDivElement>(null)
  const own = message.senderId === parley.userId
  useLayoutEffect(() => {
    const { current } = menu
    if (current === null) return
    current.showPopover()
    place(current, from.getBoundingClientRect(), own !== (getComputedStyle(from).direction === "rtl"))
    current.querySelector("button")?.focus()
  }, [from, own])
  const writable = conversation.can_send !== false && !conversation.archived
  const chief = conversation.role === "owner" || conversation.role === "admin"
  const { text } = message
  const choose = (act: () => void) => (): void => {
    close()
    act()
  }
  const item = (icon: IconName, label: string, act: () => void, danger = false) => (
    <button
      key={label}
      type="button"
      role="menuitem"
      className={`menu-item${danger ? " danger" : ""}`}
      onClick={choose(act)}
    >
      <Icon name={icon} />
      {label}
    </button>
  )
  const { thread } = actions
  return (
    <div
      ref={menu}
      className="menu"
      role="menu"
      popover="auto"
      aria-label={texts.actions}
      onToggle={(event) => event.newState === "closed" && close()}
      onKeyDown={(event) => walk(event, from)}
    >
      {writable ? (
        <div className="menu-palette" role="group" aria-label={texts.reactions}>
          {palette.map((emoji) => (
            <button
              key={emoji}
              type="button"
              role="menuitem"
              className="menu-emoji"
              aria-label={texts.reactWith(emoji)}
              onClick={choose(() => actions.react(message, emoji))}
            >
              {emoji}
            </button>
          ))}
        </div>
      ) : null}
      {writable ? item("reply", texts.reply, () => actions.reply(message)) : null}
      {thread !== undefined && (writable || message.replyCount > 0)
        ? item("thread", texts.thread, () => thread(message))
        : null}
      {text === undefined ? null : item("copy", texts.copy, () => void navigator.clipboard?.writeText(text))}
      {writable && own && text !== undefined ? item("edit", texts.edit, () => actions.edit(message)) : null}
      {!conversation.archived && (own || chief)
        ? item("trash", texts.delete, () => actions.remove(message), true)
        : null}
    </div>
  )
}

const gap = 8

/** Below what it belongs to, or above where there is no room; never beyond the window. */
const place = (menu: HTMLElement, from: DOMRect, atRight: boolean): void => {
  const { height, width } = menu.getBoundingClientRect()
  const below = from.bottom + height + gap < window.innerHeight
  const left = atRight ? from.right - width : from.left
  menu.style.top = `${Math.max(gap, below ? from.bottom + gap / 2 : from.top - height - gap / 2)}px`
  menu.style.left = `${Math.min(Math.max(gap, left), window.innerWidth - width - gap)}px`
}

const walk = (event: KeyboardEvent<HTMLDivElement>, from: HTMLElement): void => {
  event.stopPropagation()
  const items = [...event.currentTarget.querySelectorAll("button")]
  const at = items.findIndex((item) => item === document.activeElement)
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault()
    event.currentTarget.hidePopover()
    from.focus()
  } else if (step !== undefined) {
    event.preventDefault()
    items[(at + step + items.length) % items.length]?.focus()
  }
}
