/**
 * What `MessageSent.body` seals: the personal part of a message's body, as JSON text. Media and references are ids and stay readable.
 *
 * Always true: the fields are written in this order, and the text is never the empty object for a message that passed the wire.
 */
import type { MessageBody } from "./MessageBody.ts"

export type MessageContent = Pick<MessageBody, "text" | "ciphertext" | "metadata">

/** The plaintext to seal. `encodeFrame` takes it, opened again, as it is. */
export const encodeContent = ({ text, ciphertext, metadata }: MessageContent): string =>
  JSON.stringify({ text, ciphertext, metadata })

/** Only for text that `encodeContent` wrote. */
export const decodeContent = (text: string): MessageContent => JSON.parse(text) as MessageContent

/** What `MessageEdited.body` seals. */
export const encodeEdit = (text: string): string => JSON.stringify({ text })

/** The content of a message once an edit has replaced its text: `edit` is what `encodeEdit` wrote, `sent` what `encodeContent` did. */
export const withEdit = (sent: string, edit: string): string =>
  encodeContent({ ...decodeContent(sent), ...decodeContent(edit) })
