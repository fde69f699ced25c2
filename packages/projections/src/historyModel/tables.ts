/** The tables of the history model. Personal content stays sealed in them. */

/**
 * `conversations` is narrow, for each message changes its row and the inbox reads one for each conversation of a user; what may be
 * large stands in `settings`.
 *
 * `mainline` counts messages that are no thread replies: in `conversations` all, in `messages` those up to this one, `own_mainline`
 * the sender's (absent for a reply). With them unread is a difference of two rows. `deletions` are the deleted ones among them.
 *
 * `activity`: the place in the log of the last message, else of the creation. `reactions`: JSON of [[emoji, count] …] in the order in
 * which the emojis came.
 */
export const tables = `
  CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    history TEXT NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0,
    member_count INTEGER NOT NULL,
    mainline INTEGER NOT NULL DEFAULT 0,
    last_mainline INTEGER NOT NULL DEFAULT -1,
    activity INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE settings (
    conversation INTEGER PRIMARY KEY,
    pair TEXT NOT NULL,
    title TEXT,
    topic TEXT,
    metadata TEXT,
    restricted_by TEXT NOT NULL DEFAULT '[]'
  ) STRICT;
  CREATE TABLE members (
    conversation INTEGER NOT NULL,
    user TEXT NOT NULL,
    role TEXT NOT NULL,
    joined_seq INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    joined_position INTEGER NOT NULL,
    PRIMARY KEY (conversation, user)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX conversations_of ON members (user, conversation, joined_position);
  CREATE TABLE messages (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    client_msg_id TEXT NOT NULL,
    ts INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    sender_ordinal INTEGER NOT NULL,
    mainline INTEGER NOT NULL,
    own_mainline INTEGER,
    box TEXT,
    media TEXT,
    reply_to TEXT,
    thread_root TEXT,
    edit_box TEXT,
    edited_at INTEGER,
    deleted INTEGER,
    reactions TEXT,
    reply_count INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX mainline_of ON messages (conversation, sender, seq) WHERE thread_root IS NULL;
  CREATE INDEX threads ON messages (conversation, thread_root, seq) WHERE thread_root IS NOT NULL;
  CREATE TABLE deletions (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sender TEXT NOT NULL,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reactions (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    user TEXT NOT NULL,
    emoji TEXT NOT NULL,
    PRIMARY KEY (conversation, seq, user, emoji)
  ) STRICT, WITHOUT ROWID;
`
export const tableNames = [
  "conversations",
  "settings",
  "members",
  "messages",
  "deletions",
  "reactions",
] as const
