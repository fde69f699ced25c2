/**
 * What devices received, in the order of its receipt: a row of numbers for each frame, in columns that grow.
 *
 * Always true: 24 bytes a row, so that a million fit in 24 MiB. The rows of one connection stand in the order in which it got them.
 * Not for: bodies. A frame's content is a number of `Contents`, where equal ones are kept once.
 */

/** What a row is, where it is no frame with a `seq`: stands in the column `content`. */
export const GAP = -1
export const INBOX_REMOVED = -2
export const INBOX_ADDED = -3
export const SYNCED = -4
/** A row taken out (by a planted defect): it counts as never received. */
export const VOID = -5

export class Receipts {
  length = 0
  at = new Float64Array(1024)
  connection = new Int32Array(1024)
  conversation = new Int32Array(1024)
  /** The frame's `seq`, or the `to_seq` of a gap. */
  seq = new Int32Array(1024)
  /** A number of `Contents`, or one of the kinds above. */
  content = new Int32Array(1024)

  /** Returns the number of the row. */
  add(at: number, connection: number, conversation: number, seq: number, content: number): number {
    if (this.length === this.at.length) this.#grow()
    const row = this.length++
    this.at[row] = at
    this.connection[row] = connection
    this.conversation[row] = conversation
    this.seq[row] = seq
    this.content[row] = content
    return row
  }

  /** Takes back the newest rows, down to `length`. */
  cutTo(length: number): void {
    this.length = length
  }

  #grow(): void {
    const size = this.length * 2
    const grown = (column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(size)
      next.set(column)
      return next
    }
    const at = new Float64Array(size)
    at.set(this.at)
    this.at = at
    this.connection = grown(this.connection)
    this.conversation = grown(this.conversation)
    this.seq = grown(this.seq)
    this.content = grown(this.content)
  }
}
