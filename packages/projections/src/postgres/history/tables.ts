/**
 * The tables of the history model in Postgres. What the columns mean is said beside SQLite's (`historyModel/tables.ts`); what differs:
 *
 * `messages`, which is nearly all of it, lies in eight parts by its conversation, and knows conversations and senders by number: keys of
 * text make it half as large again. Who is in a conversation is asked for by user id, in that order, so `members` has the id itself.
 * `changes` is what every node's repair feed is told: one row for each event that changed a membership.
 */

const parts = 8

const messageParts = Array.from(
  { length: parts },
  (_, n) =>
    `CREATE TABLE @messages_${n} PARTITION OF @messages FOR VALUES WITH (MODULUS ${parts}, REMAINDER ${n})`,
)

export const tables: ReadonlyArray<string> = [
  `CREATE TABLE @conversations (
     id integer PRIMARY KEY,
     name text COLLATE "C" NOT NULL UNIQUE,
     kind text NOT NULL,
     created_at bigint NOT NULL,
     history text NOT NULL,
     archived smallint NOT NULL,
     member_count integer NOT NULL,
     mainline integer NOT NULL,
     last_mainline integer NOT NULL,
     activity bigint NOT NULL,
     revision integer NOT NULL,
     position bigint NOT NULL
   )`,
  "CREATE INDEX @heads ON @conversations (position)",
  `CREATE TABLE @settings (
     conversation integer PRIMARY KEY,
     pair text NOT NULL,
     title text,
     topic text,
     metadata text,
     restricted_by text NOT NULL
   )`,
  `CREATE TABLE @members (
     conversation integer NOT NULL,
     person text COLLATE "C" NOT NULL,
     role text NOT NULL,
     joined_seq integer NOT NULL,
     joined_at bigint NOT NULL,
     joined_position bigint NOT NULL,
     PRIMARY KEY (conversation, person)
   )`,
  "CREATE INDEX @conversations_of ON @members (person, conversation, joined_position)",
  `CREATE TABLE @people (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE)`,
  `CREATE TABLE @messages (
     conversation integer NOT NULL,
     seq integer NOT NULL,
     sender integer NOT NULL,
     ordinal integer NOT NULL,
     sender_ordinal integer NOT NULL,
     mainline integer NOT NULL,
     own_mainline integer,
     reply_count integer NOT NULL DEFAULT 0,
     deleted integer,
     position bigint NOT NULL,
     ts bigint NOT NULL,
     edited_at bigint,
     message_id text COLLATE "C" NOT NULL,
     client_msg_id text NOT NULL,
     box text,
     media text,
     reply_to text,
     thread_root text COLLATE "C",
     edit_box text,
     reactions text,
     PRIMARY KEY (conversation, seq)
   ) PARTITION BY HASH (conversation)`,
  ...messageParts,
  "CREATE INDEX @mainline_of ON @messages (conversation, sender, seq) WHERE thread_root IS NULL",
  "CREATE INDEX @threads ON @messages (conversation, thread_root, seq) WHERE thread_root IS NOT NULL",
  `CREATE TABLE @deletions (
     conversation integer NOT NULL,
     seq integer NOT NULL,
     sender integer NOT NULL,
     PRIMARY KEY (conversation, seq)
   )`,
  `CREATE TABLE @reactions (
     conversation integer NOT NULL,
     seq integer NOT NULL,
     person integer NOT NULL,
     emoji text COLLATE "C" NOT NULL,
     PRIMARY KEY (conversation, seq, person, emoji)
   )`,
  `CREATE TABLE @changes (
     position bigint PRIMARY KEY,
     conversation text NOT NULL,
     seq integer NOT NULL,
     added text NOT NULL,
     removed text NOT NULL
   )`,
]
