/** Loads the rows that a batch is about: a statement for each table that it touches. */
import * as Effect from "effect/Effect"
import type { NewMember, Numbers } from "../../historyModel/HistoryTables.ts"
import type { ModelEvent } from "../../Model.ts"
import { integers, texts } from "../arrays.ts"
import type { Run } from "../PostgresModel.ts"
import { HistoryRows, keyOf, type MessageRow, type SettingsRow } from "./HistoryRows.ts"
import { namedIn } from "./named.ts"

const sql = {
  nextId: "SELECT coalesce(max(id), 0) + 1 AS id FROM @conversations",
  conversations: `SELECT c.name, c.archived, c.id, c.revision, c.position, c.member_count AS "memberCount", c.mainline,
                    c.last_mainline AS "lastMainline", c.activity
                  FROM @conversations c WHERE c.name = ANY($1::text[])`,
  settings: `SELECT s.conversation, s.pair, s.title, s.topic, s.metadata, s.restricted_by AS "restrictedBy"
             FROM @settings s WHERE s.conversation = ANY($1::integer[])`,
  members: `SELECT m.conversation, m.person AS "user", m.role, m.joined_seq AS "joinedSeq", m.joined_at AS "joinedAt",
              m.joined_position AS "joinedPosition"
            FROM unnest($1::integer[], $2::text[]) AS asked(conversation, person)
            JOIN @members m ON m.conversation = asked.conversation AND m.person = asked.person`,
  messages: `SELECT m.conversation, m.seq, m.message_id AS "messageId", p.name AS sender, m.thread_root AS "threadRoot",
               m.edit_box AS "editBox", m.edited_at AS "editedAt", m.deleted, m.reactions, m.reply_count AS "replyCount"
             FROM unnest($1::integer[], $2::integer[]) AS asked(conversation, seq)
             JOIN @messages m ON m.conversation = asked.conversation AND m.seq = asked.seq
             JOIN @people p ON p.id = m.sender`,
  ownCounts: `SELECT asked.conversation, asked.sender, last.count
              FROM unnest($1::integer[], $2::text[]) AS asked(conversation, sender)
              JOIN @people p ON p.name = asked.sender
              CROSS JOIN LATERAL (
                SELECT m.own_mainline AS count FROM @messages m
                WHERE m.conversation = asked.conversation AND m.sender = p.id AND m.thread_root IS NULL
                ORDER BY m.seq DESC LIMIT 1) AS last`,
} as const

interface Pairs<A> {
  readonly conversations: ReadonlyArray<number>
  readonly values: ReadonlyArray<A>
}

/** Of the conversations that are known; the others have no rows. */
const pairs = <A>(rows: HistoryRows, named: ReadonlyMap<string, ReadonlySet<A>>): Pairs<A> => {
  const all = Array.from(named).flatMap(([name, values]) => {
    const id = rows.conversation(name)?.id
    return id === undefined ? [] : Array.from(values, (value) => [id, value] as const)
  })
  return { conversations: all.map(([id]) => id), values: all.map(([, value]) => value) }
}

type Found = Numbers & { readonly name: string; readonly archived: number }

const loadConversations = Effect.fnUntraced(function* (
  run: Run,
  rows: HistoryRows,
  names: ReadonlySet<string>,
) {
  const [next] = yield* run<{ readonly id: number }>(sql.nextId)
  rows.nextId = next!.id
  for (const { name, archived, ...numbers } of yield* run<Found>(sql.conversations, texts([...names])))
    rows.conversations.set(name, { numbers, archived: archived === 1 })
})

const loadMessages = Effect.fnUntraced(function* (
  run: Run,
  rows: HistoryRows,
  named: ReadonlyMap<string, ReadonlySet<number>>,
) {
  const { conversations, values } = pairs(rows, named)
  if (values.length === 0) return
  const found = yield* run<Omit<MessageRow, "changed">>(
    sql.messages,
    integers(conversations),
    integers(values),
  )
  for (const row of found) rows.messages.set(keyOf(row.conversation, row.seq), { ...row, changed: false })
})

export const load = Effect.fnUntraced(function* (run: Run, events: ReadonlyArray<ModelEvent>) {
  const rows = new HistoryRows()
  const named = namedIn(events)
  yield* loadConversations(run, rows, named.conversations)
  const settings = [...named.settings].flatMap((name) => rows.conversation(name)?.id ?? [])
  if (settings.length > 0)
    for (const row of yield* run<SettingsRow>(sql.settings, integers(settings)))
      rows.settings.set(row.conversation, row)
  const members = pairs(rows, named.members)
  if (members.values.length > 0)
    for (const { conversation, ...member } of yield* run<NewMember & { readonly conversation: number }>(
      sql.members,
      integers(members.conversations),
      texts(members.values),
    ))
      rows.members.set(keyOf(conversation, member.user), {
        conversation,
        user: member.user,
        member,
        changed: false,
      })
  yield* loadMessages(run, rows, named.messages)
  const senders = pairs(rows, named.senders)
  if (senders.values.length > 0)
    for (const { conversation, sender, count } of yield* run<{
      readonly conversation: number
      readonly sender: string
      readonly count: number
    }>(sql.ownCounts, integers(senders.conversations), texts(senders.values)))
      rows.ownCounts.set(keyOf(conversation, sender), count)
  return rows
})
