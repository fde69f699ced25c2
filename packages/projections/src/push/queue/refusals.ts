/** Why the file refuses a batch, whole. Plain errors: the queue's thread does not load more than it needs. */
export class QueueFull extends Error {
  readonly waiting: number
  constructor(waiting: number) {
    super(`${waiting} pushes would wait`)
    this.waiting = waiting
  }
}

export class PositionMoved extends Error {
  readonly from: number
  constructor(from: number) {
    super(`the position is not ${from} any more`)
    this.from = from
  }
}
