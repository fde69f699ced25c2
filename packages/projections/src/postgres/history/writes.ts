/** What is written of the history model in Postgres. Each statement takes the columns of many rows. */
export const writes = {
  create: `INSERT INTO @conversations (id, name, kind, created_at, history, archived, member_count, mainline, last_mainline, activity,
             revision, position)
           SELECT * FROM unnest($1::integer[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::smallint[], $7::integer[],
             $8::integer[], $9::integer[], $10::bigint[], $11::integer[], $12::bigint[])`,
  move: `UPDATE @conversations c SET archived = n.archived, member_count = n.member_count, mainline = n.mainline,
           last_mainline = n.last_mainline, activity = n.activity, revision = n.revision, position = n.position
         FROM unnest($1::integer[], $2::smallint[], $3::integer[], $4::integer[], $5::integer[], $6::bigint[], $7::integer[],
           $8::bigint[]) AS n(id, archived, member_count, mainline, last_mainline, activity, revision, position)
         WHERE c.id = n.id`,
  settle: `INSERT INTO @settings (conversation, pair, title, topic, metadata, restricted_by)
           SELECT * FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
           ON CONFLICT (conversation) DO UPDATE SET title = excluded.title, topic = excluded.topic, metadata = excluded.metadata,
             restricted_by = excluded.restricted_by`,
  join: `INSERT INTO @members (conversation, person, role, joined_seq, joined_at, joined_position)
         SELECT * FROM unnest($1::integer[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[])
         ON CONFLICT (conversation, person) DO UPDATE SET role = excluded.role, joined_seq = excluded.joined_seq,
           joined_at = excluded.joined_at, joined_position = excluded.joined_position`,
  leave: `DELETE FROM @members m USING unnest($1::integer[], $2::text[]) AS n(conversation, person)
          WHERE m.conversation = n.conversation AND m.person = n.person`,
  name: `INSERT INTO @people (name) SELECT n.name FROM unnest($1::text[]) AS n(name)
         WHERE NOT EXISTS (SELECT 1 FROM @people p WHERE p.name = n.name)`,
  say: `INSERT INTO @messages (conversation, seq, sender, ordinal, sender_ordinal, mainline, own_mainline, reply_count, deleted, position,
          ts, edited_at, message_id, client_msg_id, box, media, reply_to, thread_root, edit_box, reactions)
        SELECT n.conversation, n.seq, p.id, n.ordinal, n.sender_ordinal, n.mainline, n.own_mainline, n.reply_count, n.deleted,
          n.position, n.ts, n.edited_at, n.message_id, n.client_msg_id, n.box, n.media, n.reply_to, n.thread_root, n.edit_box, n.reactions
        FROM unnest($1::integer[], $2::integer[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[],
          $8::integer[], $9::integer[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[],
          $17::text[], $18::text[], $19::text[], $20::text[])
          AS n(conversation, seq, sender, ordinal, sender_ordinal, mainline, own_mainline, reply_count, deleted, position, ts, edited_at,
            message_id, client_msg_id, box, media, reply_to, thread_root, edit_box, reactions)
        JOIN @people p ON p.name = n.sender`,
  // What a deleted message said goes with it.
  alter: `UPDATE @messages m SET reply_count = n.reply_count, deleted = n.deleted, edited_at = n.edited_at, edit_box = n.edit_box,
            reactions = n.reactions,
            box = CASE WHEN n.deleted IS NULL THEN m.box END, media = CASE WHEN n.deleted IS NULL THEN m.media END
          FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::text[], $7::text[])
            AS n(conversation, seq, reply_count, deleted, edited_at, edit_box, reactions)
          WHERE m.conversation = n.conversation AND m.seq = n.seq`,
  noteDeletions: `INSERT INTO @deletions (conversation, seq, sender)
                  SELECT n.conversation, n.seq, p.id FROM unnest($1::integer[], $2::integer[], $3::text[]) AS n(conversation, seq, sender)
                  JOIN @people p ON p.name = n.sender`,
  forgetReactions: `DELETE FROM @reactions r USING unnest($1::integer[], $2::integer[]) AS n(conversation, seq)
                    WHERE r.conversation = n.conversation AND r.seq = n.seq`,
  react: `INSERT INTO @reactions (conversation, seq, person, emoji)
          SELECT n.conversation, n.seq, p.id, n.emoji
          FROM unnest($1::integer[], $2::integer[], $3::text[], $4::text[]) AS n(conversation, seq, person, emoji)
          JOIN @people p ON p.name = n.person ON CONFLICT DO NOTHING`,
  unreact: `DELETE FROM @reactions r
            USING unnest($1::integer[], $2::integer[], $3::text[], $4::text[]) AS n(conversation, seq, person, emoji), @people p
            WHERE p.name = n.person AND r.conversation = n.conversation AND r.seq = n.seq AND r.person = p.id AND r.emoji = n.emoji`,
  note: `INSERT INTO @changes (position, conversation, seq, added, removed)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::text[], $5::text[])`,
} as const
