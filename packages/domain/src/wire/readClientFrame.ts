/**
 * Reading one parsed frame of a client.
 *
 * Always true: whatever JSON value comes, the answer is one of `ClientFrame`, and tells the connection what to do next.
 * Not for: NUL and lone surrogates, which the caller looks for before this (`findForbidden`).
 */
import type * as Schema from "effect/Schema"
import type { RequestId } from "../ids.ts"
import {
  type MessageDeleteFrame,
  type MessageEditFrame,
  type MessageSendFrame,
  type PresencePingFrame,
  type PresenceUnwatchFrame,
  type PresenceWatchFrame,
  type ReactionAddFrame,
  type ReactionRemoveFrame,
  type ReceiptDeliveredFrame,
  type ReceiptReadFrame,
  type SyncFrame,
  type TypingFrame,
  clientFrames,
} from "./clientFrames.ts"
import { decoder } from "./decode.ts"
import type { FieldError } from "./problem.ts"

export type ClientFrame =
  /** No envelope: no object, or no valid `id` or `type`. Counts towards 4501. `id` is there when only the type is missing. */
  | { readonly _tag: "Malformed"; readonly id?: RequestId; readonly errors: ReadonlyArray<FieldError> }
  | { readonly _tag: "UnknownType"; readonly id: RequestId; readonly type: string }
  /** A known type with a wrong or missing field. */
  | {
      readonly _tag: "Invalid"
      readonly id: RequestId
      readonly type: string
      readonly errors: ReadonlyArray<FieldError>
    }
  | { readonly _tag: "Sync"; readonly frame: SyncFrame }
  | { readonly _tag: "Send"; readonly frame: MessageSendFrame }
  | { readonly _tag: "Edit"; readonly frame: MessageEditFrame }
  | { readonly _tag: "Delete"; readonly frame: MessageDeleteFrame }
  | { readonly _tag: "React"; readonly frame: ReactionAddFrame | ReactionRemoveFrame }
  | { readonly _tag: "Receipt"; readonly frame: ReceiptDeliveredFrame | ReceiptReadFrame }
  | { readonly _tag: "Typing"; readonly frame: TypingFrame }
  | {
      readonly _tag: "Presence"
      readonly frame: PresencePingFrame | PresenceWatchFrame | PresenceUnwatchFrame
    }

type Read = (id: RequestId, value: unknown) => ClientFrame

const as = <Frame>(
  schema: Schema.Codec<Frame, unknown> & { readonly fields: { readonly type: { readonly literal: string } } },
  known: (frame: Frame) => ClientFrame,
): readonly [string, Read] => {
  const decode = decoder(schema)
  const type = schema.fields.type.literal
  return [
    type,
    (id, value) => {
      const decoded = decode(value)
      return decoded._tag === "Decoded"
        ? known(decoded.value)
        : { _tag: "Invalid", id, type, errors: decoded.errors }
    },
  ]
}

const served: ReadonlyMap<string, Read> = new Map([
  as(clientFrames["message.send"], (frame) => ({ _tag: "Send", frame })),
  as(clientFrames.sync, (frame) => ({ _tag: "Sync", frame })),
  as(clientFrames["message.edit"], (frame) => ({ _tag: "Edit", frame })),
  as(clientFrames["message.delete"], (frame) => ({ _tag: "Delete", frame })),
  as(clientFrames["reaction.add"], (frame) => ({ _tag: "React", frame })),
  as(clientFrames["reaction.remove"], (frame) => ({ _tag: "React", frame })),
  as(clientFrames["receipt.delivered"], (frame) => ({ _tag: "Receipt", frame })),
  as(clientFrames["receipt.read"], (frame) => ({ _tag: "Receipt", frame })),
  as(clientFrames.typing, (frame) => ({ _tag: "Typing", frame })),
  as(clientFrames["presence.ping"], (frame) => ({ _tag: "Presence", frame })),
  as(clientFrames["presence.watch"], (frame) => ({ _tag: "Presence", frame })),
  as(clientFrames["presence.unwatch"], (frame) => ({ _tag: "Presence", frame })),
])
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
  const read = served.get(type)
  if (read !== undefined) return read(id, value)
  return { _tag: "UnknownType", id, type }
}
