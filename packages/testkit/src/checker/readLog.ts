/**
 * Reads the log itself out of a data directory to which nobody writes any more: by SQL, past all code of the project.
 *
 * Always true: the file is opened for reading only.
 */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { ActKind, Alteration, Item, LogOf, Recording } from "./Recording.ts"

/**
 * Of the recording's conversations, in their order. Throws on a stream whose revisions are not 0, 1, 2 …: the store promises that.
 * `keysOf` reads a stream's keys where they are not beside the log.
 */
export const readLog = (
  dataDir: string,
  recording: Recording,
  keysOf?: (stream: string) => Rows,
): Array<LogOf> => {
  const database = new DatabaseSync(join(dataDir, "events.db"), { readOnly: true })
  try {
    const events = database.prepare(
      `SELECT revision, type, data FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?)
       ORDER BY revision`,
    )
    const keys = database.prepare(
      `SELECT sender, client_msg_id, seq, message_id FROM message_keys
       WHERE conversation = (SELECT id FROM streams WHERE name = ?) ORDER BY seq`,
    )
    return recording.conversations.all.map((id) => {
      const stream = `conversation-${id}`
      return logOf(events.all(stream), keysOf?.(stream) ?? keys.all(stream))
    })
  } finally {
    database.close()
  }
}

const alteringTypes: Readonly<Record<string, ActKind>> = {
  MessageEdited: "edit",
  MessageDeleted: "delete",
  ReactionAdded: "react",
  ReactionRemoved: "unreact",
  MemberRoleChanged: "role",
}

/** As SQL gives them. */
export type Rows = ReadonlyArray<Record<string, unknown>>

const logOf = (events: Rows, keys: Rows): LogOf => {
  const messages: Array<Item> = []
  const members: Array<LogOf["members"][number]> = []
  const alterations: Array<Alteration> = []
  events.forEach(({ revision, type, data }, place) => {
    if (revision !== place) throw new Error(`the log has revision ${String(revision)} at ${place}`)
    const fact = JSON.parse(data as string)
    if (type === "MessageSent")
      messages.push({
        seq: place,
        messageId: fact.message_id,
        sender: fact.sender,
        text: "",
        clientMsgId: fact.client_msg_id,
      })
    if (type === "MemberAdded")
      members.push({ seq: place, type: "member.added", who: named(fact.members.map(idOf)) })
    if (type === "MemberRemoved")
      members.push({ seq: place, type: "member.removed", who: named(fact.user_ids) })
    const kind = alteringTypes[type as string]
    if (kind === "role")
      alterations.push({ seq: place, kind, target: fact.user_id, who: fact.actor, value: fact.role })
    else if (kind !== undefined)
      alterations.push({
        seq: place,
        kind,
        target: fact.message_id,
        who: fact.actor,
        ...(kind === "delete" ? { value: "" } : kind === "edit" ? {} : { value: fact.emoji }),
      })
  })
  return {
    events: events.length,
    messages,
    members,
    alterations,
    keys: keys.map((key) => ({
      seq: key["seq"] as number,
      messageId: key["message_id"] as string,
      sender: key["sender"] as string,
      text: "",
      clientMsgId: key["client_msg_id"] as string,
    })),
  }
}

const idOf = ({ user_id }: { user_id: string }): string => user_id
const named = (ids: ReadonlyArray<string>): string => [...ids].sort().join(",")
