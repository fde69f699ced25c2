/**
 * Which devices show a push of which conversation, so that it can be cleared when it was read elsewhere.
 *
 * Always true: a line stands from the sending on until the clearing, or for 30 days, beyond which no service keeps a push.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { ShownBook } from "./books.ts"

/** How long a line is kept, in milliseconds. */
export const keptMs = 30 * 24 * 3_600_000

/** The push that stands for several conversations: no conversation is called so. */
export const several = ""

export class Shown implements ShownBook {
  readonly #put: StatementSync
  readonly #at: StatementSync
  readonly #take: StatementSync
  readonly #forget: StatementSync
  readonly #clear: StatementSync

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO shown (user, conversation, device, seq, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq), at = excluded.at`,
    )
    this.#at = database.prepare("SELECT at FROM shown WHERE user = ? AND conversation = ? AND device = ?")
    this.#take = database.prepare(
      `DELETE FROM shown WHERE user = ?1 AND ((conversation = ?2 AND seq <= ?3) OR conversation = '')
       RETURNING conversation, device`,
    )
    this.#forget = database.prepare("DELETE FROM shown WHERE at < ?")
    this.#clear = database.prepare("DELETE FROM shown")
  }

  put(user: string, conversation: string | null, device: string, seq: number, now: number): void {
    this.#put.run(user, conversation ?? several, device, conversation === null ? 0 : seq, now)
  }

  at(user: string, conversation: string, device: string): number {
    return (this.#at.get(user, conversation, device) as { at: number } | undefined)?.at ?? -keptMs
  }

  take(
    user: string,
    conversation: string,
    seq: number,
  ): ReadonlyArray<{ readonly conversation: string; readonly device: string }> {
    return this.#take.all(user, conversation, seq) as unknown as ReadonlyArray<{
      conversation: string
      device: string
    }>
  }

  forget(now: number): void {
    this.#forget.run(now - keptMs)
  }

  clear(): void {
    this.#clear.run()
  }
}
