/**
 * Where a message is written, answered or edited. Enter sends, Escape gives an answer or an edit up, Shift+Enter starts a new
 * line, and the arrow up edits what one said last.
 *
 * Always true: what is not sent yet waits as a draft in this browser; an edit does not touch it.
 */
import type { Message } from "@parley/client/Entry"
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react"
import { texts } from "../language/language.ts"
import { textOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Icon } from "../parts/Icon.tsx"
import { IconButton } from "../parts/IconButton.tsx"
import { useDraft } from "./useDraft.ts"

/** The message that is answered or edited. */
export interface About {
  readonly kind: "reply" | "edit"
  readonly message: Message
}

interface Props {
  readonly conversationId: string
  /** Of the thread in which it is written. */
  readonly threadRoot?: string
  readonly label: string
  readonly about: About | undefined
  readonly turnTo: (about: About | undefined) => void
  readonly sent: () => void
  readonly failed: (error: unknown) => void
}

/** How many characters before the limit the count is shown. */
const warnChars = 500

export const Composer = ({ about, conversationId, failed, label, sent, threadRoot, turnTo }: Props) => {
  const { parley } = useSigned()
  const area = useRef<HTMLTextAreaElement>(null)
  const [draft, setDraft] = useDraft(parley.userId, threadRoot ?? conversationId)
  const [edited, setEdited] = useState("")
  const editing = about?.kind === "edit"
  const text = editing ? edited : draft
  const limit = parley.limits["text_chars"] ?? 16_000
  const left = limit - (text.length > limit - warnChars ? [...text].length : text.length)
  const sendable = text.trim() !== "" && left >= 0

  useEffect(() => {
    if (about?.kind === "edit") setEdited(about.message.text ?? "")
    if (about !== undefined) area.current?.focus()
  }, [about])
  useEffect(() => {
    // On a touch screen the keyboard would cover what was just opened.
    if (matchMedia("(hover: hover)").matches) area.current?.focus()
  }, [])
  useLayoutEffect(() => {
    const { current } = area
    if (current === null) return
    current.style.height = "auto"
    current.style.height = `${current.scrollHeight}px`
  }, [text])

  const send = (): void => {
    if (!sendable) return
    const clean = withoutTheImpossible(text)
    const messageId = about?.message.messageId
    if (editing) {
      if (messageId !== undefined && clean !== about.message.text)
        parley.edit(conversationId, messageId, clean).catch(failed)
    } else {
      parley.send(conversationId, clean, {
        ...(messageId === undefined ? {} : { replyTo: messageId }),
        ...(threadRoot === undefined ? {} : { threadRoot }),
      })
      setDraft("")
      sent()
    }
    turnTo(undefined)
    area.current?.focus()
  }
  const change = (next: string): void => {
    ;(editing ? setEdited : setDraft)(next)
    if (editing || threadRoot !== undefined) return
    if (next.trim() === "") parley.stoppedTyping(conversationId)
    else parley.typed(conversationId)
  }
  const pressed = (event: KeyboardEvent): void => {
    // While an input method composes, Enter chooses a word.
    if (event.nativeEvent.isComposing) return
    if (event.key === "Escape" && about !== undefined) {
      event.preventDefault()
      turnTo(undefined)
    } else if (event.key === "ArrowUp" && text === "" && about === undefined) {
      const message = lastOwn(parley.entries(conversationId), parley.userId, threadRoot)
      if (message === undefined) return
      event.preventDefault()
      turnTo({ kind: "edit", message })
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault()
      send()
    }
  }
  return (
    <form
      className="composer"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {about === undefined ? null : <AboutLine about={about} giveUp={() => turnTo(undefined)} />}
      <div className="composer-field">
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          placeholder={texts.message}
          aria-label={texts.message}
          enterKeyHint="send"
          autoComplete="off"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={pressed}
        />
        <span className={`count${left < 0 ? " over" : ""}`} role="status">
          {left < warnChars ? left : ""}
        </span>
      </div>
      <button type="submit" className="send" aria-label={texts.send} title={texts.send} disabled={!sendable}>
        <Icon name={editing ? "check" : "send"} />
      </button>
    </form>
  )
}

const AboutLine = ({ about, giveUp }: { readonly about: About; readonly giveUp: () => void }) => {
  const { parley } = useSigned()
  const { kind, message } = about
  const name = message.senderId === parley.userId ? texts.you : parley.people.nameOf(message.senderId)
  return (
    <div className="composer-about">
      <Icon name={kind} />
      <div>
        <strong dir="auto">{kind === "edit" ? texts.editing : texts.answering(name)}</strong>
        <span dir="auto">{textOf(message).slice(0, 200)}</span>
      </div>
      <IconButton icon="close" label={texts.cancel} onClick={giveUp} />
    </div>
  )
}

const lastOwn = (
  entries: ReturnType<ReturnType<typeof useSigned>["parley"]["entries"]>,
  me: string,
  threadRoot: string | undefined,
): Message | undefined =>
  entries.findLast(
    (entry): entry is Message =>
      entry.kind === "message" &&
      entry.senderId === me &&
      entry.threadRoot === threadRoot &&
      entry.messageId !== undefined &&
      entry.text !== undefined,
  )

/** A server refuses NUL and half surrogates; a paste can hold both. */
const withoutTheImpossible = (text: string): string => text.trim().replaceAll("\0", "").toWellFormed()
