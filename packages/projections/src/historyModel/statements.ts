/** What the history model writes, and what it must know for it. */
export const writes = {
  conversation: `SELECT id, revision, position, member_count AS memberCount, mainline, last_mainline AS lastMainline, activity
                 FROM conversations WHERE name = ?`,
  create: `INSERT INTO conversations (name, kind, created_at, history, member_count, activity, revision, position)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  move: `UPDATE conversations SET revision = ?, position = ?, member_count = ?, mainline = ?, last_mainline = ?, activity = ?
         WHERE id = ?`,
  archive: "UPDATE conversations SET archived = 1 WHERE id = ?",
  settle: "INSERT INTO settings (conversation, pair, title, topic, metadata) VALUES (?, ?, ?, ?, ?)",
  resettle: "UPDATE settings SET title = ?, topic = ?, metadata = ? WHERE conversation = ?",
  restrictions: "SELECT restricted_by AS restrictedBy FROM settings WHERE conversation = ?",
  restrict: "UPDATE settings SET restricted_by = ? WHERE conversation = ?",
  join: `INSERT INTO members (conversation, user, role, joined_seq, joined_at, joined_position)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  leave: "DELETE FROM members WHERE conversation = ? AND user = ?",
  appoint: "UPDATE members SET role = ? WHERE conversation = ? AND user = ?",
  ownMainline: `SELECT own_mainline AS count FROM messages INDEXED BY mainline_of
                WHERE conversation = ? AND sender = ? AND thread_root IS NULL ORDER BY seq DESC LIMIT 1`,
  message: `INSERT INTO messages (conversation, seq, position, message_id, sender, client_msg_id, ts, ordinal, sender_ordinal,
              mainline, own_mainline, box, media, reply_to, thread_root)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  reply:
    "UPDATE messages SET reply_count = reply_count + 1 WHERE conversation = ? AND seq = ? AND message_id = ?",
  edit: "UPDATE messages SET edit_box = ?, edited_at = ? WHERE conversation = ? AND seq = ? AND deleted IS NULL",
  remove: `UPDATE messages SET deleted = ?, box = NULL, edit_box = NULL, edited_at = NULL, media = NULL, reactions = NULL
           WHERE conversation = ? AND seq = ? AND deleted IS NULL RETURNING sender, thread_root AS threadRoot`,
  noteDeletion: "INSERT INTO deletions (conversation, seq, sender) VALUES (?, ?, ?)",
  forgetReactions: "DELETE FROM reactions WHERE conversation = ? AND seq = ?",
  reactions: "SELECT reactions FROM messages WHERE conversation = ? AND seq = ? AND deleted IS NULL",
  saveReactions: "UPDATE messages SET reactions = ? WHERE conversation = ? AND seq = ?",
  react: "INSERT INTO reactions (conversation, seq, user, emoji) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  unreact: "DELETE FROM reactions WHERE conversation = ? AND seq = ? AND user = ? AND emoji = ?",
} as const
