/** The tables of the history model. Personal content stays sealed in them. */

/**
 * `mainline` counts messages that are no thread replies: of the conversation, of each sender, and as both stood when a member joined, so
 * that his unread number needs no look at messages.
 */
export const tables = `
  CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    member_count INTEGER NOT NULL,
    pair TEXT NOT NULL,
    history TEXT NOT NULL,
    title TEXT,
    topic TEXT,
    metadata TEXT,
    mainline INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE members (
    conversation INTEGER NOT NULL,
    user TEXT NOT NULL,
    role TEXT NOT NULL,
    joined_seq INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    mainline_at_join INTEGER NOT NULL,
    own_at_join INTEGER NOT NULL,
    PRIMARY KEY (conversation, user)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE senders (
    conversation INTEGER NOT NULL,
    user TEXT NOT NULL,
    mainline INTEGER NOT NULL,
    PRIMARY KEY (conversation, user)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE messages (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    client_msg_id TEXT NOT NULL,
    ts INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    sender_ordinal INTEGER NOT NULL,
    box TEXT NOT NULL,
    media TEXT,
    reply_to TEXT,
    thread_root TEXT,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;
`
export const tableNames = ["conversations", "members", "senders", "messages"] as const
