/**
 * What travels between the event store's threads. Many requests share one message, and their parts are flat lists of strings and
 * numbers: structured clone is the largest cost of an append but the commit itself.
 */
import type { StreamMetadata } from "../../EventStore.ts"

/** -1 for `no_stream`. */
export type FlatExpected = number

export type WriterRequest =
  | readonly [
      kind: "append",
      id: number,
      stream: string,
      expected: FlatExpected,
      /** id, type, data, metadata of each event. */
      events: ReadonlyArray<string>,
      /** sender, client_msg_id, seq, message_id, mac, ts of each key. */
      keys: ReadonlyArray<string | number>,
    ]
  | readonly [kind: "metadata", id: number, stream: string, metadata: StreamMetadata]
  | readonly [kind: "delete", id: number, stream: string, expected: FlatExpected, how: "soft" | "tombstone"]
  | readonly [kind: "backup", id: number, path: string]
  | readonly [kind: "close", id: number]

export type WriterReply =
  | readonly [kind: "appended", id: number, revision: number, position: number]
  | readonly [kind: "wrong", id: number, actual: number]
  | readonly [kind: "deleted", id: number]
  | readonly [kind: "taken", id: number, keys: ReadonlyArray<string | number>]
  | readonly [kind: "done", id: number]
  | readonly [kind: "failed", id: number, reason: string]

/** Before anything else the writer says whether it could open the file; then replies, with the log's last position. */
export type FromWriter =
  | { readonly _tag: "Ready"; readonly epoch: string; readonly position: number }
  | {
      readonly _tag: "Refused"
      readonly reason: "corrupt" | "foreign" | "newer_version" | "not_durable"
      readonly detail: string
    }
  | {
      readonly _tag: "Replies"
      readonly replies: ReadonlyArray<WriterReply>
      readonly position: number
      /** Of the commit that these replies are of; 0 when nothing was committed. */
      readonly commitMs: number
    }

export interface ReaderRequest {
  readonly id: number
  readonly method: string
  readonly args: ReadonlyArray<unknown>
}
export type ReaderReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string }

export const keyFields = 6
export const eventFields = 4
