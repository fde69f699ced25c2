/**
 * The recent idempotency keys of a conversation: which message each (sender, `client_msg_id`) names.
 *
 *   remember ──► young ──(full at 1,000)──► old ──(young full again)──► forgotten: `complete` turns false
 *   recall ─────► recalled (lines of the store's key index, for decisions that are being made now)
 *
 * Always true: it holds at least the last 1,000 keys; while `complete`, every key there ever was. Every step is O(1).
 * Not for: the whole truth. That is the store's key index, which refuses an append whose key is taken.
 */
import * as Hash from "effect/Hash"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { ClientMessageId, MessageId, UserId } from "../ids.ts"
import type { Timestamp } from "../Timestamp.ts"

/** The message that a key names, as its ack repeats it, and the MAC of its body. */
export interface KeyLine {
  readonly seq: number
  readonly message_id: MessageId
  readonly mac: string
  readonly ts: Timestamp
}

/** A line of the store's key index (the runtime's `MessageKey`). */
export interface RecalledKey {
  readonly sender: UserId
  readonly clientMsgId: ClientMessageId
  readonly seq: number
  readonly messageId: MessageId
  readonly mac: string
  readonly ts: Timestamp
}

export interface KeyWindow {
  readonly young: HashMap.HashMap<string, KeyLine>
  readonly old: HashMap.HashMap<string, KeyLine>
  /** A cache: not part of snapshots, forgotten at will. */
  readonly recalled: HashMap.HashMap<string, KeyLine>
  /** True while no key has ever been forgotten: a key that is not here was never used. */
  readonly complete: boolean
}

export const generation = 1_000

export const emptyWindow: KeyWindow = {
  young: HashMap.empty(),
  old: HashMap.empty(),
  recalled: HashMap.empty(),
  complete: true,
}

/** Neither part can hold a line feed, so no two pairs share a text. */
export const keyOf = (sender: UserId, clientMsgId: ClientMessageId): string => `${sender}\n${clientMsgId}`

export const remember = (window: KeyWindow, key: string, line: KeyLine): KeyWindow => {
  const full = HashMap.size(window.young) >= generation
  return {
    young: HashMap.set(full ? HashMap.empty<string, KeyLine>() : window.young, key, line),
    old: full ? window.young : window.old,
    recalled: window.recalled,
    complete: window.complete && !(full && HashMap.size(window.old) > 0),
  }
}

/** Hashes the key once for the three maps. */
export const find = (window: KeyWindow, key: string): KeyLine | undefined => {
  const hash = Hash.hash(key)
  return (
    Option.getOrUndefined(HashMap.getHash(window.young, key, hash)) ??
    Option.getOrUndefined(HashMap.getHash(window.old, key, hash)) ??
    Option.getOrUndefined(HashMap.getHash(window.recalled, key, hash))
  )
}

/**
 * Adds lines that were looked up. When more than a generation has been recalled, what was recalled earlier is forgotten; the
 * lines given now always stand, so that the decision that asked for them can be made.
 */
export const recall = (window: KeyWindow, lines: ReadonlyArray<RecalledKey>): KeyWindow => {
  if (lines.length === 0) return window
  let recalled =
    HashMap.size(window.recalled) + lines.length > generation
      ? HashMap.empty<string, KeyLine>()
      : window.recalled
  for (const line of lines) {
    recalled = HashMap.set(recalled, keyOf(line.sender, line.clientMsgId), {
      seq: line.seq,
      message_id: line.messageId,
      mac: line.mac,
      ts: line.ts,
    })
  }
  return { ...window, recalled }
}
