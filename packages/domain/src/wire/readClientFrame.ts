/**
 * Reading one parsed frame of a client.
 *
 * Always true: whatever JSON value comes, the answer is one of `ClientFrame`, and tells the connection what to do next.
 * Not for: NUL and lone surrogates, which the caller looks for before this (`findForbidden`).
 */
import type { RequestId } from "../ids.ts"
import { MessageSendFrame, SyncFrame, notYetServed } from "./clientFrames.ts"
import { decoder } from "./decode.ts"
import type { FieldError } from "./problem.ts"

export type ClientFrame =
  /** No envelope: no object, or no valid `id` or `type`. Counts towards 4501. `id` is there when only the type is missing. */
  | { readonly _tag: "Malformed"; readonly id?: RequestId; readonly errors: ReadonlyArray<FieldError> }
  | { readonly _tag: "UnknownType"; readonly id: RequestId; readonly type: string }
  | { readonly _tag: "NotYetServed"; readonly id: RequestId; readonly type: string }
  /** A known type with a wrong or missing field. */
  | {
      readonly _tag: "Invalid"
      readonly id: RequestId
      readonly type: string
      readonly errors: ReadonlyArray<FieldError>
    }
  | { readonly _tag: "Sync"; readonly frame: SyncFrame }
  | { readonly _tag: "Send"; readonly frame: MessageSendFrame }

const decodeSync = decoder(SyncFrame)
const decodeMessageSend = decoder(MessageSendFrame)
const requestId = /^[\x20-\x7e]{1,64}$/

export const readClientFrame = (value: unknown): ClientFrame => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { _tag: "Malformed", errors: [{ path: "", message: "Expected an object" }] }
  const { id, type } = value as { readonly id?: unknown; readonly type?: unknown }
  if (typeof id !== "string" || !requestId.test(id))
    return {
      _tag: "Malformed",
      errors: [{ path: "id", message: "Expected 1 to 64 printable ASCII characters" }],
    }
  if (typeof type !== "string" || type === "")
    return { _tag: "Malformed", id, errors: [{ path: "type", message: "Expected the name of a frame" }] }
  if (type === "message.send") {
    const decoded = decodeMessageSend(value)
    return decoded._tag === "Decoded"
      ? { _tag: "Send", frame: decoded.value }
      : { _tag: "Invalid", id, type, errors: decoded.errors }
  }
  if (type === "sync") {
    const decoded = decodeSync(value)
    return decoded._tag === "Decoded"
      ? { _tag: "Sync", frame: decoded.value }
      : { _tag: "Invalid", id, type, errors: decoded.errors }
  }
  return { _tag: notYetServed.has(type) ? "NotYetServed" : "UnknownType", id, type }
}
