/**
 * One text for one body, whatever the order of its keys: what the MAC of a message is taken over, so that a repeat is compared
 * by value (protocol, section 7).
 *
 * Always true: two bodies have the same text exactly when they are equal as JSON values, fields unknown to `MessageBody` aside.
 */
import type { MessageBody } from "./MessageBody.ts"

/** Keys sorted by code unit at every depth; absent fields absent. The metadata must be a JSON value no deeper than `json_depth`. */
export const canonicalBody = (body: MessageBody): string => {
  if (body.metadata === undefined) {
    const { ciphertext, media, reply_to_message_id, text, thread_root_id } = body
    return JSON.stringify({ ciphertext, media, reply_to_message_id, text, thread_root_id })
  }
  const { ciphertext, media, metadata, reply_to_message_id, text, thread_root_id } = body
  return canonicalJson({ ciphertext, media, metadata, reply_to_message_id, text, thread_root_id })
}

/** Any JSON value. Members that are `undefined` are left out, as `JSON.stringify` does. */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  const object = value as Readonly<Record<string, unknown>>
  const parts: Array<string> = []
  for (const key of Object.keys(object).sort()) {
    const member = object[key]
    if (member !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${parts.join(",")}}`
}
