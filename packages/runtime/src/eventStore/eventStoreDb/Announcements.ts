/**
 * What is told to followers in this process: positions of own appends, and of everybody's as the live subscription yields them.
 *
 * Always true: positions rise. An own commit is told once, when its append is answered; if it never is, when the subscription has
 * shown it. Of somebody else's commit every event may be told.
 */
import type { Position, RecordedEvent } from "../../EventStore.ts"
import type { CommitSignal } from "../CommitSignal.ts"

type Heard = Pick<RecordedEvent, "id" | "stream" | "position">

export class Announcements {
  readonly #signal: CommitSignal
  #told: Position
  /** Ids of events whose append is at work here, and what the subscription showed of it. */
  readonly #atWork = new Map<string, { shown: Heard | undefined }>()

  constructor(signal: CommitSignal, head: Position) {
    this.#signal = signal
    this.#told = head
  }

  /** Of an append that is about to be sent. The answer says where its last event stands, or that nobody knows. */
  began(stream: string, ids: ReadonlyArray<string>): (position: Position | undefined) => void {
    const append: { shown: Heard | undefined } = { shown: undefined }
    for (const id of ids) this.#atWork.set(id, append)
    return (position) => {
      for (const id of ids) if (this.#atWork.get(id) === append) this.#atWork.delete(id)
      if (position !== undefined) this.#tell(stream, position)
      else if (append.shown !== undefined) this.#tell(append.shown.stream, append.shown.position)
    }
  }

  heard(event: Heard): void {
    const own = this.#atWork.get(event.id)
    if (own === undefined && event.position > this.#told) return this.#tell(event.stream, event.position)
    if (own !== undefined) own.shown = event
    this.#signal.heard(event.stream)
  }

  /** Where the log ends, from whoever asked: what nobody could be told of meanwhile. True when that is news. */
  caughtUp(head: Position): boolean {
    if (head <= this.#told) return false
    this.#told = head
    this.#signal.committed(head, [])
    return true
  }

  #tell(stream: string, position: Position): void {
    if (position <= this.#told) return this.#signal.changed(stream)
    this.#told = position
    this.#signal.committed(position, [stream])
  }
}
