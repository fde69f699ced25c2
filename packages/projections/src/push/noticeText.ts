/**
 * What a push says, in English. Clients with a language of their own use `data` instead.
 *
 * Always true: without content no name and no word of anybody's is in it.
 */
import type { PushJob } from "./PushQueue.ts"

/** What is kept of a message's text, in characters. */
const mostText = 200

export interface MessageWords {
  /** The conversation's name, or the partner's in a direct one. */
  readonly title: string
  readonly direct: boolean
  /** The last sender's name. */
  readonly sender: string
  /** Absent: there is none to show. */
  readonly text?: string
}

export interface NoticeText {
  readonly title: string
  readonly body: string
}

const shortened = (text: string): string => {
  const characters = [...text]
  return characters.length <= mostText ? text : `${characters.slice(0, mostText - 1).join("")}…`
}

/** @param unread of the conversation. @param words absent: content is left out by setting, or cannot be read any more. */
export const messageText = (unread: number, words: MessageWords | undefined): NoticeText => {
  if (words === undefined)
    return unread > 1
      ? { title: `${unread} new messages`, body: "Open to read them." }
      : { title: "New message", body: "Open to read it." }
  const { title, direct, sender, text } = words
  if (unread > 1)
    return {
      title,
      body: direct ? `${unread} new messages from ${title}` : `${unread} new messages in ${title}`,
    }
  const said = text === undefined ? "sent an attachment" : shortened(text)
  if (direct) return { title, body: text === undefined ? "Sent an attachment" : said }
  return { title, body: text === undefined ? `${sender} ${said}` : `${sender}: ${said}` }
}

/** @param badge unread over the whole inbox. */
export const severalText = (badge: number): NoticeText => ({
  title: badge === 1 ? "1 unread message" : `${badge} unread messages`,
  body: "Open to read them.",
})

export const securityText = (what: NonNullable<PushJob["what"]>): NoticeText =>
  what === "device_registered"
    ? { title: "New device", body: "A new device was added to your account." }
    : { title: "Device removed", body: "A device was removed from your account." }
