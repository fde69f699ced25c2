/** One member who reads off the bare socket, and what he got: which `seq`, how late, how much that may be dropped. */
import type { RawReceiver } from "../harness/rawReceiver.ts"

export class Reader {
  readonly user: string
  readonly receiver: RawReceiver
  /** Of frames with a `seq`. */
  frames = 0
  last = -1
  /** A `seq` that was not the next. */
  outOfOrder = 0
  typing = 0
  closed: number | undefined
  /** From the writing to here, in milliseconds; while it is an array. */
  late: Array<number> | undefined

  constructor(user: string, receiver: RawReceiver) {
    this.user = user
    this.receiver = receiver
    receiver.onText = (text) => this.#take(text)
    receiver.onClosed = (code) => (this.closed = code)
  }

  #take(bytes: Buffer): void {
    const head = bytes.subarray(0, 600).toString()
    const type = /"type":"([a-z.]+)"/.exec(head)?.[1]
    if (type === "typing") this.typing++
    const seq = /"seq":(\d+)/.exec(head)?.[1]
    if (seq === undefined) return
    this.frames++
    if (this.last >= 0 && Number(seq) !== this.last + 1) this.outOfOrder++
    this.last = Number(seq)
    const written = /"text":"([\d.]+) /.exec(head)?.[1]
    if (written !== undefined) this.late?.push(performance.now() - Number(written))
  }
}
