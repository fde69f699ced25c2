/**
 * Unread, counted by index look-ups:
 *
 *   mainline at the head − mainline at the marker − (his own at the head − his own at the marker) − deleted after the marker, not his
 *
 * where mainline messages are those that are no thread replies. Nothing is written for a member when somebody else speaks.
 */
import type { DatabaseSync } from "node:sqlite"
import type { Marker } from "../Markers.ts"
import type { ConversationFinder, Found } from "./ConversationFinder.ts"
import { prepareAll } from "./prepareAll.ts"

/** Named, because SQLite would take the primary key and walk over everybody else's messages. */
export const markerStatements = {
  mainlineAt:
    "SELECT mainline AS count FROM messages WHERE conversation = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
  ownAt: `SELECT own_mainline AS count FROM messages INDEXED BY mainline_of
          WHERE conversation = ? AND sender = ? AND thread_root IS NULL AND seq <= ? ORDER BY seq DESC LIMIT 1`,
  deletedAfter: "SELECT count(*) AS count FROM deletions WHERE conversation = ? AND seq > ? AND sender <> ?",
} as const

export class MarkerQueries {
  readonly #statements
  readonly #finder

  constructor(database: DatabaseSync, finder: ConversationFinder) {
    this.#finder = finder
    this.#statements = prepareAll(database, markerStatements)
  }

  markers(
    user: string,
    readUpTo: ReadonlyArray<readonly [conversation: string, seq: number]>,
  ): ReadonlyArray<Marker> {
    return readUpTo.flatMap(([name, read]) => {
      const found = this.#finder.find(name, user)
      if (found?.member === undefined) return []
      const lastSeq = found.conversation.revision
      const readSeq = Math.min(Math.max(read, found.member.joinedSeq), lastSeq)
      return [{ conversation: name, readSeq, lastSeq, unread: this.#unread(found, user, readSeq) }]
    })
  }

  #unread({ id, mainline, lastMainline, conversation }: Found, user: string, marker: number): number {
    if (lastMainline <= marker) return 0
    const own = this.#count("ownAt", id, user, conversation.revision) - this.#count("ownAt", id, user, marker)
    const deleted = this.#count("deletedAfter", id, marker, user)
    return mainline - this.#count("mainlineAt", id, marker) - own - deleted
  }

  #count(statement: keyof typeof markerStatements, ...parameters: ReadonlyArray<string | number>): number {
    return (this.#statements[statement].get(...parameters) as { count: number } | undefined)?.count ?? 0
  }
}
