/** Looks up marks: one statement for a key, one for a range of keys that begin alike. */
import type { DatabaseSync } from "node:sqlite"
import type { MarksWanted, StandingMark } from "../../EventStore.ts"

/** `stream`: its number in the file. Sorted by seq and key, each line once. */
export const marksReader = (
  database: DatabaseSync,
): ((stream: number, wanted: ReadonlyArray<MarksWanted>) => Array<StandingMark>) => {
  const one = database.prepare("SELECT value FROM event_marks WHERE stream = ? AND seq = ? AND key = ?")
  // The slash is followed by the zero: no key that begins otherwise lies between.
  const range = database.prepare(
    "SELECT key, value FROM event_marks WHERE stream = ? AND seq = ? AND key > ? AND key < ?",
  )
  return (stream, wanted) => {
    const found = new Map<string, StandingMark>()
    for (const { seq, keys } of wanted)
      for (const key of keys) {
        const lines = key.endsWith("/")
          ? range.all(stream, seq, key, `${key.slice(0, -1)}0`)
          : one.all(stream, seq, key).map(({ value }) => ({ key, value }))
        for (const line of lines as Array<{ key: string; value: string }>)
          found.set(`${seq} ${line.key}`, { seq, key: line.key, value: line.value })
      }
    return [...found.values()].sort(
      (a, b) => a.seq - b.seq || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
    )
  }
}
