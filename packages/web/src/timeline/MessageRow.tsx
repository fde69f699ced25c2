/** A message as it stands in a timeline: its bubble, and what stands beside and below it. */
import type { Parley } from "@parley/client/connect"
import type { Message } from "@parley/client/Entry"
import type { Conversation } from "@parley/client/wire"
import type { MouseEvent, ReactNode } from "react"
import { texts } from "../language/language.ts"
import { problemText } from "../language/problems.ts"
import { textOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { IconButton } from "../parts/IconButton.tsx"
import { tintOf } from "../parts/tint.ts"
import type { MessageActions } from "./MessageActions.ts"
import { Meta } from "./Meta.tsx"
import { QuoteButton } from "./QuoteButton.tsx"
import { Reactions } from "./Reactions.tsx"
import { isJumbo, linked } from "./linked.tsx"
import { type FindShown, messageContext } from "./messageContext.ts"
import type { TimelineRow } from "./timelineRows.ts"

interface Props {
  readonly row: TimelineRow & { readonly _tag: "Message" }
  readonly conversation: Conversation
  readonly actions: MessageActions
  readonly openMenu: (message: Message, from: HTMLElement) => void
  /** Brings the message into sight. */
  readonly jump: (messageId: string) => void
  readonly find: FindShown
}

export const MessageRow = ({ actions, conversation, find, jump, openMenu, row }: Props) => {
  const { parley } = useSigned()
  const { first, last, message, own } = row
  const context = messageContext(parley, conversation.id, message, find)
  const group = conversation.kind === "group"
  const body = context.blocked ? undefined : message.text
  const jumbo = body !== undefined && context.quote === undefined && isJumbo(body)
  const withMenu = message.messageId !== undefined && !message.deleted && !context.blocked
  const classes = ["message", own ? "own" : "other", message.state, first ? "first" : "", last ? "last" : ""]
  const contextMenu = (event: MouseEvent<HTMLElement>): void => {
    if (!withMenu || getSelection()?.isCollapsed === false) return
    if ((event.target as Element).closest("a") !== null) return
    event.preventDefault()
    openMenu(message, event.currentTarget)
  }
  const menuButton = withMenu ? (
    <IconButton
      icon="more"
      label={texts.actions}
      className="icon-button more"
      aria-haspopup="menu"
      onClick={(event) => openMenu(message, event.currentTarget)}
    />
  ) : null
  return (
    <div className={classes.filter(Boolean).join(" ")}>
      {group && !own ? <Face senderId={message.senderId} name={context.sender} shown={last} /> : null}
      {own ? menuButton : null}
      <div
        className={`bubble${jumbo ? " jumbo" : ""}${body === undefined ? " without-text" : ""}`}
        onContextMenu={contextMenu}
      >
        <Sender shown={group && !own && first} senderId={message.senderId}>
          {own ? texts.you : context.sender}
        </Sender>
        {context.quote === undefined ? null : <QuoteButton quote={context.quote} jump={jump} />}
        <p className="text" dir="auto">
          {body === undefined ? (context.blocked ? texts.fromBlocked : textOf(message)) : linked(body)}
          <Meta message={message} mark={own ? context.mark : undefined} />
        </p>
        {context.blocked ? null : (
          <Reactions message={message} conversation={conversation} react={actions.react} />
        )}
        {message.replyCount === 0 || actions.thread === undefined ? null : (
          <button type="button" className="reply-count" onClick={() => actions.thread?.(message)}>
            {texts.replies(message.replyCount)}
          </button>
        )}
      </div>
      {own ? null : menuButton}
      {message.state === "failed" ? <Failure parley={parley} message={message} /> : null}
      {message.state === "pending" && message.problem !== undefined ? (
        <p className="waiting" role="status">
          {problemText(message.problem, message.retryAt)}
        </p>
      ) : null}
    </div>
  )
}

const Face = (props: { readonly senderId: string; readonly name: string; readonly shown: boolean }) =>
  props.shown ? (
    <Avatar id={props.senderId} title={props.name} size="small" />
  ) : (
    <span className="avatar-space" />
  )

/** Who listens hears it of every message. */
const Sender = (props: {
  readonly shown: boolean
  readonly senderId: string
  readonly children: ReactNode
}) => (
  <span className={props.shown ? `sender text-tint-${tintOf(props.senderId)}` : "unseen"} dir="auto">
    {props.children}
  </span>
)

const Failure = ({ message, parley }: { readonly message: Message; readonly parley: Parley }) => (
  <p className="failure" role="alert">
    {texts.notSent(message.problem === undefined ? texts.declined : problemText(message.problem))}
    <button type="button" onClick={() => parley.retry(message.key)}>
      {texts.tryAgain}
    </button>
    <button type="button" onClick={() => parley.discard(message.key)}>
      {texts.drop}
    </button>
  </p>
)
