/** What the history model in Postgres answers besides pages: views, rosters, markers, stretches, and who is with whom. */
import * as Effect from "effect/Effect"
import type { Raw } from "../../historyModel/ConversationFinder.ts"
import { toMember } from "../../historyModel/ConversationFinder.ts"
import type { Marker } from "../../Markers.ts"
import type { Covered, Stretch } from "../../ReceiptReads.ts"
import { integers, texts } from "../arrays.ts"
import type { Run } from "../PostgresModel.ts"
import { found, viewOf } from "./found.ts"

/** Messages of a stretch whose senders hear of receipts. */
const recent = 200

const ownAt = (seq: string): string => `coalesce((
  SELECT x.own_mainline FROM @messages x
  WHERE x.conversation = a.id AND x.sender = p.id AND x.thread_root IS NULL AND x.seq <= ${seq} ORDER BY x.seq DESC LIMIT 1), 0)`

const sql = {
  view: `WITH ${found} SELECT row_to_json(f) AS found FROM found f`,
  roster: `WITH ${found} SELECT row_to_json(f) AS found, (
             SELECT json_agg(row_to_json(r)) FROM (
               SELECT m.person AS "user", m.role, m.joined_seq, m.joined_at FROM @members m
               WHERE m.conversation = f.id AND m.person > $3 ORDER BY m.person LIMIT $4) AS r) AS members
           FROM found f`,
  // As `historyModel/MarkerQueries.ts` explains it.
  markers: `WITH at AS MATERIALIZED (
              SELECT asked.place, c.id, c.name, c.revision, c.mainline, c.last_mainline,
                least(greatest(asked.read, m.joined_seq), c.revision) AS read
              FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS asked(name, read, place)
              JOIN @conversations c ON c.name = asked.name
              JOIN @members m ON m.conversation = c.id AND m.person = $1)
            SELECT a.name AS conversation, a.read AS "readSeq", a.revision AS "lastSeq",
              CASE WHEN a.last_mainline <= a.read THEN 0 ELSE a.mainline
                - coalesce((SELECT x.mainline FROM @messages x WHERE x.conversation = a.id AND x.seq <= a.read
                            ORDER BY x.seq DESC LIMIT 1), 0)
                - (${ownAt("a.revision")} - ${ownAt("a.read")})
                - (SELECT count(*) FROM @deletions d WHERE d.conversation = a.id AND d.seq > a.read AND d.sender IS DISTINCT FROM p.id)
              END AS unread
            FROM at a LEFT JOIN @people p ON p.name = $1 ORDER BY a.place`,
  covered: `SELECT last.told AS last, senders.told AS senders
            FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked(name, after, up_to, place)
            LEFT JOIN @conversations c ON c.name = asked.name
            LEFT JOIN LATERAL (
              SELECT json_build_object('seq', x.seq, 'messageId', x.message_id) AS told FROM @messages x
              WHERE x.conversation = c.id AND x.seq <= asked.up_to ORDER BY x.seq DESC LIMIT 1) AS last ON true
            LEFT JOIN LATERAL (
              SELECT json_agg(json_build_object('user', p.name, 'seq', y.seq, 'messageId', y.message_id) ORDER BY y.seq DESC) AS told
              FROM (
                SELECT DISTINCT ON (z.sender) z.sender, z.seq, z.message_id FROM (
                  SELECT x.sender, x.seq, x.message_id FROM @messages x
                  WHERE x.conversation = c.id AND x.seq <= asked.up_to ORDER BY x.seq DESC LIMIT ${recent}) AS z
                WHERE z.seq > asked.after ORDER BY z.sender, z.seq DESC) AS y
              JOIN @people p ON p.id = y.sender) AS senders ON true
            ORDER BY asked.place`,
  among: `SELECT c.member_count AS "memberCount", (
            SELECT json_agg(asked.person ORDER BY asked.place)
            FROM unnest($2::text[]) WITH ORDINALITY AS asked(person, place)
            JOIN @members m ON m.conversation = c.id AND m.person = asked.person) AS members
          FROM @conversations c WHERE c.name = $1`,
  companions: `SELECT DISTINCT theirs.person AS "user" FROM @members mine JOIN @members theirs ON theirs.conversation = mine.conversation
               WHERE mine.person = $1 AND theirs.person > $2 ORDER BY theirs.person LIMIT $3`,
  companionsAmong: `SELECT asked.person AS "user" FROM unnest($2::text[]) WITH ORDINALITY AS asked(person, place)
                    WHERE EXISTS (
                      SELECT 1 FROM @members theirs JOIN @members mine ON mine.conversation = theirs.conversation
                      WHERE theirs.person = asked.person AND mine.person = $1)
                    ORDER BY asked.place`,
  sample: `SELECT c.name AS conversation, m.person AS "user"
           FROM (SELECT 1 + floor($1::float8 * max(id))::integer AS id FROM @conversations) AS drawn
           JOIN @conversations c ON c.id = drawn.id
           CROSS JOIN LATERAL (
             SELECT m.person FROM @members m WHERE m.conversation = c.id
             ORDER BY m.person OFFSET floor($2::float8 * c.member_count)::integer LIMIT 1) AS m`,
} as const

export const viewQuery = (run: Run, conversation: string, user: string) =>
  Effect.map(run<{ readonly found: Raw }>(sql.view, conversation, user), ([row]) =>
    row === undefined ? undefined : viewOf(row.found),
  )

interface Roster {
  readonly found: Raw
  readonly members: ReadonlyArray<Raw> | null
}

export const rosterQuery = (
  run: Run,
  conversation: string,
  user: string,
  after: string | undefined,
  limit: number,
) =>
  Effect.map(run<Roster>(sql.roster, conversation, user, after ?? "", limit), ([row]) =>
    row === undefined
      ? undefined
      : { ...viewOf(row.found), members: (row.members ?? []).map((raw) => toMember(raw)) },
  )

export const markersQuery = (
  run: Run,
  user: string,
  readUpTo: ReadonlyArray<readonly [conversation: string, seq: number]>,
) =>
  run<Marker>(
    sql.markers,
    user,
    texts(readUpTo.map(([conversation]) => conversation)),
    integers(readUpTo.map(([, seq]) => seq)),
  )

interface CoveredRow {
  readonly last: Covered["last"] | null
  readonly senders: Covered["senders"] | null
}

export const coveredQuery = (run: Run, stretches: ReadonlyArray<Stretch>) =>
  Effect.map(
    run<CoveredRow>(
      sql.covered,
      texts(stretches.map(({ conversation }) => conversation)),
      integers(stretches.map(({ after }) => after)),
      integers(stretches.map(({ upTo }) => upTo)),
    ),
    (rows) =>
      rows.map(({ last, senders }): Covered => ({
        ...(last === null || last === undefined ? undefined : { last }),
        senders: senders ?? [],
      })),
  )

export const amongQuery = (run: Run, conversation: string, users: ReadonlyArray<string>) =>
  Effect.map(
    run<{ readonly memberCount: number; readonly members: ReadonlyArray<string> | null }>(
      sql.among,
      conversation,
      texts(users),
    ),
    ([row]) => (row === undefined ? undefined : { memberCount: row.memberCount, members: row.members ?? [] }),
  )

const usersOf = (rows: ReadonlyArray<{ readonly user: string }>): ReadonlyArray<string> =>
  rows.map(({ user }) => user)

export const companionsQuery = (run: Run, user: string, after: string, limit: number) =>
  Effect.map(run<{ readonly user: string }>(sql.companions, user, after, limit), usersOf)

export const companionsAmongQuery = (run: Run, user: string, users: ReadonlyArray<string>) =>
  Effect.map(run<{ readonly user: string }>(sql.companionsAmong, user, texts(users)), usersOf)

export const sampleQuery = (run: Run, [where, who]: readonly [number, number]) =>
  Effect.map(
    run<{ readonly conversation: string; readonly user: string }>(sql.sample, String(where), String(who)),
    ([row]) => row,
  )
