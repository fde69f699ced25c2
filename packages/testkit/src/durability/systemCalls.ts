/**
 * What `strace -f` saw, read as: was the log's fdatasync back before the ack left?
 *
 *   pwrite64(…events.db-wal…, "… msg_1 …")   the event is handed to the kernel
 *   fdatasync(…events.db-wal…) = 0            begins after it, and returns: it is durable
 *   write(…socket…, "… ack … msg_1 …")        only now
 *
 * Always true: a message counts as durable at the return of the first fdatasync that began after its first write was done.
 */
import { message as exampleMessage } from "@parley/gateway/documents/exampleIds"

/** strace's flags: follow threads, decode file descriptors, whole buffers. */
export const straceFlags = [
  "-D",
  "-f",
  "-y",
  "-s",
  "65536",
  "-e",
  "trace=pwrite64,fdatasync,fsync,write,writev,sendmsg,sendto",
]

export interface Findings {
  /** Messages whose ack was written to a socket. */
  readonly acked: number
  /** Those whose ack was written before a covering fdatasync had returned. */
  readonly early: ReadonlyArray<string>
  readonly syncs: number
}

const messageIds = /msg_[0-9a-hjkmnp-tv-z]{26}/g
const call = /^(\d+)\s+(?:<\.\.\. )?(\w+)/

export const judge = (lines: Iterable<string>): Findings => {
  const written = new Set<string>()
  const durable = new Set<string>()
  const acked = new Set<string>()
  const early: Array<string> = []
  /** By thread: what an unfinished pwrite holds, and what stood written when an unfinished fdatasync began. */
  const writing = new Map<string, ReadonlyArray<string>>()
  const syncing = new Map<string, ReadonlyArray<string>>()
  let syncs = 0
  const synced = (covered: ReadonlyArray<string>): void => {
    syncs += 1
    for (const id of covered) {
      durable.add(id)
      written.delete(id)
    }
  }
  const wrote = (ids: ReadonlyArray<string>): void => {
    for (const id of ids) if (!durable.has(id)) written.add(id)
  }
  for (const line of lines) {
    const [, thread, name] = call.exec(line) ?? []
    if (thread === undefined || name === undefined) continue
    const unfinished = line.includes("<unfinished ...>")
    const resumed = line.includes(" resumed>")
    if (name === "fdatasync" || name === "fsync") {
      if (resumed) synced(syncing.get(thread) ?? [])
      else if (line.includes("events.db-wal"))
        if (unfinished) syncing.set(thread, [...written])
        else synced([...written])
      if (resumed) syncing.delete(thread)
    } else if (name === "pwrite64") {
      if (resumed) wrote(writing.get(thread) ?? [])
      if (resumed) writing.delete(thread)
      else if (line.includes("events.db-wal")) {
        const ids = line.match(messageIds) ?? []
        if (unfinished) writing.set(thread, ids)
        else wrote(ids)
      }
    } else if (!resumed && line.includes('\\"type\\":\\"ack\\"')) {
      for (const id of ackedIn(line)) {
        // The stream's document, which the clients read first, shows what an ack looks like.
        if (acked.has(id) || id === exampleMessage) continue
        acked.add(id)
        if (!durable.has(id)) early.push(id)
      }
    }
  }
  return { acked: acked.size, early, syncs }
}

/** Several frames may leave in one write: only what stands in an ack's payload was acknowledged by it. */
const ackedIn = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/\\"type\\":\\"ack\\".*?\\"message_id\\":\\"(msg_[0-9a-z]{26})/g)].map(
    (match) => match[1]!,
  )
